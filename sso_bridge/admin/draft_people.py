"""Whom a draft of the configuration concerns, page by page; and the look at everybody as work of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import InOrder, Name, Whole
from sso_bridge.admin.configuration import PLATFORMS
from sso_bridge.admin.drafts import DRAFTS, unapplied
from sso_bridge.admin.jobs import JobTold, queued
from sso_bridge.api.paging import Next
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Told
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.changing.preview import with_values
from sso_bridge.configuration.changing.scales import Page
from sso_bridge.jobs.port import Queue
from sso_bridge.jobs.weighing import JOB


class Whom(InOrder):
    """Which people."""

    limit: Annotated[Whole, Field(ge=1, le=500)] = Field(default=100, description="About so many.")
    platform: Name | None = Field(default=None, description="Only this platform.")
    what: Literal["gains", "loses", "changes", "doubt"] | None = None


class OneDifference(Told):
    """One claim, attribute or group that somebody gets, loses or gets otherwise."""

    kind: Literal["sign_in", "account", "claim", "attribute", "group"]
    name: str
    how: Literal["added", "removed", "changed"]
    before: Any
    after: Any


class Concerned(Told):
    """What would change for one person on one platform."""

    platform: str
    person: str = Field(description="Our id.")
    number: str
    what: Literal["gains", "loses", "changes", "doubt"]
    because: str = Field(description="Why nothing can be said, for a doubt.")
    details: list[OneDifference]


class ConcernedList(Told):
    """A page of people. An empty page with a `next` is no end: so many were looked at, and none is concerned."""

    items: list[Concerned]
    next: Next


class DraftPeopleRoutes:
    """The routes of the people of a draft."""

    def __init__(self, desk: ConfigurationDesk, queue: Queue) -> None:
        self._desk = desk
        self._queue = queue

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"draft": NUMBER}}
        return (
            Route("GET", f"{DRAFTS}/{{draft}}/people", "configuration.preview", self.people,
                  "Whom this draft concerns, with the values", query=Whom, result=ConcernedList,
                  within=PLATFORMS, **one),
            Route("POST", f"{DRAFTS}/{{draft}}/look", "configuration.preview", self.look, "Look at everybody",
                  description="A worker does it; what it found holds for an hour, and `GET` of the draft tells it. "
                  "Only needed when there are too many people for a request.", status=202, result=JobTold,
                  answer_headers={"Location": "The job."}, within=PLATFORMS, **one),
        )  # fmt: skip

    def people(self, call: Call) -> Answer:
        """Return a page of people."""
        asked: Whom = call.query
        checked = self._desk.check(unapplied(self._desk, call).document)
        page = Page(asked.after or 0, asked.limit, asked.platform or "", asked.what or "")
        found, following = self._desk.scales.page(checked, page)
        return Answer(ConcernedList(items=[Concerned(**with_values(one)) for one in found], next=following))

    def look(self, call: Call) -> Answer:
        """Queue the look at everybody."""
        return queued(self._queue, JOB, {"draft": unapplied(self._desk, call).id}, call)
