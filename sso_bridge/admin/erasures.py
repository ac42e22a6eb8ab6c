"""What is kept about a person: told, and erased once two owners agree (AD-08; GDPR art. 15 and 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from mappings.people import Person
from sso_bridge.admin.asking import By, Newest, WhichPerson, place_after
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Conflict, Flaw, Invalid, NotFound
from sso_bridge.api.route import NUMBER, UUID, Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.jobs.erasing import JOB
from sso_bridge.jobs.port import Queue
from sso_bridge.store.privacy.eraser import Eraser
from sso_bridge.store.privacy.erasures import Erasure, Erasures
from sso_bridge.store.privacy.telling import Telling
from sso_bridge.store.staff.people import People

BASE = "/admin/v1/erasures"


class Hindering(Told):
    """One reason why a person cannot be erased yet."""

    what: str
    hint: str
    forcible: bool = Field(description="Whether two owners may set it aside.")


class Looked(Told):
    """Whether a person can be erased."""

    person: str
    erased: bool
    reasons: list[Hindering]


class Which(Newest):
    """Which wishes."""

    state: Literal["proposed", "agreed", "ended"] | None = Field(
        default=None, description="`ended`: nobody agreed within 24 hours.", examples=["proposed"]
    )
    person: WhichPerson | None = None
    by: By | None = None


class Wish(Taken):
    """Whom to erase, and why."""

    person: Annotated[str, Field(min_length=36, max_length=36)] = Field(description="Our id of the person.")
    why: Annotated[str, Field(min_length=1, max_length=500)] = Field(description="The ticket; not the name.")
    forced: bool = Field(default=False, description="Also when the person works here or left lately.")


class ErasureTold(Told):
    """A wish, and what became of it."""

    id: int
    person: str
    why: str
    forced: bool
    made_by: str
    made_at: datetime
    until: datetime
    done_by: str | None
    done_at: datetime | None


class ErasureList(Told):
    """A page of wishes, newest first."""

    items: list[ErasureTold]
    next: Next


class Begun(Told):
    """The job that erases."""

    job: int


class Everything(Told):
    """All that is kept about a person."""

    person: str
    told_at: str
    held: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    audit: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ErasureRoutes:
    """The routes."""

    people: People
    eraser: Eraser
    erasures: Erasures
    telling: Telling
    queue: Queue
    audit: AuditTrail

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"person": UUID}}
        return (
            Route("GET", "/admin/v1/people/{person}/export", "people.export", self.tell,
                  "All that is kept about a person", result=Everything,
                  description="What the GDPR calls access (art. 15). It is audited who asked.", **one),
            Route("GET", "/admin/v1/people/{person}/erasure", "people.erase", self.look,
                  "Can this person be erased, and what stands in the way", result=Looked, **one),
            Route("GET", BASE, "people.erase", self.newest, "Erasures that were proposed, newest first", query=Which,
                  result=ErasureList),
            Route("POST", BASE, "people.erase", self.propose, "Propose to erase a person", body=Wish,
                  example={"person": "11111111-1111-4111-8111-111111111111", "why": "GDPR-17"}, status=201,
                  result=ErasureTold, problems=(409,),
                  description="Changes nothing. Another owner approves it within 24 hours. `forced` sets aside that "
                  "the person works here or left lately; an account on a platform goes by a plan first."),
            Route("POST", f"{BASE}/{{erasure}}/approve", "people.erase", self.approve,
                  "Approve an erasure; a worker carries it out", parameters={"erasure": NUMBER}, status=202,
                  result=Begun, problems=(409,), description="By another hand. It cannot be undone."),
        )  # fmt: skip

    def tell(self, call: Call) -> Answer:
        """Tell everything."""
        person = self._person(call.path["person"])
        told = self.telling.tell(person.id)
        self._record("person.told", call, person)
        return Answer(Everything.model_validate(told))

    def look(self, call: Call) -> Answer:
        """Tell what stands in the way."""
        person = self._person(call.path["person"])
        reasons = [Hindering(what=one.what, hint=one.hint, forcible=one.forcible)
                   for one in self.eraser.hindrances(person.id)]  # fmt: skip
        erased = self.eraser.tombstones.of(person.id) is not None
        return Answer(Looked(person=person.uuid, erased=erased, reasons=reasons))

    def newest(self, call: Call) -> Answer:
        """Return a page of wishes."""
        asked: Which = call.query
        wanted = asked.filters(but="person")
        if asked.person is not None:
            found = self.people.by_uuid(asked.person)
            wanted["person_id"] = found.id if found else -1
        items = [self._told(one) for one in self.erasures.newest(asked.limit, asked.before, wanted)]
        return Answer(ErasureList(items=items, next=place_after(items, asked.limit, lambda one: one.id)))

    def propose(self, call: Call) -> Answer:
        """Keep a wish that could be carried out."""
        asked: Wish = call.body
        person = self.people.by_uuid(asked.person)
        if person is None:
            raise Invalid(errors=[Flaw(detail="is nobody", pointer="#/person")])
        self._check(person.id, forced=asked.forced)
        with self.erasures.store.writing():
            made = self.erasures.propose(person.id, by=call.actor, why=asked.why, forced=asked.forced)
            self._record(
                "person.erasure_proposed", call, person, {"forced": asked.forced, "erasure": made.id}, asked.why
            )
        return Answer(self._told(made))

    def approve(self, call: Call) -> Answer:
        """Let it be carried out."""
        made = self.erasures.get(call.path["erasure"])
        person = self.people.by_id(made.person_id) if made else None
        if made is None or person is None:
            raise NotFound
        self._check(person.id, forced=made.forced)
        with self.erasures.store.writing():
            self.erasures.agree(made, by=call.actor)
            job = self.queue.enqueue(JOB, {"erasure": made.id}, key=f"{JOB}:{made.id}", by=call.actor)
            after = {"erasure": made.id, "made_by": made.made_by, "job": job}
            self._record("person.erasure_approved", call, person, after, made.why)
        return Answer(Begun(job=job))

    def _check(self, person_id: int, *, forced: bool) -> None:
        stopped = [one for one in self.eraser.hindrances(person_id) if not (forced and one.forcible)]
        if stopped:
            raise Conflict("; ".join(f"{one.what} ({one.hint})" for one in stopped))

    def _record(
        self, what: str, call: Call, person: Person, after: dict[str, Any] | None = None, why: str = ""
    ) -> None:
        told = Event(what, call.actor, f"person:{person.uuid}", after=after, why=why, reference=call.request_id)
        self.audit.record(told)

    def _told(self, one: Erasure) -> ErasureTold:
        person = self.people.by_id(one.person_id)
        names = set(ErasureTold.model_fields) - {"person"}
        return ErasureTold(person=person.uuid if person else "", **{name: getattr(one, name) for name in names})

    def _person(self, uuid: str) -> Person:
        person = self.people.by_uuid(uuid)
        if person is None:
            raise NotFound
        return person
