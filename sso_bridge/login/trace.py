"""The two-leg record of one sign-in: platform to bridge, bridge to workplace.

A sign-in may take several requests; each adds steps, and the record keeps its words. Steps hold what happened and
why, never a password, token, secret, assertion or anything somebody typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sso_bridge.clock import Clock
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.words import reference as fresh_reference

Leg = Literal["platform", "workplace"]
PLATFORM: Leg = "platform"
WORKPLACE: Leg = "workplace"
MOST_STEPS = 60
LONGEST_CAUSE = 300
STATED = "stated"
TICKET_ASKED, TICKET = "asked for a ticket", "ticket "
"""The first step of a sign-in by ticket, and how every later one of it begins."""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One thing that happened. `outcome` is `ok` or the code of an error; `cause` is for administrators.

    `reason` is the audit's word for a refusal, of which one code has many.
    """

    at: datetime
    leg: Leg
    what: str
    outcome: str = "ok"
    cause: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what is kept."""
        kept = {"at": self.at.isoformat(), "leg": self.leg, "what": self.what, "outcome": self.outcome}
        more = {"reason": self.reason, "cause": self.cause}
        return kept | {name: text for name, text in more.items() if text}


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """A sign-in as it is kept. `outcome` is `answered`, `waiting` or the code of the refusal.

    `prompted` tells whether a person had to type something: the share of sign-ins without it is measured.
    """

    reference: str
    began_at: datetime
    protocol: str
    platform: str
    workplace: str
    person_id: int | None
    outcome: str
    prompted: bool
    address: str
    steps: tuple[dict[str, Any], ...]
    ended_at: datetime | None = None

    @property
    def reason(self) -> str:
        """Return the audit's word for why it was refused, empty when it was not; the last one when there are many."""
        return next((one["reason"] for one in reversed(self.steps) if one.get("reason")), "")


@dataclass(slots=True)
class Trace:
    """A record being written during one request."""

    clock: Clock
    protocol: str
    platform: str
    address: str
    reference: str = field(default_factory=fresh_reference)
    began_at: datetime | None = None
    workplace: str = ""
    person_id: int | None = None
    prompted: bool = False
    steps: list[dict[str, Any]] = field(default_factory=list)

    def add(self, leg: Leg, what: str, outcome: str = "ok", cause: str = "", reason: str = "") -> None:
        """Add a step; the middle of an endless sign-in is dropped, its beginning and end are kept."""
        now = self.clock()
        self.began_at = self.began_at or now
        self.steps.append(TraceStep(now, leg, what, outcome, _plain(cause), reason).as_json())
        if len(self.steps) > MOST_STEPS:
            del self.steps[MOST_STEPS // 2]

    def has(self, what: str) -> bool:
        """Return whether there is a step that begins with these words."""
        return any(step["what"].startswith(what) for step in self.steps)

    def record(self, outcome: str) -> TraceRecord:
        """Return what is to be kept now."""
        now = self.clock()
        return TraceRecord(
            reference=self.reference,
            began_at=self.began_at or now,
            protocol=self.protocol,
            platform=self.platform,
            workplace=self.workplace,
            person_id=self.person_id,
            outcome=outcome,
            prompted=self.prompted,
            address=self.address,
            steps=tuple(self.steps),
            ended_at=None if outcome == "waiting" else now,
        )


def stated(login: VerifiedLogin) -> str:
    """Return which facts a workplace stated, by their names only: what is missing is found by it."""
    names = {*login.keys, *login.attributes} | ({"groups"} if login.groups else set())
    return f"{STATED} {', '.join(sorted(names)) or 'nothing'}"


def stated_in(steps: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of the facts that were stated in these steps; none when nobody was confirmed."""
    causes = (str(step.get("cause", "")) for step in steps if step.get("outcome") == "ok")
    return frozenset(
        name for one in causes if one.startswith(f"{STATED} ") for name in one.split(" ", 1)[1].split(", ")
    )


def _plain(text: str) -> str:
    """Return one printable line (AD-12)."""
    return "".join(char if char.isprintable() else "?" for char in text[:LONGEST_CAUSE])
