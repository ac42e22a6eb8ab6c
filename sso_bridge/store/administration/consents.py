"""Approvals of configuration drafts: who let which document come into force, and until when (AD-08)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select

from provisioners.sync.rollout.approval import APPROVED_FOR
from sso_bridge.clock import Clock
from sso_bridge.store.administration.hands import check_two_hands
from sso_bridge.store.administration.revisions import Revision, content_digest
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.configuration import configuration_approval as approval
from sso_bridge.store.tables.configuration import configuration_revision as revision


@dataclass(frozen=True, slots=True)
class Consent:
    """One approval of one draft."""

    draft: int
    by: str
    at: datetime
    until: datetime


class Consents:
    """Approvals in the database; each holds for 24 hours, for that document on that base."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tokens = Tokens(store, clock)

    def give(self, draft: Revision, by: str) -> Consent:
        """Approve a draft; SecondPersonNeeded when the hand that made it does.

        Who looks what a document would do keeps a draft of it, too: its maker is whoever drafted this content first.
        """
        now = self._clock()
        given = Consent(draft.id, by, now, now + APPROVED_FOR)
        with self._store.writing() as connection:
            for maker in dict.fromkeys((draft.made_by, self._first_maker(draft))):
                check_two_hands(self._tokens, maker, by)
            values = {"draft": given.draft, "by": given.by, "at": given.at, "until": given.until}
            what = {"base": draft.base, "digest": content_digest(draft.document)}
            connection.execute(insert(approval).values(**values, **what))
        return given

    def _first_maker(self, draft: Revision) -> str:
        same = (revision.c.base == draft.base) & (revision.c.id < draft.id)
        query = select(revision.c.document, revision.c.made_by).where(same).order_by(revision.c.id)
        wanted = content_digest(draft.document)
        with self._store.reading() as connection, connection.execute(query) as rows:
            for text, maker in rows:
                if content_digest(json.loads(text)) == wanted:
                    return str(maker)
        return draft.made_by

    def all(self, draft: int) -> tuple[Consent, ...]:
        """Return the approvals of a draft, newest first."""
        return self._found(approval.c.draft == draft)

    def holds(self, base: int, digest: str) -> bool:
        """Return whether exactly this content, on this base, is approved now."""
        given = self._found((approval.c.base == base) & (approval.c.digest == digest))
        return any(self._clock() < one.until for one in given)

    def _found(self, condition: ColumnElement[bool]) -> tuple[Consent, ...]:
        query = select(approval.c.draft, approval.c.by, approval.c.at, approval.c.until).where(condition)
        with self._store.reading() as connection:
            return tuple(Consent(*row) for row in connection.execute(query.order_by(approval.c.id.desc())))
