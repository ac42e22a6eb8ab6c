"""Somebody lost telephone and recovery codes: an administrator looks, and takes all second factors away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from mappings.people import Person
from sso_bridge.admin.asking import Why
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.sessions import SessionEnding
from sso_bridge.api.route import UUID, Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.second_factor.ports import Factors

BASE = "/admin/v1/people/{person}/second-factors"


class Resetting(Taken):
    """Why."""

    why: Why = ""


class FactorTold(Told):
    """One factor. Its secret is not told to anybody."""

    id: str
    kind: str
    title: str
    added_at: datetime
    used_at: datetime | None


class FactorList(Told):
    """A person's factors."""

    items: list[FactorTold]
    recovery_codes: int = Field(description="How many are unused.")


class Reset(Told):
    """What came of it."""

    removed: int
    sessions_ended: int


@dataclass(frozen=True, slots=True)
class SecondFactorRoutes:
    """The routes of second factors."""

    reach: Reach
    factors: Factors
    sessions: SessionEnding
    audit: AuditTrail

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"person": UUID}}
        return (
            Route("GET", BASE, "second_factors.read", self.read, "Second factors of a person", result=FactorList,
                  within=("units",), **one),
            Route("POST", f"{BASE}/reset", "second_factors.reset", self.reset, "Take away all second factors",
                  body=Resetting, example={"why": "telephone lost; seen in person"}, result=Reset,
                  description="Ends all sessions of the person too. Whoever then signs in first with the first factor "
                  "sets up the new ones: make sure that it is this person.",
                  within=("units",), **one),
        )  # fmt: skip

    def read(self, call: Call) -> Answer:
        """Return the factors."""
        person = self._person(call)
        told = [FactorTold(**{name: getattr(one, name) for name in FactorTold.model_fields})
                for one in self.factors.of_person(person.id)]  # fmt: skip
        return Answer(FactorList(items=told, recovery_codes=self.factors.codes_left(person.id)))

    def reset(self, call: Call) -> Answer:
        """Take them away, and end the sessions."""
        person, asked = self._person(call), call.body
        with self.sessions.sessions.store.writing():
            removed = self.factors.clear(person.id)
            told = Event("second_factor.reset", call.actor, f"person:{person.uuid}", after={"removed": removed},
                         why=asked.why, reference=call.request_id)  # fmt: skip
            self.audit.record(told)
            ended = self.sessions.end(person, by=call.actor, request=call.request_id)
        return Answer(Reset(removed=removed, sessions_ended=ended))

    def _person(self, call: Call) -> Person:
        return self.reach.one(call, call.path["person"])
