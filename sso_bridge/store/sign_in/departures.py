"""Ends what people who do not work here any more still have open with us: sessions, codes and tokens (SE-04, PR-09).

Every use of a session or token asks HR's facts anyway; this makes the end final, also for somebody who comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from sqlalchemy import or_, select

from mappings.days import Day
from mappings.employment import absence_reason
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.staff.group_names import NO_NAMES
from sso_bridge.store.staff.people import COLUMNS, to_person
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.login import bridge_session
from sso_bridge.store.tables.openid import openid_grant
from sso_bridge.store.tables.organisation import person


class Departures:
    """Looks at those who have something open, never at everybody; `today` tells the dates of this moment."""

    def __init__(self, store: Store, clock: Clock, audit: AuditTrail, today: Callable[[], Day]) -> None:
        self._store = store
        self._clock = clock
        self._audit = audit
        self._today = today

    def end_access(self, by: str, only: Iterable[int] | None = None) -> int:
        """End what those who have left still have open, in the open transaction; return how many people they were.

        With `only`, nobody but these people is looked at, and whose part they are: a session is the whole person's.
        """
        now, today = self._clock(), self._today()
        live = (bridge_session.c.ended_at.is_(None), bridge_session.c.ends_at > now)
        sessions = select(bridge_session.c.person_id).where(*live)
        grants = select(openid_grant.c.person_id).where(
            openid_grant.c.revoked_at.is_(None), openid_grant.c.ends_at > now
        )
        query = select(*COLUMNS).where(or_(person.c.id.in_(sessions), person.c.id.in_(grants)))
        if only is not None:
            ids = list(only)
            if not ids:
                return 0
            wholes = select(statement.c.part_of).where(statement.c.person_id.in_(ids), statement.c.part_of.is_not(None))
            query = query.where(or_(person.c.id.in_(ids), person.c.id.in_(wholes)))
        ended = 0
        with self._store.writing() as connection:
            for row in connection.execute(query).all():
                found = to_person(row, NO_NAMES)
                if not (reason := absence_reason(found, today)):
                    continue
                count = Sessions(self._store, timedelta()).end_person(found.id, "left", now)
                OpenIdGrants(self._store, self._clock).revoke_person(found.id)
                after = {"sessions": count}
                self._audit.record(Event("access.ended", by, f"person:{found.uuid}", after=after, why=reason))
                ended += 1
        return ended
