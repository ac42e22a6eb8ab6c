"""Doubts about who somebody is: look, and decide with a second administrator (ID-01, AD-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from mappings.people import Person
from sso_bridge.admin.asking import Name, Newest, Since, Until, Why
from sso_bridge.admin.bounds import Bound
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.admin.permissions import allows
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Conflict, Flaw, Invalid, NotFound
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.store.administration.hands import check_two_hands
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.sign_in.conflicts import Conflicts, Waiting
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.staff.people import People

BASE = "/admin/v1/link-conflicts"
MOST = 20_000
"""So many are looked through to count those in reach."""
UNITS: tuple[Bound, ...] = ("units",)
State = Literal["open", "proposed", "linked", "refused"]
SAME = ("id", "claim", "why", "state", "first_at", "last_at", "times", "reference", "proposed_by", "decided_by")
EXAMPLE = {"decision": "link", "person": "2819c223-7f76-453a-919d-413861904646", "why": "called her; new badge"}


class Which(Newest):
    """Which conflicts."""

    state: State | None = None
    workplace: Name | None = Field(default=None, examples=["staff"])
    since: Since | None = Field(default=None, description="Tried last not earlier than this.")
    until: Until | None = Field(default=None, description="Tried last earlier than this.")


class Deciding(Taken):
    """What is to be done about one."""

    decision: Literal["link", "refuse"]
    person: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None = Field(
        default=None, description="For `link`: one of the people it is about."
    )
    why: Why = ""


class Candidate(Told):
    """Somebody it could be. `known_as` is the subject by which the workplace knows the person already."""

    id: str
    number: str
    given_name: str
    family_name: str
    known_as: str | None


class LinkConflictTold(Told):
    """A subject of a workplace that may be one of these people; nobody is signed in until it is decided."""

    id: int
    workplace: str
    subject: str
    claimed_by: str = Field(description="`employee_number` or `mail`: what the workplace stated.")
    claim: str
    why: str
    state: State
    people: list[Candidate]
    first_at: datetime
    last_at: datetime
    times: int
    reference: str = Field(description="The trace of the last sign-in that was refused for it.")
    proposed_person: str | None
    proposed_by: str
    decided_by: str


class LinkConflictList(Told):
    """A page of them."""

    items: list[LinkConflictTold]
    next: Next


@dataclass(frozen=True, slots=True)
class LinkConflictRoutes:
    """The routes of link conflicts."""

    conflicts: Conflicts
    links: Links
    people: People
    sessions: Sessions
    tokens: Tokens
    audit: AuditTrail
    clock: Clock
    reach: Reach

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"conflict": NUMBER}, "within": UNITS}
        return (
            Route("GET", BASE, "links.read", self.newest, "Doubts about who somebody is, newest first", query=Which,
                  result=LinkConflictList, within=UNITS,
                  description="With delegated rights: those that are about people of the unit and nobody else."),
            Route("POST", f"{BASE}/{{conflict}}/decide", "links.decide", self.decide, "Decide who it is, or nobody",
                  body=Deciding, example=EXAMPLE, result=LinkConflictTold, problems=(409,),
                  description="`link` takes two administrators: one proposes, a second one decides the same. An older "
                  "link of this person at the workplace goes, and the sessions that rest on it end.", **one),
        )  # fmt: skip

    def newest(self, call: Call) -> Answer:
        """Return a page."""
        asked: Which = call.query
        found, following = page_of(
            lambda count, before: self.conflicts.page(count, before, asked.filters()),
            lambda one: self._reaches(call.token, one), lambda one: one.id, asked.limit, asked.before,
        )  # fmt: skip
        return Answer(LinkConflictList(items=[self._told(one) for one in found], next=following))

    def waiting(self, token: ApiToken) -> int:
        """Return for how many that are a token's business somebody has still to decide."""
        if not token.bounds.kinds:
            return self.conflicts.waiting()
        return sum(self._reaches(token, one) for one in self.conflicts.undecided(MOST))

    def decide(self, call: Call) -> Answer:
        """Refuse, propose, or link when a second administrator agrees."""
        number, wish = call.path["conflict"], call.body
        with self.conflicts.store.writing():
            found = self._open(call, number)
            if wish.decision == "refuse":
                self.conflicts.decide(number, "refused", call.actor, self.clock())
                self._note("link.refused", call, found, None)
            else:
                self._link(call, found, self._person(found, wish.person))
            return Answer(self._told(self._open(call, number, closed=True)))

    def _link(self, call: Call, found: Waiting, person: Person) -> None:
        if found.proposed_person != person.id or not self._proposed(found):
            self.conflicts.propose(found.id, person.id, call.actor)
            self._note("link.proposed", call, found, person)
            return
        check_two_hands(self.tokens, found.proposed_by, call.actor)
        workplace, now = found.subject.workplace, self.clock()
        holders = {person.id, self.links.person_of(workplace, found.subject.key)} - {None}
        before = self.links.replace(workplace, found.subject.key, person.id, "administrators", now)
        for holder in holders:
            for session in self.sessions.of_workplace(workplace, holder, (), now):
                self.sessions.end(session.id, "link_changed", now)
        self.conflicts.decide(found.id, "linked", call.actor, now)
        self._note("link.made", call, found, person, replaced=len(before))

    def _note(self, what: str, call: Call, found: Waiting, person: Person | None, **more: int) -> None:
        after = {"conflict": found.id, "by": "administrators", **more}
        target = f"person:{person.uuid}" if person else f"workplace:{found.subject.workplace}"
        self.audit.record(Event(what, call.actor, target, after=after, why=call.body.why, reference=found.reference))

    def _reaches(self, token: ApiToken, one: Waiting) -> bool:
        """Return whether all whom it could be, and who has the subject now, are the token's business."""
        holder = self.links.person_of(one.subject.workplace, one.subject.key) if token.bounds.kinds else None
        return self.reach.conflict(token, one.people, one.proposed_person, holder)

    def _proposed(self, one: Waiting) -> bool:
        """Return whether who proposed it could still do so: without these rights nothing is proposed (AD-04)."""
        return self.reach.stands(
            one.proposed_by, lambda token: allows(token, "links.decide") and self._reaches(token, one)
        )

    def _open(self, call: Call, number: int, *, closed: bool = False) -> Waiting:
        found = self.conflicts.get(number)
        if found is None or not self._reaches(call.token, found):
            raise NotFound
        if found.state == "linked" and not closed:
            raise Conflict("it was decided already")
        return found

    def _person(self, found: Waiting, uuid: str | None) -> Person:
        """Return the person; one who is not claimed cannot be chosen, whoever asks (ID-06)."""
        person = self.people.by_uuid(uuid or "")
        if person is None or person.id not in found.people:
            raise Invalid(errors=[Flaw(detail="must be one of the people it is about", pointer="#/person")])
        return person

    def _told(self, one: Waiting) -> LinkConflictTold:
        known = self.people.some([*one.people, *([one.proposed_person] if one.proposed_person else [])])
        workplace = one.subject.workplace
        people = [
            Candidate(
                id=person.uuid, number=person.key, given_name=person.given_name, family_name=person.family_name,
                known_as=_spoken(self.links.subject_of(workplace, person.id)),
            )
            for person in known.values()
        ]  # fmt: skip
        proposed = known.get(one.proposed_person or 0)
        return LinkConflictTold.model_validate({
            **{name: getattr(one, name) for name in SAME}, "workplace": workplace, "subject": one.subject.value,
            "claimed_by": one.by, "people": people, "proposed_person": proposed.uuid if proposed else None,
        })  # fmt: skip


def _spoken(subject_key: str | None) -> str | None:
    """Return the readable part of a subject's key."""
    return None if subject_key is None else subject_key.rpartition("\x1f")[2]
