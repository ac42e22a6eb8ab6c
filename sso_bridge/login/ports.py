"""What a sign-in needs from outside; fulfilled by `sso_bridge.store`, `keys`, `configuration` and, in tests, fakes.

Everything that writes joins the open transaction, so that a session, its trace and its audit are kept or lost together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.desired import Outcome
from mappings.people import Person
from mappings.subject import SubjectKind
from sso_bridge.login.asked import SignedIn, Subject
from sso_bridge.login.authenticate.choose import Chooser, Manner
from sso_bridge.login.authenticate.contract import Workplace
from sso_bridge.login.trace import TraceRecord


@dataclass(frozen=True, slots=True)
class Session:
    """An open bridge session. `name` is public (SessionIndex, `sid`); `id` is the row's.

    `upstream` is what logout at the workplace needs to know again, `first` the assurance without our second factor.
    """

    id: int
    name: str
    person_id: int
    subject: Subject
    authenticated_at: datetime
    method: tuple[str, ...]
    assurance: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str = ""
    user_agent: str = ""
    upstream: Mapping[str, str] = field(default_factory=dict)
    first: str = ""
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Use:
    """What a platform was told about a session: what logout needs."""

    platform: str
    protocol: str
    subject: str
    first_at: datetime
    last_at: datetime


class Sessions(Protocol):
    """Server-side sessions; a cookie is known by its hash only (SE-01)."""

    def open(self, cookie_hash: bytes, session: Session) -> Session:
        """Keep a new session; returned with its row id."""
        ...

    def by_cookie(self, cookie_hash: bytes, now: datetime) -> Session | None:
        """Return the live session of this cookie: not ended, not idle too long, not over."""
        ...

    def by_name(self, name: str, now: datetime) -> Session | None:
        """Return the live session of this public name."""
        ...

    def of_workplace(
        self, workplace: str, person_id: int | None, upstream: tuple[str, ...], now: datetime
    ) -> tuple[Session, ...]:
        """Return the sessions that came from these of the workplace's sessions, or from any for one person.

        Also those that idled: offline access may still rest on them. Nothing without a person and without sessions.
        """
        ...

    def of_name(self, workplace: str, named: Mapping[str, str], now: datetime) -> tuple[Session, ...]:
        """Return the sessions of whom the workplace calls so: `name`, `format` and `qualifier` all the same."""
        ...

    def renew(self, cookie_hash: bytes, session: Session, now: datetime) -> bool:
        """Give the row of this session a new cookie and a new sign-in; False when it has ended meanwhile."""
        ...

    def end_person(self, person_id: int, why: str, now: datetime) -> int:
        """End all sessions of a person, those that ran out of time as well; how many."""
        ...

    def seen(self, session: Session, now: datetime) -> None:
        """Note that it was used."""
        ...

    def used_at(self, session: Session, use: Use) -> None:
        """Note what a platform was told; once per platform, later ones replace it."""
        ...

    def uses(self, session_id: int) -> tuple[Use, ...]:
        """Return what which platforms were told."""
        ...

    def end(self, session_id: int, why: str, now: datetime) -> bool:
        """End it; False when it had ended already."""
        ...

    def of_person(self, person_id: int, now: datetime) -> tuple[Session, ...]:
        """Return the live sessions of a person, oldest first."""
        ...


class Links(Protocol):
    """Which workplace subject is which person; written once (ID-01)."""

    def person_of(self, workplace: str, subject_key: str) -> int | None:
        """Return the person this subject is linked to."""
        ...

    def subject_of(self, workplace: str, person_id: int) -> str | None:
        """Return the subject key by which this workplace knows the person."""
        ...

    def add(self, workplace: str, subject_key: str, person_id: int, by: str, now: datetime) -> bool:
        """Link; False, and nothing changed, when the subject or the person is linked at this workplace already."""
        ...


class SecondFactors(Protocol):
    """The second factors that people have here."""

    def ready(self, person_id: int, /) -> bool:
        """Return whether the person has one."""
        ...


class Register(Protocol):
    """The staff register, as far as a sign-in looks into it."""

    def by_id(self, id_: int, /) -> Person | None:
        """Return the person with our dense id."""
        ...

    def stated_with_key(self, key: str, /) -> tuple[Person, ...]:
        """Return the people whom HR sources know by this number, two at most."""
        ...

    def stated_with_mail(self, mail: str, /) -> tuple[Person, ...]:
        """Return the people with this mail address at HR sources, leavers too, two at most."""
        ...

    def chart(self, on: Day | None = None, /) -> OrgChart:
        """Return the org chart of that day."""
        ...


class Traces(Protocol):
    """Records of sign-ins."""

    def put(self, record: TraceRecord) -> None:
        """Keep the record; the same reference replaces it."""
        ...

    def get(self, reference: str) -> TraceRecord | None:
        """Return the record with these words."""
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: so many at once, and so many seconds until the next one."""

    key: str
    burst: int
    seconds_each: float


class Throttle(Protocol):
    """Token buckets shared by all processes."""

    def take(self, limits: Iterable[Limit], now: datetime) -> int:
        """Take one from each; 0 when all had one, otherwise nothing is taken and the seconds to wait."""
        ...

    def give_back(self, limits: Iterable[Limit], now: datetime) -> None:
        """Put one back into each."""
        ...

    def first(self, keys: Iterable[str], now: datetime, until: datetime) -> bool:
        """Return whether none of these was ever seen; all of them are remembered until that moment."""
        ...


class Tally(Protocol):
    """Counts sign-ins: the share without a prompt is what the product is measured by."""

    def sign_in(self, platform: str, protocol: str, outcome: str, *, prompted: bool) -> None:
        """Count one that came to an end, or was refused for the moment."""
        ...


class OutcomeRules(Protocol):
    """The compiled mappings."""

    def outcome(self, platform: str, person: Person, chart: OrgChart, /) -> Outcome:
        """Return what the rules of one platform say about one person."""
        ...


@dataclass(frozen=True, slots=True)
class PlatformView:
    """What the flow and the portal must know about a platform.

    `launch` is the address that opens it, empty when it cannot be opened from here; `origins` is where its answers
    go, for the browser's rule on forms. `second_factor` when nobody comes in with one factor only.
    """

    name: str
    title: str = ""
    subject: SubjectKind = "pairwise"
    launch: str = ""
    origins: tuple[str, ...] = ()
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """The configuration in force at this moment."""

    revision: int
    rules: OutcomeRules
    workplaces: Mapping[str, Workplace]
    platforms: Mapping[str, PlatformView] = field(default_factory=dict)
    manners: Mapping[str, Manner] = field(default_factory=dict)

    def chooser(self) -> Chooser:
        """Return what leads people to the right workplace."""
        return Chooser(self.workplaces, self.manners)

    def title(self, workplace: str) -> str:
        """Return what people call the workplace."""
        return self.chooser().manner(workplace).title or workplace


class LiveRules(Protocol):
    """Where the configuration in force is found; cheap to ask at every request."""

    def current(self) -> Live:
        """Return it."""
        ...


class Subjects(Protocol):
    """The permanent, per-platform name of a person."""

    def subject(self, platform: PlatformView, person: Person) -> str:
        """Return it; the same text for ever."""
        ...


class Transactions(Protocol):
    """The one way to be in a transaction (`store.engine.Store`)."""

    def writing(self) -> AbstractContextManager[Any]:
        """Open or join a read-write transaction."""
        ...


def live_session(session: Session, person: Person) -> SignedIn:
    """Return what protocols get to know about a session and its person."""
    return SignedIn(
        session_id=session.name,
        person_id=person.id,
        person_uuid=person.uuid,
        subject=session.subject,
        authenticated_at=session.authenticated_at,
        method=session.method,
        assurance=session.assurance,
        ends_at=session.ends_at,
        first=session.first,
        dated=session.dated,
    )
