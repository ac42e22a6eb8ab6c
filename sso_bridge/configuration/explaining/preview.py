"""What a mapping would give one person, while it is being written: what is good of it is shown, what is wrong is told.

The same compiler, limits and sandbox as at save (PR-02); there is nothing but this person's facts in reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mappings.chart import OrgChart
from mappings.errors import MappingError, Problem
from mappings.explain import Explanation, explain
from mappings.people import Person
from mappings.rules import Rules, compile_rules
from sso_bridge.configuration.document.presets import with_presets

NAME: Final = "preview"
ROUNDS: Final = 4
"""What hides behind a mistake comes out when the mistake is left out; then it is enough."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """What it gives, None when nothing of it could be used; and every mistake."""

    explanation: Explanation | None
    problems: tuple[Problem, ...]


def preview(
    mapping: Mapping[str, Any], groups: Mapping[str, Any], platform: str, person: Person, chart: OrgChart
) -> Previewed:
    """Return what this mapping, with these group rules, gives this person on that platform."""
    problems: list[Problem] = []
    body = dict(with_presets({NAME: dict(mapping)}, problems)[NAME])
    rest = dict(groups)
    for _ in range(ROUNDS):
        try:
            rules = _compiled(body, rest, platform)
        except MappingError as error:
            problems += error.problems
            for one in error.problems:
                _leave_out(one.path, body, rest)
        else:
            return Previewed(explain(rules, platform, person, chart), tuple(dict.fromkeys(problems)))
    return Previewed(None, tuple(dict.fromkeys(problems)))


def _compiled(body: Mapping[str, Any], groups: Mapping[str, Any], platform: str) -> Rules:
    return compile_rules({"platforms": {platform: {"mapping": NAME}}, "mappings": {NAME: body}, "groups": groups})


def _leave_out(path: str, body: dict[str, Any], groups: dict[str, Any]) -> None:
    """Take away what the path names, as little as can be: one attribute, one group, or one part of the mapping."""
    if path.startswith("groups."):
        name = path.removeprefix("groups.")
        for known in [one for one in groups if name == one or name.startswith((f"{one}.", f"{one}["))]:
            del groups[known]
        return
    inside = path.removeprefix(f"mappings.{NAME}").removeprefix(".")
    attributes = body.get("attributes")
    if inside.startswith("attributes.") and isinstance(attributes, Mapping):
        name = inside.removeprefix("attributes.")
        wrong = [one for one in attributes if name == one or name.startswith(f"{one}.")]
        body["attributes"] = {one: value for one, value in attributes.items() if one not in wrong}
        return
    body.pop(inside.partition(".")[0].partition("[")[0], None)
