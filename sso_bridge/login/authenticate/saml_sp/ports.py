"""What a SAML workplace needs kept and told; fulfilled by `sso_bridge.store`, `keys` and `metrics`, or by fakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sso_bridge.login.saml.signature import SigningKey

SIGNING: Literal["workplace-saml"] = "workplace-saml"
DECRYPTION: Literal["workplace-decryption"] = "workplace-decryption"


class Keys(Protocol):
    """Our keys towards workplaces: one kind signs requests, the other opens assertions (CR-04)."""

    def signing(self, purpose: Literal["workplace-saml"], /) -> SigningKey:
        """Return the key in use."""
        ...

    def published(self, purpose: Literal["workplace-saml", "workplace-decryption"], /) -> tuple[SigningKey, ...]:
        """Return the keys others should know: in use, next, retired and not forgotten."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A description of the peer that differs too much to be believed without an administrator (MD-03)."""

    document: bytes = field(repr=False)
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """The last good description of a peer, shared by all processes, and how looking for newer ones went.

    `confirmed_at` is when the peer last said the same, or something that was believed. `fruitless` is how often in a
    row it was asked about an unknown key and had no new one. `skew` is by how many seconds its clock is ahead of ours.
    """

    document: bytes = field(default=b"", repr=False)
    confirmed_at: datetime | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    problem: str = ""
    fruitless: int = 0
    held: Held | None = None
    skew: float = 0.0
    skew_samples: int = 0

    @property
    def is_asking(self) -> bool:
        """Return whether somebody asks the peer at this moment."""
        return self.asked_at is not None and (self.answered_at is None or self.answered_at < self.asked_at)


class Shelf(Protocol):
    """Where descriptions of peers are kept. `source` says where a copy came from; another source is another peer."""

    def get(self, workplace: str, source: str) -> Kept:
        """Return what is kept; an empty one when nothing is, or it came from another source."""
        ...

    def may_ask(self, workplace: str, source: str, every: timedelta, now: datetime) -> bool:
        """Return whether it is this caller's turn to ask the peer; only one gets True in that time."""
        ...

    def keep(self, workplace: str, document: bytes, change: Mapping[str, Any] | None, now: datetime) -> None:
        """Keep a believed description; what changed goes into the audit. Nothing is held any more."""
        ...

    def hold(self, workplace: str, held: Held, change: Mapping[str, Any], now: datetime) -> None:
        """Set a doubtful description aside; the good one stays in use."""
        ...

    def failed(self, workplace: str, problem: str, now: datetime) -> None:
        """Note why the peer could not be asked."""
        ...

    def counted(self, workplace: str, fruitless: int) -> None:
        """Keep how often in a row the peer was asked in vain."""
        ...

    def measured(self, workplace: str, source: str, skew: float, samples: int) -> None:
        """Keep the measured difference of clocks."""
        ...


class Gauges(Protocol):
    """What is watched from outside."""

    def workplace(
        self, name: str, what: Literal["certificate_ends", "metadata_ends", "held", "skew"], value: float
    ) -> None:
        """Show a number of a workplace; ends are seconds since 1970."""
        ...
