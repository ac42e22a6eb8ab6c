"""Webhooks in the database: subscriptions, what waits to be told, and what was told. Secrets are sealed (CR-01)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Row, delete, func, insert, select, update

from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import Way, during, equals, narrowed
from sso_bridge.store.tables.webhooks import webhook, webhook_delivery
from sso_bridge.webhooks.events import Happening
from sso_bridge.webhooks.signing import new_secret

DELIVERIES: Final[Mapping[str, Way]] = {
    "state": equals(webhook_delivery.c.state), "event": equals(webhook_delivery.c.event),
    **during(webhook_delivery.c.made_at),
}  # fmt: skip
NONE: Final[Mapping[str, Any]] = {}
OVERLAP: Final = timedelta(hours=24)
"""So long receivers find signatures by both secrets after a change."""

KEPT: Final = timedelta(days=30)
"""How long the log of deliveries is kept."""


ANEW: Final = {"state": "enabled", "failures": 0, "failing_since": None, "not_before": None, "why_disabled": ""}
"""What is so of a subscription that begins anew."""


class Sealer(Protocol):
    """Seals what must not be read in the database (`keys.ring.KeyRing`)."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return the envelope."""
        ...

    def open(self, envelope: bytes, context: str) -> bytes:
        """Return what is inside."""
        ...


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription, without its secrets. `not_before` holds back the next try after a failure."""

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    state: str
    created_at: datetime
    created_by: str
    failures: int = 0
    failing_since: datetime | None = None
    not_before: datetime | None = None
    rounds: int = 0
    why_disabled: str = ""
    old_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one receiver."""

    id: int
    webhook: str
    message: str
    event: str
    body: str
    state: str
    attempts: int
    made_at: datetime
    tried_at: datetime | None
    status: int | None
    error: str


class Webhooks:
    """Keeps them. Callers record what they do in the audit."""

    def __init__(self, store: Store, clock: Clock, sealer: Sealer) -> None:
        self.store = store
        self.clock = clock
        self._sealer = sealer

    def add(self, name: str, url: str, events: Sequence[str], by: str) -> tuple[Webhook, str]:
        """Return a new subscription and its secret, to be shown once."""
        made = Webhook(secrets.token_hex(8), name, url, tuple(events), "enabled", self.clock(), by)
        secret = new_secret()
        row = {field: getattr(made, field) for field in Webhook.__slots__} | {"events": list(events)}
        with self.store.writing() as connection:
            connection.execute(insert(webhook).values(**row, secret=self._sealed(made.id, secret)))
        return made, secret

    def all(self) -> list[Webhook]:
        """Return all subscriptions, oldest first."""
        with self.store.reading() as connection:
            rows = connection.execute(select(webhook).order_by(webhook.c.created_at, webhook.c.id)).all()
        return [_webhook(row) for row in rows]

    def disabled(self) -> int:
        """Return how many are told nothing."""
        query = select(func.count()).select_from(webhook).where(webhook.c.state == "disabled")
        with self.store.reading() as connection:
            return connection.execute(query).scalar_one()

    def get(self, webhook_id: str) -> Webhook | None:
        """Return one subscription."""
        with self.store.reading() as connection:
            row = connection.execute(select(webhook).where(webhook.c.id == webhook_id)).one_or_none()
        return _webhook(row) if row else None

    def held(self, webhook_id: str) -> Webhook | None:
        """Return one subscription, which nobody else changes until the end of the open transaction."""
        with self.store.writing() as connection:
            row = connection.execute(select(webhook).where(webhook.c.id == webhook_id).with_for_update()).one_or_none()
        return _webhook(row) if row else None

    def change(self, webhook_id: str, **values: Any) -> None:
        """Keep other values."""
        with self.store.writing() as connection:
            connection.execute(update(webhook).where(webhook.c.id == webhook_id).values(**values))

    def remove(self, webhook_id: str) -> None:
        """Forget a subscription and what was told."""
        with self.store.writing() as connection:
            connection.execute(delete(webhook_delivery).where(webhook_delivery.c.webhook == webhook_id))
            connection.execute(delete(webhook).where(webhook.c.id == webhook_id))

    def renew(self, webhook_id: str) -> str:
        """Return a new secret; messages are signed with the old one too, for the overlap."""
        secret = new_secret()
        with self.store.writing() as connection:
            old = connection.execute(select(webhook.c.secret).where(webhook.c.id == webhook_id)).scalar_one()
            values = {"secret": self._sealed(webhook_id, secret), "old_secret": old}
            self.change(webhook_id, **values, old_until=self.clock() + OVERLAP)
        return secret

    def secrets_of(self, webhook_id: str) -> list[str]:
        """Return the secrets that count now, the newest first."""
        with self.store.reading() as connection:
            row = connection.execute(select(webhook).where(webhook.c.id == webhook_id)).one()
        old = [row.old_secret] if row.old_secret is not None and self.clock() < row.old_until else []
        return [self._sealer.open(one, row_context(webhook_id)).decode() for one in (row.secret, *old)]

    def keep(self, happenings: Iterable[Happening], *, only: str = "") -> int:
        """Queue what happened for everybody who wants it, or for one subscription; return how many messages."""
        wanting = [one for one in self.all() if one.state == "enabled" and only in {"", one.id}]
        rows = [
            {"webhook": one.id, "message": f"msg_{secrets.token_hex(16)}", "event": each.type, "body": each.body(),
             "state": "waiting", "attempts": 0, "made_at": self.clock(), "error": ""}
            for each in happenings
            for one in wanting
            if only or each.type in one.events
        ]  # fmt: skip
        if rows:
            with self.store.writing() as connection:
                connection.execute(insert(webhook_delivery), rows)
        return len(rows)

    def test(self, webhook_id: str, reference: str = "") -> bool:
        """Queue a test message, to be sent at once; False when the subscription is disabled."""
        with self.store.writing():
            self.change(webhook_id, not_before=None)
            happening = Happening("webhook.test", self.clock(), f"webhook:{webhook_id}", {}, reference)
            return self.keep([happening], only=webhook_id) == 1

    def due(self) -> list[Webhook]:
        """Return the subscriptions that have something to be told now."""
        now = self.clock()
        waiting = select(webhook_delivery.c.webhook).where(webhook_delivery.c.state == "waiting")
        held = webhook.c.not_before.is_(None) | (webhook.c.not_before <= now)
        query = select(webhook).where(webhook.c.state == "enabled", held, webhook.c.id.in_(waiting))
        with self.store.reading() as connection:
            return [_webhook(row) for row in connection.execute(query)]

    def waiting(self, webhook_id: str, limit: int) -> list[Delivery]:
        """Return the oldest messages that wait."""
        mine = (webhook_delivery.c.webhook == webhook_id, webhook_delivery.c.state == "waiting")
        query = select(webhook_delivery).where(*mine).order_by(webhook_delivery.c.id).limit(limit)
        with self.store.reading() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def deliveries(
        self, webhook_id: str, limit: int, before: int | None = None, wanted: Mapping[str, Any] = NONE
    ) -> list[Delivery]:
        """Return the newest messages that are wanted."""
        query = select(webhook_delivery).where(webhook_delivery.c.webhook == webhook_id)
        if before is not None:
            query = query.where(webhook_delivery.c.id < before)
        query = narrowed(query, DELIVERIES, wanted)
        with self.store.reading() as connection:
            rows = connection.execute(query.order_by(webhook_delivery.c.id.desc()).limit(limit)).all()
        return [_delivery(row) for row in rows]

    def note(self, delivery: Delivery, **values: Any) -> None:
        """Keep what came of a try."""
        with self.store.writing() as connection:
            connection.execute(update(webhook_delivery).where(webhook_delivery.c.id == delivery.id).values(**values))

    def forget(self) -> int:
        """Delete what was told long ago; how much."""
        old = (webhook_delivery.c.made_at < self.clock() - KEPT, webhook_delivery.c.state != "waiting")
        with self.store.writing() as connection:
            return connection.execute(delete(webhook_delivery).where(*old)).rowcount

    def _sealed(self, webhook_id: str, secret: str) -> bytes:
        return self._sealer.seal(secret.encode(), row_context(webhook_id))


def row_context(webhook_id: str) -> str:
    """Return what the secrets of a subscription are sealed for."""
    return f"webhook:{webhook_id}"


def _webhook(row: Row[Any]) -> Webhook:
    values = {field: getattr(row, field) for field in Webhook.__slots__}
    return Webhook(**values | {"events": tuple(row.events)})


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{field: getattr(row, field) for field in Delivery.__slots__})
