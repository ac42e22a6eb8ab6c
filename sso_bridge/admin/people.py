"""People: search, one person on a day, sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from mappings.days import Day as AnyDay
from mappings.days import day_of
from mappings.employment import absence_reason, active_on
from mappings.people import Person
from sso_bridge.admin.asking import Day, InOrder, Name
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.admin.sessions import SessionEnding
from sso_bridge.api.paging import Next
from sso_bridge.api.route import UUID, Answer, Call, Route, Taken, Told
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.people_list import PeopleList

BASE = "/admin/v1/people"


class Search(InOrder):
    """What to look for."""

    q: Annotated[str, Field(max_length=200)] = Field(
        default="", description="Words that number, mail address, login or name must all hold.", examples=["ada love"]
    )
    state: Literal["active", "inactive", "gone"] | None = Field(
        default=None,
        description="`active` works here today; `inactive` does not: left, not begun yet, or gone; `gone` is not "
        "stated by HR any more.",
        examples=["active"],
    )
    unit: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="Has a job in this unit or below it today; or had the last one there.",
        examples=["sales"],
    )  # fmt: skip
    workplace: Name | None = Field(default=None, description="Can sign in there: is linked.", examples=["staff"])
    source: Name | None = Field(default=None, description="Is stated by this HR source.", examples=["payroll"])
    number: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="Has exactly this HR number.", examples=["E1001"]
    )
    mail: Annotated[str, Field(min_length=1, max_length=320)] | None = Field(
        default=None, description="Has this mail address, in whatever case.", examples=["ada@corp.example"]
    )


class OnDay(Taken):
    """Which day to look at."""

    on: Day | None = Field(default=None, description="Another day than today.")


class Somebody(Told):
    """One person in a list."""

    id: str
    place: int
    source: str
    number: str
    given_name: str
    name_prefix: str
    family_name: str
    email: str
    active: bool


class Found(Told):
    """A page of people."""

    items: list[Somebody]
    next: Next


class Job(Told):
    """One assignment."""

    id: str
    unit: str
    title: str
    manager: str
    kind: str
    location: str
    country: str
    cost_centre: str
    legal_entity: str
    fte: float
    primary: bool
    valid_from: date | None
    valid_to: date | None


class Detail(Somebody):
    """One person as HR states them, with the jobs of that day."""

    on: date
    partner_prefix: str
    partner_name: str
    preferred_name: str
    username: str
    kind: str
    status: str
    hired_on: date | None
    leaves_on: date | None
    inactive_because: str = Field(description="Why the person does not work here that day; empty when active.")
    assignments: list[Job]


class Session(Told):
    """One open session. Its cookie is not known to us either."""

    name: str
    workplace: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    user_agent: str
    platforms: list[str]


class SessionList(Told):
    """The open sessions of a person."""

    items: list[Session]


class Ended(Told):
    """How many sessions were ended."""

    ended: int


class PeopleRoutes:
    """The routes of people."""

    def __init__(
        self,
        people: People,
        listed: PeopleList,
        sessions: SessionEnding,
        today: Callable[[], AnyDay],
        reach: Reach,
    ) -> None:
        self._reach = reach
        self._people = people
        self._listed = listed
        self._sessions = sessions
        self._today = today

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"person": UUID}}
        return (
            Route("GET", BASE, "people.read", self.search, "Search people", query=Search, result=Found,
                  description="In the order of our ids.", within=BOTH),
            Route("GET", f"{BASE}/{{person}}", "people.read", self.read, "One person on a day", query=OnDay,
                  result=Detail, within=BOTH, **one),
            Route("GET", f"{BASE}/{{person}}/sessions", "sessions.read", self.sessions, "Open sessions",
                  result=SessionList, within=("units",), **one),
            Route("DELETE", f"{BASE}/{{person}}/sessions", "sessions.end", self.end, "End all sessions",
                  description="At once, in every process; tokens that rest on them are worth nothing any more.",
                  result=Ended, within=("units",), **one),
        )  # fmt: skip

    def search(self, call: Call) -> Answer:
        """Return a page of people."""
        asked: Search = call.query
        today, wanted = self._today(), asked.filters(but="unit")
        units = None if asked.unit is None else self._listed.below(asked.unit, today)
        found, following = page_of(
            lambda count, after: self._listed.page(count, after, wanted, units),
            lambda one: _fits(one, asked.state, units, today) and self._reach.person(call.token, one),
            lambda one: one.id, asked.limit, asked.after or 0,
        )  # fmt: skip
        return Answer(Found(items=[Somebody(**_somebody(person, today)) for person in found], next=following))

    def read(self, call: Call) -> Answer:
        """Return one person."""
        person = self._person(call)
        day = day_of(call.query.on or self._today(), person)
        jobs = [Job(**{name: getattr(job, name) for name in Job.model_fields}) for job in person.assignments
                if job.holds_on(day)]  # fmt: skip
        said = {name: getattr(person, name) for name in
                ("partner_prefix", "partner_name", "preferred_name", "username", "kind", "status", "hired_on",
                 "leaves_on")}  # fmt: skip
        why = absence_reason(person, day)
        return Answer(Detail(**_somebody(person, day), **said, on=day, inactive_because=why, assignments=jobs))

    def sessions(self, call: Call) -> Answer:
        """Return the open sessions."""
        items = [
            Session(
                name=session.name, workplace=session.subject.workplace, began_at=session.began_at,
                seen_at=session.seen_at,
                ends_at=session.ends_at, address=session.address, user_agent=session.user_agent, platforms=platforms,
            )
            for session, platforms in self._sessions.of(self._person(call).id)
        ]  # fmt: skip
        return Answer(SessionList(items=items))

    def end(self, call: Call) -> Answer:
        """End all sessions."""
        return Answer(Ended(ended=self._sessions.end(self._person(call), by=call.actor, request=call.request_id)))

    def _person(self, call: Call) -> Person:
        return self._reach.one(call, call.path["person"])


def _fits(person: Person, state: str | None, units: frozenset[str] | None, today: AnyDay) -> bool:
    """Return what SQL cannot say: it is another day in Singapore than in New York."""
    if state in {"active", "inactive"} and active_on(person, today) != (state == "active"):
        return False
    now = [job for job in person.assignments if job.holds_on(day_of(today, person))]
    return units is None or any(job.unit in units for job in now or person.assignments)


def _somebody(person: Person, day: AnyDay) -> dict[str, Any]:
    return {
        "id": person.uuid, "place": person.id, "source": person.source, "number": person.key,
        "given_name": person.given_name, "name_prefix": person.name_prefix, "family_name": person.family_name,
        "email": person.email, "active": active_on(person, day),
    }  # fmt: skip
