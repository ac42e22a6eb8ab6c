"""What happens to accounts of people who leave: `{after: 0d, do: suspend, then: {after: 30d, do: delete}}`.

`groups: keep` on the first step leaves them in their groups; otherwise they lose them at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from mappings.errors import Problem

LeaverAct = Literal["keep", "suspend", "anonymise", "delete"]
LeaverGroups = Literal["remove", "keep"]
MOST_DAYS: Final = 3650
FINAL: Final = frozenset({"anonymise", "delete"})
"""Steps that cannot be undone."""
_DAYS: Final = re.compile(r"(\d{1,4})d")


@dataclass(frozen=True, slots=True)
class LeaverStep:
    """What happens to an account, `after` so many days: counted from the last day, or from the step before."""

    after: int
    do: LeaverAct


@dataclass(frozen=True, slots=True)
class LeaverPolicy:
    """The steps in order; an empty policy never comes out of `Rules`: the default is suspend at once."""

    steps: tuple[LeaverStep, ...] = (LeaverStep(0, "suspend"),)
    groups: LeaverGroups = "remove"


def read_leaver(document: Any, path: str, problems: list[Problem]) -> LeaverPolicy:
    """Return the policy; adds a Problem for each mistake. What is final only follows suspension, later (PR-05)."""
    steps: list[LeaverStep] = []
    whole, groups = path, _groups(document, path, problems)
    while document is not None:
        if not isinstance(document, Mapping):
            problems.append(Problem(path, "must be a mapping with after, do and perhaps then"))
            return LeaverPolicy()
        steps.append(LeaverStep(_days(document, path, problems), _act(document, path, problems)))
        problems.extend(
            Problem(f"{path}.{key}", "unknown key", f"there are: {', '.join(sorted(_known(steps)))}")
            for key in document
            if key not in _known(steps)
        )
        document, path = document.get("then"), f"{path}.then"
        if len(steps) > len(get_args(LeaverAct)):
            break
    problems.extend(Problem(whole, message) for message in _contradictions(steps))
    return LeaverPolicy(tuple(steps), groups) if steps else LeaverPolicy()


def _known(steps: list[LeaverStep]) -> frozenset[str]:
    """Return the keys of the step that was read last: the first one tells about groups."""
    return frozenset({"after", "do", "then", *(["groups"] if len(steps) == 1 else [])})


def _groups(document: Any, path: str, problems: list[Problem]) -> LeaverGroups:
    said = document.get("groups", "remove") if isinstance(document, Mapping) else "remove"
    if said not in get_args(LeaverGroups):
        problems.append(Problem(f"{path}.groups", "must be remove or keep"))
        return "remove"
    return cast("LeaverGroups", said)


def _days(document: Mapping[str, Any], path: str, problems: list[Problem]) -> int:
    text = document.get("after", "0d")
    match = _DAYS.fullmatch(text) if isinstance(text, str) else None
    if match is None or int(match[1]) > MOST_DAYS:
        problems.append(Problem(f"{path}.after", "must be a number of days", "write 0d or 30d"))
        return 0
    return int(match[1])


def _act(document: Mapping[str, Any], path: str, problems: list[Problem]) -> LeaverAct:
    act = document.get("do")
    if act not in get_args(LeaverAct):
        problems.append(Problem(f"{path}.do", "must be keep, suspend, anonymise or delete"))
        return "suspend"
    return cast("LeaverAct", act)


def _contradictions(steps: list[LeaverStep]) -> list[str]:
    acts = [step.do for step in steps]
    found = []
    if "keep" in acts and len(acts) > 1:
        found.append("keep stands alone: nothing can come before or after it")
    if len(set(acts)) != len(acts):
        found.append("the same step comes twice")
    for at, act in enumerate(acts):
        if act in FINAL and "suspend" not in acts[:at]:
            found.append(f"an account is suspended before: write do: suspend, then: {{after: 30d, do: {act}}}")
        elif act in FINAL and steps[at].after < 1:
            found.append("at least one day lies between suspension and what cannot be undone")
    if acts[-1:] != ["delete"] and "delete" in acts:
        found.append("nothing comes after delete")
    return found
