"""Puts a sign-in together from the parts it needs; `sso_bridge.parts` and tests bring them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from mappings.days import Days, Zones
from mappings.people import Person
from sso_bridge.audit.events import AuditTrail
from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused
from sso_bridge.login.arrival import Arrival, Limits
from sso_bridge.login.authenticate.attempt import AttemptDesk
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.crossing import Crossing
from sso_bridge.login.doors import Doors
from sso_bridge.login.finish import Finish
from sso_bridge.login.flow import SignIn
from sso_bridge.login.identify.link import Linker
from sso_bridge.login.identify.lookup import Identify
from sso_bridge.login.identify.ports import Doubts, Externals
from sso_bridge.login.limits import FailureLimit
from sso_bridge.login.ports import (
    Links,
    LiveRules,
    Register,
    SecondFactors,
    Session,
    Sessions,
    Subjects,
    Tally,
    Throttle,
    Traces,
    Transactions,
)
from sso_bridge.login.respond.contract import Responder
from sso_bridge.login.sign_out import SignOut
from sso_bridge.login.step_up import StepUp
from sso_bridge.login.visit import Visits
from sso_bridge.login.waiting import Attempts
from sso_bridge.session.desk import SessionDesk

REFUSED = (600, 0.1)
"""How many refusals of strangers one network gets recorded at once, and the seconds to the next one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a sign-in keeps what must outlive the request."""

    transactions: Transactions
    attempts: Attempts
    sessions: Sessions
    links: Links
    traces: Traces
    throttle: Throttle
    audit: AuditTrail
    doubts: Doubts
    externals: Externals
    factors: SecondFactors


@dataclass(frozen=True, slots=True)
class Habits:
    """What the settings decide: how long a session lives at most, where HR's days begin when, how often one may try."""

    total: timedelta = timedelta(hours=12)
    zones: Callable[[], Zones] = lambda: Zones("Europe/Amsterdam")
    limits: Limits = field(default_factory=Limits)


def build_sign_in(
    kept: Kept,
    live: LiveRules,
    register: Register,
    subjects: Subjects,
    responders: Mapping[str, Responder],
    clock: Clock,
    habits: Habits,
    tally: Tally,
) -> SignIn:
    """Return a sign-in that is ready to begin."""

    def today() -> Days:
        return habits.zones().at(clock())

    def manner(workplace: str) -> Manner:
        return live.current().chooser().manner(workplace)

    linker = Linker(register, kept.links, kept.externals, kept.audit, clock, manner, today)
    identify = Identify(register, kept.links, linker, today)
    attempts = AttemptDesk(kept.attempts, clock)
    desk = SessionDesk(kept.sessions, _whose(live, identify), kept.audit, clock, habits.total)
    refused = FailureLimit("refused", *REFUSED, kept.throttle, clock)
    visits = Visits(attempts, kept.throttle, kept.traces, kept.transactions, clock, refused, tally)
    crossing = Crossing(live, visits, attempts, desk, kept.traces, kept.transactions, clock)
    doors = Doors(live, visits, attempts, crossing)
    step_up = StepUp(live, visits, attempts, desk, kept.factors, kept.transactions, kept.audit, clock)
    return SignIn(
        visits=visits,
        desk=desk,
        doors=doors,
        arrival=Arrival(
            live, kept.throttle, habits.limits, identify, desk, kept.transactions, kept.audit, kept.doubts, clock
        ),
        finish=Finish(
            live, register, subjects, responders, doors, step_up, desk, attempts, kept.traces, kept.transactions,
            kept.audit, clock, today, refused, tally,
        ),
    )  # fmt: skip


def build_sign_out(kept: Kept, live: LiveRules, sign_in: SignIn, clock: Clock) -> SignOut:
    """Return what ends the sessions of this sign-in."""
    attempts = sign_in.doors.attempts
    return SignOut(live, attempts, kept.links, sign_in.desk, kept.transactions, kept.audit, clock)


def _whose(live: LiveRules, identify: Identify) -> Callable[[Session], Person]:
    """Return what tells whose a session is, while its workplace is in force (SP-25)."""

    def whose(session: Session) -> Person:
        if session.subject.workplace not in live.current().workplaces:
            raise SignInRefused("workplace_gone")
        return identify.by_id(session.person_id)

    return whose
