"""Erases a person: all that is hers goes, all that names her forgets her, a tombstone stays (GDPR art. 17).

One transaction; afterwards the files are cleaned of what the database had only given up (`cleaning`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from mappings.days import Day, home_day
from mappings.people import ERASED_MARK, Person
from sso_bridge.audit.events import Event
from sso_bridge.clock import Clock
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.audit_words import AuditWords
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.audited import ERASURE, hers, left_of
from sso_bridge.store.privacy.hindrances import Hindrance, hindrances
from sso_bridge.store.privacy.names import Names
from sso_bridge.store.privacy.naming import ids_of, names_of, places_of
from sso_bridge.store.privacy.scrub import take_names, take_places, take_rows
from sso_bridge.store.privacy.tombstones import Tombstone, Tombstones
from sso_bridge.store.staff.facts import digest_of
from sso_bridge.store.staff.group_names import NO_NAMES
from sso_bridge.store.staff.people import COLUMNS, to_person
from sso_bridge.store.sync.given_values import seal_values
from sso_bridge.store.tables.login import sign_in_trace
from sso_bridge.store.tables.organisation import organisation, person
from sso_bridge.store.tables.sync import account_shadow

log = structlog.get_logger(__name__)
USER_NAMES = ("userName", "username", "user_name", "preferred_username")
"""What platforms call the name somebody signs in with."""


class NotErasable(Exception):
    """The person cannot be erased; the message tells each reason and what to do about it."""

    code = "not_erasable"

    def __init__(self, reasons: tuple[Hindrance, ...]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(f"{one.what} ({one.hint})" for one in reasons))


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done, in numbers."""

    uuid: str
    rows: dict[str, int]
    records: int


@dataclass(frozen=True)
class Eraser:
    """`today` tells the dates of this moment, `kept_days` how long leavers are kept in any case."""

    store: Store
    clock: Clock
    audit: AuditLog
    tombstones: Tombstones
    today: Callable[[], Day]
    kept_days: int

    def hindrances(self, person_id: int) -> tuple[Hindrance, ...]:
        """Return why the person cannot be erased yet; LookupError when there is nobody."""
        with self.store.reading() as connection:
            ids = ids_of(connection, person_id)
            names = names_of(connection, ids)
            one = self._person(connection, person_id)
            return tuple(hindrances(connection, ids, one, names, self.today, self.kept_days))

    def erase(self, person_id: int, *, by: str, why: str, forced: bool = False) -> Erased:
        """Erase; NotErasable with the reasons, LookupError when there is nobody. Safe to repeat."""
        with self.store.writing() as connection:
            stopped = [one for one in self.hindrances(person_id) if not (forced and one.forcible)]
            if stopped:
                raise NotErasable(tuple(stopped))
            ids = ids_of(connection, person_id)
            names = names_of(connection, ids)
            uuids = self._uuids(connection, ids)
            used = self._user_names(connection, ids)
            references = frozenset(
                connection.execute(
                    select(sign_in_trace.c.reference).where(sign_in_trace.c.person_id.in_(ids))
                ).scalars()
            )
            changed = {}
            for record in hers(self.audit, frozenset(uuids.values()), references, names):
                if left := left_of(record, frozenset(uuids.values()), references, names):
                    changed[record.seq] = left
            reason, uuid = names.text(why), uuids[person_id]
            done = self._take(connection, ids, names, uuid)
            for each in sorted(ids):
                stone = Tombstone(each, uuids[each], self.clock(), names.text(by), reason)
                self._bury(connection, stone)
                self.tombstones.set_up(stone, used)
            records = AuditWords(self.audit).take_out(changed, by=names.text(by), target=f"person:{uuid}", why=reason)
            after = {"rows": dict(done), "records": records, "forced": forced}
            self.audit.record(Event(ERASURE, names.text(by), f"person:{uuid}", after=after, why=reason))
        log.info("person.erased", person=uuid)  # kept elsewhere it tells whom to erase again after a restore
        return Erased(uuid, dict(done), records)

    def _take(self, connection: Connection, ids: frozenset[int], names: Names, uuid: str) -> Counter[str]:
        unique = f"[erased {uuid}]"
        done = take_rows(connection, ids) + take_places(connection, ids, places_of(connection, ids), unique)
        done += take_names(connection, ids, names, unique)
        done["given_value"] += seal_values(connection, ids, self.tombstones.sealed)
        connection.execute(update(organisation).values(version=organisation.c.version + 1))
        return Counter({name: count for name, count in done.items() if count})

    @staticmethod
    def _person(connection: Connection, person_id: int) -> Person:
        row = connection.execute(select(*COLUMNS).where(person.c.id == person_id)).one_or_none()
        if row is None:
            raise LookupError(person_id)
        found = to_person(row, NO_NAMES)
        return replace(found, leaves_on=found.leaves_on or row.gone_on)

    @staticmethod
    def _uuids(connection: Connection, ids: frozenset[int]) -> dict[int, str]:
        query = select(person.c.id, person.c.uuid).where(person.c.id.in_(ids))
        return {row.id: row.uuid for row in connection.execute(query)}

    @staticmethod
    def _user_names(connection: Connection, ids: frozenset[int]) -> set[str]:
        """Return the names she signed in with, here and on platforms."""
        facts = connection.execute(select(person.c.facts).where(person.c.id.in_(ids))).scalars()
        found = {str(one.get("username", "")) for one in facts}
        query = select(account_shadow.c.attributes).where(account_shadow.c.person_id.in_(ids))
        for attributes in connection.execute(query).scalars():
            found |= {str(attributes[name]) for name in USER_NAMES if attributes.get(name)}
        return found - {""}

    def _bury(self, connection: Connection, stone: Tombstone) -> None:
        """Leave of the person's row what a tombstone is: our ids, and since when she is gone."""
        facts: dict[str, Any] = {"status": "gone"}
        row = connection.execute(select(person.c.gone_on).where(person.c.id == stone.person_id)).one()
        values = {
            "key": f"{ERASED_MARK}{stone.uuid}", "facts": facts, "digest": digest_of(facts), "strikes": 0,
            "origin": None, "gone_on": row.gone_on or home_day(self.today()), "next_change": None,
            "changed_at": stone.erased_at,
        }  # fmt: skip
        connection.execute(update(person).where(person.c.id == stone.person_id).values(values))
