"""The keys in use: opened once per process, read again when another process has changed them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakSet

import structlog
from sqlalchemy import Connection

from sso_bridge.clock import Clock
from sso_bridge.keys import material
from sso_bridge.keys.material import Material, PrivateKey
from sso_bridge.keys.rotation import (
    RULES,
    KeyRecord,
    Purpose,
    RotationRefused,
    check_promotion,
    check_retirement,
    check_rotates,
    in_state,
)
from sso_bridge.keys.vault import Vault
from sso_bridge.store.administration.keys import KeyRows
from sso_bridge.store.engine import Store

LOOK_AGAIN = timedelta(seconds=5)
log = structlog.get_logger(__name__)


class KeysMissing(Exception):
    """There is no key for a purpose: the database was never set up with `sso-bridge init` or `db upgrade`."""

    code = "keys_missing"


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A key that can sign, with what platforms need to recognise it; `certificate` is PEM, empty outside SAML."""

    kid: str
    algorithm: str
    private_key: PrivateKey
    certificate: str = ""

    def __repr__(self) -> str:
        """Show the id only."""
        return f"SigningKey({self.kid!r})"


@dataclass(frozen=True, slots=True, repr=False)
class _Opened:
    """What this process knows, and since when."""

    version: int
    checked_at: datetime
    records: tuple[KeyRecord, ...]
    secrets: Mapping[str, bytes]
    keys: Mapping[str, SigningKey]


class KeyRing:
    """All keys by purpose. Changes join the open transaction; callers record them in the audit."""

    def __init__(
        self, store: Store, vault: Vault, clock: Clock, make: Callable[[Purpose, datetime], Material] = material.make
    ) -> None:
        self._rows = KeyRows(store)
        self._store = store
        self._vault = vault
        self._clock = clock
        self._make = make
        self._opened: _Opened | None = None
        self._reading = Lock()
        self._changed_in: WeakSet[Connection] = WeakSet()

    def signing(self, purpose: Purpose) -> SigningKey:
        """Return the key that signs now; KeysMissing when there is none."""
        return self._now().keys[self._current(purpose).kid]

    def published(self, purpose: Purpose) -> tuple[SigningKey, ...]:
        """Return the keys platforms must know: the current one first, then the next, then the retired ones."""
        order = {"current": 0, "next": 1, "retired": 2}
        opened, now = self._now(), self._clock()
        records = [record for record in opened.records if record.purpose == purpose and record.published(now)]
        return tuple(opened.keys[record.kid] for record in sorted(records, key=lambda record: order[record.state]))

    def pairwise_secret(self) -> bytes:
        """Return the secret that subjects are derived from; it never changes."""
        return self.secrets("pairwise")[0]

    def secrets(self, purpose: Purpose) -> tuple[bytes, ...]:
        """Return the secrets of `cookie` or `pairwise`: the first one makes, all of them verify."""
        current, opened, now = self._current(purpose), self._now(), self._clock()
        older = [r.kid for r in opened.records if r.purpose == purpose and r.kid != current.kid and r.published(now)]
        return tuple(opened.secrets[kid] for kid in (current.kid, *older))

    def records(self) -> tuple[KeyRecord, ...]:
        """Return what is known about every key, without secret parts."""
        return self._now().records

    def fresh(self) -> tuple[KeyRecord, ...]:
        """Return the records as they are at this moment; nobody changes one until the open transaction ends."""
        with self._store.writing() as transaction:
            self._begin(transaction)
            return self._now().records

    def ensure(self) -> tuple[KeyRecord, ...]:
        """Make the first key of every purpose that has none; return those made."""
        missing = [purpose for purpose in RULES if in_state(self._of(purpose), "current") is None]
        if not missing:
            return ()
        with self._store.writing() as transaction:
            self._begin(transaction)
            missing = [purpose for purpose in RULES if in_state(self._of(purpose), "current") is None]
            return tuple(self._add(purpose, "current") for purpose in missing)

    def rotate(self, purpose: Purpose) -> tuple[KeyRecord, ...]:
        """Go one step: publish a next key, or put the published one to use. Return the records that changed.

        RotationRefused when platforms have not had the time to learn the next key.
        """
        check_rotates(purpose)
        with self._store.writing() as transaction:
            self._begin(transaction)
            coming = in_state(self._of(purpose), "next")
            if coming is None and RULES[purpose].lead:
                return (self._add(purpose, "next"),)
            if coming is None:
                coming = self._add(purpose, "next")
            check_promotion(coming, self._clock())
            return self._promote(coming, RULES[purpose].keep)

    def replace_now(self, purpose: Purpose) -> tuple[KeyRecord, ...]:
        """Answer a leaked key: a new one signs from now on, all others of the purpose are trusted no more."""
        check_rotates(purpose)
        with self._store.writing() as transaction:
            self._begin(transaction)
            others = [record for record in self._of(purpose) if record.state != "current"]
            gone = tuple(self._end(record, timedelta(0)) for record in others if record.published(self._clock()))
            return gone + self._promote(self._add(purpose, "next"), timedelta(0))

    def retire(self, kid: str) -> KeyRecord:
        """Publish a next or retired key no more; RotationRefused for the current one and for an unknown id."""
        with self._store.writing() as transaction:
            self._begin(transaction)
            found = next((record for record in self._now().records if record.kid == kid), None)
            if found is None:
                raise RotationRefused(f"there is no key {kid}")
            check_retirement(found)
            return self._end(found, timedelta(0))

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return the envelope of another secret that must not be read or moved in the database (CR-01)."""
        return self._vault.seal(plain, context)

    def open(self, envelope: bytes, context: str) -> bytes:
        """Return what is inside; VaultClosed."""
        return self._vault.open(envelope, context)

    def renewed(self, envelope: bytes, context: str) -> bytes | None:
        """Return the envelope under the first key-encryption key, None when it is already; VaultClosed."""
        if self._vault.is_current(envelope):
            return None
        return self._vault.seal(self._vault.open(envelope, context), context)

    def reseal(self) -> int:
        """Seal every key with the first key-encryption key; return how many were sealed with another one."""
        with self._store.writing():
            self._rows.lock()
            old = [(record, sealed) for record, sealed in self._rows.all() if not self._vault.is_current(sealed)]
            for record, sealed in old:
                plain = self._vault.open(sealed, _context(record))
                self._rows.change(record.kid, sealed=self._vault.seal(plain, _context(record)))
        return len(old)

    def _promote(self, coming: KeyRecord, keep: timedelta) -> tuple[KeyRecord, ...]:
        leaving = in_state(self._of(coming.purpose), "current")
        after = replace(coming, state="current", active_from=self._clock())
        self._rows.change(coming.kid, state=after.state, active_from=after.active_from)
        gone = () if leaving is None else (self._end(leaving, keep),)
        self._told()
        return (after, *gone)

    def _end(self, record: KeyRecord, keep: timedelta) -> KeyRecord:
        after = replace(record, state="retired", ends_at=self._clock() + keep)
        self._rows.change(record.kid, state=after.state, ends_at=after.ends_at)
        self._told()
        return after

    def _add(self, purpose: Purpose, state: str) -> KeyRecord:
        now = self._clock()
        made = self._make(purpose, now)
        record = KeyRecord(
            kid=made.kid,
            purpose=purpose,
            algorithm=RULES[purpose].algorithm,
            state="current" if state == "current" else "next",
            created_at=now,
            active_from=now if state == "current" else None,
            certificate=made.certificate,
        )
        self._rows.add(record, self._vault.seal(made.secret, _context(record)))
        self._told()
        return record

    def _of(self, purpose: Purpose) -> list[KeyRecord]:
        return [record for record in self._now().records if record.purpose == purpose]

    def _current(self, purpose: Purpose) -> KeyRecord:
        found = in_state(self._of(purpose), "current")
        if found is None:
            raise KeysMissing(f"there is no {purpose} key; run: sso-bridge db upgrade")
        return found

    def _begin(self, transaction: Connection) -> None:
        """Make other writers wait; until the transaction ends this thread reads from it, and nobody keeps that."""
        self._rows.lock()
        self._changed_in.add(transaction)
        self._forget()

    def _told(self) -> None:
        self._rows.changed()
        self._forget()

    def _forget(self) -> None:
        self._opened = None

    def _now(self) -> _Opened:
        """Return what is known; look for changes every few seconds only, for a sign-in must not pay for it."""
        opened, now = self._opened, self._clock()
        transaction = self._store.open_transaction()
        if transaction is not None and transaction in self._changed_in:
            return self._open(self._rows.version(), now, opened)
        if opened is not None and now - opened.checked_at < LOOK_AGAIN:
            return opened
        with self._reading:
            version = self._rows.version()
            if opened is not None and opened.version == version:
                opened = replace(opened, checked_at=now)
            else:
                opened = self._open(version, now, opened)
                log.info("keys.opened", version=version, kids=sorted(opened.keys))
            self._opened = opened
        return opened

    def _open(self, version: int, now: datetime, known: _Opened | None) -> _Opened:
        records: list[KeyRecord] = []
        secrets: dict[str, bytes] = {}
        keys: dict[str, SigningKey] = {}
        for record, sealed in self._rows.all():
            records.append(record)
            if known is not None and record.kid in known.keys:
                keys[record.kid] = known.keys[record.kid]
                continue
            plain = self._vault.open(sealed, _context(record))
            if record.algorithm == "secret":
                secrets[record.kid] = plain
            else:
                keys[record.kid] = SigningKey(record.kid, record.algorithm, material.read(plain), record.certificate)
        return _Opened(version, now, tuple(records), secrets, keys)


def _context(record: KeyRecord) -> str:
    return f"signing_key/{record.purpose}/{record.kid}"
