"""What travels through a sign-in: what was asked, who is there, what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mappings.desired import Value


@dataclass(frozen=True, slots=True)
class Asked:
    """A platform's request after its protocol checks; can be written down as JSON and read back.

    `details` is the responder's own note (request id, return address, state, nonce, code challenge ...) and is
    never read by the flow. `platform` is empty when somebody signs in to the bridge itself. Of `acr_values` one must be
    met; those of `preferred` are only a wish.
    """

    protocol: str
    platform: str = ""
    force: bool = False
    passive: bool = False
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody's permanent name at one workplace. Compared byte for byte, never folded or trimmed (ID-02)."""

    workplace: str
    value: str
    format: str = ""
    qualifier: str = ""

    @property
    def key(self) -> str:
        """Return the one text this subject is stored under; the parts cannot run into each other."""
        return f"{self.workplace}\x1f{self.format}\x1f{self.qualifier}\x1f{self.value}"


@dataclass(frozen=True, slots=True)
class VerifiedLogin:
    """A workplace vouches for somebody. Exists only after every check of its kind has passed.

    `keys` are immutable identifiers the workplace states besides the subject (`employee_number`), the only facts
    a first link may use. `method` are RFC 8176 values, `assurance` the authentication context class.
    `dated` is False when the workplace does not say when: then `authenticated_at` is only when it vouched, and never
    counts as fresh. `ends_at` is when the workplace wants the session over at the latest (SessionNotOnOrAfter).
    `upstream` is what logout at the workplace needs to know again: a session index, a `sid`, the parts of a NameID;
    never a token (RP-05).
    """

    subject: Subject
    authenticated_at: datetime
    method: tuple[str, ...]
    assurance: str
    keys: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    ends_at: datetime | None = None
    upstream: Mapping[str, str] = field(default_factory=dict)
    dated: bool = True


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open bridge session and the person it belongs to, checked to be active a moment ago.

    `session_id` is the public name of the session (SessionIndex, `sid`), not the cookie. `first` is what the assurance
    was before a second factor of ours came on top: it holds as well. Empty without one. `dated` as in `VerifiedLogin`.
    """

    session_id: str
    person_id: int
    person_uuid: str
    subject: Subject
    authenticated_at: datetime
    method: tuple[str, ...]
    assurance: str
    ends_at: datetime
    first: str = ""
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Released:
    """What may leave for one platform: its own stable subject, and the claims on its release list."""

    subject: str
    claims: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the browser on with 303."""

    url: str


@dataclass(frozen=True, slots=True)
class PostForm:
    """Let the browser post fields to an address: a self-submitting form that also works by its button."""

    action: str
    fields: Mapping[str, str]


Answer = Redirect | PostForm
