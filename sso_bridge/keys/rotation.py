"""The rules of key roll-over, as pure functions over records (IDP-08).

A key is born `next`: published, not yet used, so that platforms can learn it. After the lead time of its purpose it
becomes `current` and signs. Then it is `retired`: still published until what it signed has ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Purpose = Literal[
    "saml",
    "oidc-rs256",
    "oidc-es256",
    "workplace",
    "workplace-saml",
    "workplace-decryption",
    "audit",
    "pairwise",
    "cookie",
]
State = Literal["next", "current", "retired"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one purpose rolls over: published this long before use, kept this long after, due at this age."""

    algorithm: str
    lead: timedelta
    keep: timedelta
    due: timedelta | None


RULES: dict[Purpose, Rule] = {
    # Platforms fetch SAML metadata daily at best; many are fed by hand.
    "saml": Rule("RS256", lead=timedelta(days=7), keep=timedelta(days=7), due=timedelta(days=730)),
    "oidc-rs256": Rule("RS256", lead=timedelta(hours=24), keep=timedelta(hours=24), due=timedelta(days=180)),
    "oidc-es256": Rule("ES256", lead=timedelta(hours=24), keep=timedelta(hours=24), due=timedelta(days=180)),
    # With which we prove to an OpenID workplace who we are (private_key_jwt); it reads our keys daily at best.
    "workplace": Rule("RS256", lead=timedelta(hours=24), keep=timedelta(hours=24), due=timedelta(days=180)),
    # With which we sign requests to SAML workplaces, and open what they encrypt for us (CR-04: never the same key).
    # Identity providers read our metadata daily at best; one that was told by hand may use an old key for long.
    "workplace-saml": Rule("RS256", lead=timedelta(days=7), keep=timedelta(days=7), due=timedelta(days=730)),
    "workplace-decryption": Rule("RS256", lead=timedelta(days=7), keep=timedelta(days=30), due=timedelta(days=730)),
    # Checkpoints of the audit must verify for as long as the audit is kept.
    "audit": Rule("Ed25519", lead=timedelta(0), keep=timedelta(days=36500), due=timedelta(days=730)),
    # A new pairwise secret would make everybody a stranger on every platform: it has no roll-over.
    "pairwise": Rule("secret", lead=timedelta(0), keep=timedelta(0), due=None),
    "cookie": Rule("secret", lead=timedelta(0), keep=timedelta(hours=12), due=timedelta(days=180)),
}


class RotationRefused(Exception):
    """The roll-over would break something; the message says what, and what to do instead."""

    code = "rotation_refused"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known about a key beside its secret part."""

    kid: str
    purpose: Purpose
    algorithm: str
    state: State
    created_at: datetime
    active_from: datetime | None = None
    ends_at: datetime | None = None
    certificate: str = ""

    def published(self, at: datetime) -> bool:
        """Return whether platforms should still trust it."""
        return self.ends_at is None or at < self.ends_at


def in_state(records: Iterable[KeyRecord], state: State) -> KeyRecord | None:
    """Return the newest record in that state."""
    found = [record for record in records if record.state == state]
    return max(found, key=lambda record: (record.created_at, record.kid), default=None)


def usable_from(record: KeyRecord) -> datetime:
    """Return the moment from which a published next key may sign."""
    return record.created_at + RULES[record.purpose].lead


def check_promotion(record: KeyRecord, now: datetime) -> None:
    """Refuse to use a key that platforms have not had the time to learn."""
    if now < usable_from(record):
        moment = usable_from(record).isoformat(timespec="minutes")
        raise RotationRefused(f"the next {record.purpose} key may be used from {moment}: platforms must learn it first")


def check_retirement(record: KeyRecord) -> None:
    """Refuse to take away the key that signs."""
    if record.state == "current":
        raise RotationRefused(f"{record.kid} is in use; replace it: keys rotate {record.purpose} --emergency")


def check_rotates(purpose: Purpose) -> None:
    """Refuse to roll over what has no roll-over."""
    if RULES[purpose].due is None:
        raise RotationRefused(f"the {purpose} key cannot change: every person would be a stranger on every platform")


def is_due(record: KeyRecord, now: datetime) -> bool:
    """Return whether a current key is older than it should get (CR-02)."""
    due = RULES[record.purpose].due
    return record.state == "current" and due is not None and now >= (record.active_from or record.created_at) + due
