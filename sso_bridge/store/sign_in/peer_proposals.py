"""Who wants to believe the held metadata of a workplace, until another administrator agrees (AD-08, MD-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from provisioners.sync.rollout.approval import APPROVED_FOR
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.store.administration.hands import at_console, check_two_hands
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.workplaces import workplace_peer as table


@dataclass(frozen=True, slots=True)
class PeerProposal:
    """One wish. `digest` names the difference that was looked at."""

    digest: str
    made_by: str
    until: datetime


class PeerProposals:
    """At most one for each workplace. It holds for 24 hours, and only while the difference is the one it names."""

    def __init__(self, store: Store, audit: AuditTrail) -> None:
        self._store = store
        self._audit = audit

    def of(self, workplace: str, digest: str, now: datetime) -> PeerProposal | None:
        """Return the wish to believe exactly this, while it holds."""
        query = select(table.c.proposed_digest, table.c.proposed_by, table.c.proposed_until)
        with self._store.reading() as connection:
            row = connection.execute(query.where(table.c.workplace == workplace)).first()
        found = PeerProposal(*row) if row is not None and row.proposed_until is not None else None
        return found if found is not None and found.digest == digest and now < found.until else None

    def agreed(self, workplace: str, digest: str, actor: str, now: datetime) -> PeerProposal | None:
        """Return the wish to which this actor is the second hand; None makes the actor the first one.

        The command line needs nobody else. SecondPersonNeeded when the hand that wished it agrees with itself.
        """
        found = self.of(workplace, digest, now)
        if at_console(actor):
            return found or PeerProposal(digest, actor, now)
        if found is not None:
            check_two_hands(Tokens(self._store, lambda: now), found.made_by, actor)
            return found
        values = {"proposed_digest": digest, "proposed_by": actor, "proposed_until": now + APPROVED_FOR}
        with self._store.writing() as connection:
            connection.execute(update(table).where(table.c.workplace == workplace).values(**values))
            self._audit.record(
                Event("workplace.metadata_proposed", actor, f"workplace:{workplace}", after={"digest": digest})
            )
        return None
