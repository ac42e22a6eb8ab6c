"""The last good description of each SAML workplace's identity provider, and what is held for an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.login.authenticate.saml_sp.ports import Held, Kept
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.peer_proposals import PeerProposals
from sso_bridge.store.tables.workplaces import workplace_peer as table
from sso_bridge.store.upsert import insert_new

BLANK: Mapping[str, Any] = {
    "document": b"",
    "confirmed_at": None,
    "asked_at": None,
    "answered_at": None,
    "problem": "",
    "fruitless": 0,
    "held_document": None,
    "held_why": "",
    "held_since": None,
    "proposed_digest": "",
    "proposed_by": "",
    "proposed_until": None,
    "skew": 0.0,
    "skew_samples": 0,
}


class Peers:
    """Fulfils `saml_sp.ports.Shelf`. A change and its audit record are kept or lost together."""

    def __init__(self, store: Store, audit: AuditTrail) -> None:
        self._store = store
        self._audit = audit
        self.proposals = PeerProposals(store, audit)

    def get(self, workplace: str, source: str) -> Kept:
        """Return what is kept; an empty one when nothing is, or it came from another source."""
        with self._store.reading() as connection:
            row = connection.execute(select(table).where(table.c.workplace == workplace)).first()
        if row is None or row.source != source:
            return Kept()
        held = Held(row.held_document, row.held_why, row.held_since) if row.held_document is not None else None
        return Kept(
            document=row.document,
            confirmed_at=row.confirmed_at,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            problem=row.problem,
            fruitless=row.fruitless,
            held=held,
            skew=row.skew,
            skew_samples=row.skew_samples,
        )

    def may_ask(self, workplace: str, source: str, every: timedelta, now: datetime) -> bool:
        """Return whether it is this caller's turn; the row is of this source from now on."""
        with self._store.writing() as connection:
            self._row(connection, workplace, source)
            due = or_(table.c.asked_at.is_(None), table.c.asked_at <= now - every)
            asking = update(table).where(table.c.workplace == workplace, due).values(asked_at=now)
            return connection.execute(asking).rowcount == 1

    def keep(self, workplace: str, document: bytes, change: Mapping[str, Any] | None, now: datetime) -> None:
        """Keep a believed description; nothing is held any more."""
        values = {"document": document, "confirmed_at": now, "answered_at": now, "problem": "", **_NOTHING_HELD}
        values |= {"fruitless": 0} if change is not None else {}
        self._set(workplace, values, "workplace.metadata_changed" if change is not None else "", change)

    def hold(self, workplace: str, held: Held, change: Mapping[str, Any], now: datetime) -> None:
        """Set a doubtful description aside; the audit tells it once for each reason."""
        with self._store.writing() as connection:
            found = select(table.c.held_why, table.c.held_since).where(table.c.workplace == workplace)
            row = connection.execute(found).first()
            known = row is not None and row.held_why == held.why
            since = row.held_since if row is not None and known else held.since
            values = {"held_document": held.document, "held_why": held.why, "held_since": since}
            what = "" if known else "workplace.metadata_held"
            self._set(workplace, {**values, "answered_at": now, "problem": held.why}, what, change, why=held.why)

    def failed(self, workplace: str, problem: str, now: datetime) -> None:
        """Note why the peer could not be asked; the good copy stays."""
        self._set(workplace, {"problem": problem[:1000], "answered_at": now}, "", None)

    def counted(self, workplace: str, fruitless: int) -> None:
        """Keep how often in a row the peer was asked in vain."""
        self._set(workplace, {"fruitless": fruitless}, "", None)

    def measured(self, workplace: str, source: str, skew: float, samples: int) -> None:
        """Keep the measured difference of clocks."""
        with self._store.writing() as connection:
            self._row(connection, workplace, source)
            self._set(workplace, {"skew": skew, "skew_samples": samples}, "", None)

    def accept(
        self, workplace: str, held: Held, change: Mapping[str, Any], digest: str, actor: str, now: datetime
    ) -> bool:
        """Let two administrators make the held description the good one; False when it is another by now.

        The first one only proposes it: `digest` names what was looked at. SecondPersonNeeded as `PeerProposals.agreed`.
        """
        values = {"document": held.document, "confirmed_at": now, "problem": "", **_NOTHING_HELD}
        with self._store.writing() as connection:
            same = (table.c.workplace == workplace) & (table.c.held_document == held.document)
            if connection.execute(update(table).where(same).values(problem=held.why)).rowcount != 1:
                return False
            wish = self.proposals.agreed(workplace, digest, actor, now)
            if wish is not None:
                connection.execute(update(table).where(same).values(**values))
                shown = {**change, "after": {**change.get("after", {}), "proposed_by": wish.made_by}}
                self._audit.record(_event("workplace.metadata_accepted", actor, workplace, shown, held.why))
            return True

    def _row(self, connection: Connection, workplace: str, source: str) -> None:
        """Make the row, or begin anew when the administrator named another source."""
        insert_new(connection, table, {"workplace": workplace, "source": source, **BLANK})
        other = (table.c.workplace == workplace) & (table.c.source != source)
        connection.execute(update(table).where(other).values(source=source, **BLANK))

    def _set(
        self, workplace: str, values: Mapping[str, Any], what: str, change: Mapping[str, Any] | None, why: str = ""
    ) -> None:
        with self._store.writing() as connection:
            connection.execute(update(table).where(table.c.workplace == workplace).values(**values))
            if what:
                self._audit.record(_event(what, "bridge", workplace, change or {}, why))


_NOTHING_HELD: Mapping[str, Any] = {
    "held_document": None, "held_why": "", "held_since": None,
    "proposed_digest": "", "proposed_by": "", "proposed_until": None,
}  # fmt: skip


def _event(what: str, actor: str, workplace: str, change: Mapping[str, Any], why: str) -> Event:
    return Event(what, actor, f"workplace:{workplace}", before=change.get("before"), after=change.get("after"), why=why)
