"""A mapping for one person while it is being written; takes the same permission as changing it (PR-02)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from mappings.days import Day as AnyDay
from sso_bridge.admin.asking import Day, Name
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.own_chart import OwnChart
from sso_bridge.api.problems import Flaw, Invalid
from sso_bridge.api.reading import pointer
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.configuration.explaining.preview import NAME, preview
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.store.staff.people import People

MOST_PROBLEMS = 100


class Typed(Taken):
    """A mapping as far as it is written, and for whom to try it."""

    mapping: dict[str, Any] = Field(description="In the shape of the file.")
    groups: dict[str, Any] | None = Field(
        default=None, description="Group rules to try with it; without any, those that hold for the platform."
    )
    platform: Name
    person: Annotated[str, Field(max_length=36)] = Field(description="Our id of the person.")
    on: Day | None = Field(default=None, description="Another day than today.")


class ValueTold(Told):
    """One value and its rule."""

    what: Literal["scope", "attribute", "claim", "group"]
    name: str
    value: Any
    expression: str
    strength: str | None
    facts: dict[str, Any]
    problem: str = Field(description="Why there is none; it never repeats a fact.")


class PreviewTold(Told):
    """What is good of it, and what is wrong."""

    in_scope: bool
    reason: str
    values: list[ValueTold]
    problems: list[Flaw]


class MappingPreviewRoutes:
    """The route of previews."""

    def __init__(self, people: People, live: LiveConfiguration, today: Callable[[], AnyDay], reach: Reach) -> None:
        self._people = people
        self._live = live
        self._today = today
        self._reach = reach

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        example = {
            "mapping": {"attributes": {"title": "primary.title"}}, "platform": "chat",
            "person": "3c1f5d58-6a3e-4bfb-9d0a-3a1f6fe2b0aa",
        }  # fmt: skip
        return (
            Route("POST", "/admin/v1/mappings/preview", "configuration.change", self.preview,
                  "Try a mapping for one person", description="While it is being written: mistakes are told with line "
                  "and column, and what is good of it is shown. Nothing is kept. With rights by unit, other units and "
                  "people are not there, whatever is asked about them.", body=Typed, example=example,
                  result=PreviewTold, within=BOTH),
        )  # fmt: skip

    def preview(self, call: Call) -> Answer:
        """Return what the mapping gives."""
        asked: Typed = call.body
        live, person = self._live.current(), self._people.by_uuid(asked.person)
        if person is None or not self._reach.person(call.token, person):
            raise Invalid(errors=[Flaw(detail="there is no such person", pointer="#/person")])
        if asked.platform not in live.configuration.platforms or not self._reach.platform(call.token, asked.platform):
            raise Invalid(errors=[Flaw(detail="there is no such platform", pointer="#/platform")])
        groups = asked.groups if asked.groups is not None else _held(live.configuration.groups, asked.platform)
        whole = self._people.chart(asked.on or self._today())
        chart = OwnChart.of(whole, self._reach, call.token, person)
        found = preview(asked.mapping, groups, asked.platform, person, chart)
        told = found.explanation
        values = [
            ValueTold(what=one.what, name=one.name, value=one.value, expression=one.expression, strength=one.strength,
                      facts=dict(one.facts or {}), problem=one.problem)
            for one in (told.because if told else ())
        ]  # fmt: skip
        flaws = [
            Flaw(detail=one.message, pointer=_place(one.path), line=one.line or None, column=one.column or None,
                 hint=one.hint or None)
            for one in found.problems[:MOST_PROBLEMS]
        ]  # fmt: skip
        reason = told.reason if told else "nothing of it can be used yet"
        return Answer(PreviewTold(in_scope=bool(told and told.in_scope), reason=reason, values=values, problems=flaws))


def _held(groups: Any, platform: str) -> dict[str, Any]:
    """Return the rules for this platform alone: as they hold, and without the other platforms that they name."""
    return {name: {**body, "on": [platform]} for name, body in groups.items() if platform in body.get("on", ())}


def _place(path: str) -> str:
    """Return where a mistake is in the body."""
    begins = f"mappings.{NAME}"
    if path.startswith("groups."):
        return pointer(tuple(path.split(".")))
    inside = path.removeprefix(begins).strip(".")
    if inside.startswith("attributes."):
        return pointer(("mapping", "attributes", inside.removeprefix("attributes.")))
    return pointer(("mapping", *(part for part in inside.replace("[", ".").replace("]", "").split(".") if part)))
