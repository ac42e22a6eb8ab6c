"""Why a platform gets what it gets for somebody, and why not: now, on a day, or under a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from mappings.days import Day, day_of
from mappings.people import Person
from sso_bridge.admin.asking import Name, Place
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.people import BASE, OnDay
from sso_bridge.admin.permissions import allows
from sso_bridge.api.problems import Flaw, Forbidden, Invalid
from sso_bridge.api.route import UUID, Answer, Call, Route, Told
from sso_bridge.configuration.explaining.as_json import answer_json, as_json
from sso_bridge.configuration.explaining.told import Explainer
from sso_bridge.configuration.explaining.why_not import NoSuchQuestion
from sso_bridge.configuration.live import Live, LiveConfiguration

DRAFT = "As a draft would have it; takes the permission `configuration.preview`."


class Explained(OnDay):
    """What to explain."""

    platform: Name | None = Field(default=None, description="Only this platform.")
    draft: Place | None = Field(default=None, description=DRAFT)


class Question(OnDay):
    """What somebody does not have."""

    platform: Name
    what: Annotated[str, Field(max_length=300)] = Field(
        description="`account`, `sign-in`, `group:KEY`, `claim:NAME` or `attribute:NAME`."
    )
    draft: Place | None = Field(default=None, description=DRAFT)


class Why(Told):
    """What each platform gets, and why."""

    person: str
    on: date
    revision: int = Field(description="The revision that was asked, or the one a draft was made from.")
    platforms: list[dict[str, Any]]


class WhyNot(Told):
    """Why somebody does not have something. The conditions are told in their parts, with the values."""

    person: str
    on: date
    revision: int
    platform: str
    what: str
    has: bool = Field(description="True when the rules give it; then the reasons tell where it is on its way.")
    reasons: list[dict[str, Any]]


class ExplainRoutes:
    """The routes of explanations. `under` gives a draft, ready to be used."""

    def __init__(
        self, explainer: Explainer, live: LiveConfiguration, under: Callable[[int], Live],
        today: Callable[[], Day], reach: Reach,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._explainer = explainer
        self._live = live
        self._under = under
        self._today = today

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"person": UUID}}
        return (
            Route("GET", f"{BASE}/{{person}}/explain", "people.read", self.explain,
                  "What each platform gets for this person, and why",
                  description="Sign-in claims and account side by side: for each value the rule, its place, the facts "
                  "it read and the rows of HR behind them.", query=Explained, result=Why, within=BOTH,
                  **one),
            Route("GET", f"{BASE}/{{person}}/why-not", "people.read", self.why_not,
                  "Why this person does not have something", query=Question, result=WhyNot, within=BOTH, **one),
        )  # fmt: skip

    def explain(self, call: Call) -> Answer:
        """Return the explanations."""
        person, live, day = self._about(call)
        told = self._explainer.explain(live, person, day, call.query.platform)
        platforms = [as_json(one) for one in told if self._reach.platform(call.token, one.explanation.platform)]
        return Answer(Why(person=person.uuid, on=day_of(day, person), revision=live.revision, platforms=platforms))

    def why_not(self, call: Call) -> Answer:
        """Return the reasons."""
        person, live, day = self._about(call)
        asked: Question = call.query
        try:
            answer = self._explainer.why_not(live, person, day, asked.platform, asked.what)
        except NoSuchQuestion as error:
            raise Invalid(errors=[Flaw(detail=str(error).partition(", not ")[0], parameter="what")]) from None
        about: dict[str, Any] = {"person": person.uuid, "on": day_of(day, person), "revision": live.revision}
        return Answer(WhyNot(**about, platform=asked.platform, **answer_json(answer)))

    def _about(self, call: Call) -> tuple[Person, Live, Day]:
        person, asked = self._reach.one(call, call.path["person"]), call.query
        if asked.draft is not None and not allows(call.token, "configuration.preview"):
            raise Forbidden("looking at a draft takes the permission configuration.preview")
        if asked.draft is not None and call.token.bounds.kinds:
            raise Forbidden("a draft is for everybody: it is not looked at with delegated rights here")
        live = self._under(asked.draft) if asked.draft is not None else self._live.current()
        reached = [name for name in live.rules.platforms if self._reach.platform(call.token, name)]
        if asked.platform is not None and asked.platform not in reached:
            raise Invalid(errors=[Flaw(detail="there is no such platform with a mapping", parameter="platform")])
        return person, live, asked.on or self._today()
