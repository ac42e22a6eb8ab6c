"""Tells a person all that is kept about her (GDPR art. 15), by the same register that erases her.

Rows of hers are told whole; of texts that may name anybody only those that name her, so that nobody else is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Table, select

from sso_bridge.audit.export import as_mapping
from sso_bridge.clock import Clock
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.audited import hers
from sso_bridge.store.privacy.holding import Holding
from sso_bridge.store.privacy.holdings import held
from sso_bridge.store.privacy.names import Names, strings
from sso_bridge.store.privacy.naming import ids_of, mentions, names_of, rows_of
from sso_bridge.store.staff.group_names import names_for
from sso_bridge.store.sync.shadows import unpacked
from sso_bridge.store.tables.login import sign_in_trace
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.sync import group_shadow

Told = dict[str, Any]


class Telling:
    """Reads; changes nothing."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    def tell(self, person_id: int) -> Told:
        """Return everything as JSON-ready values; LookupError when there is nobody."""
        with self._store.reading() as connection:
            ids = ids_of(connection, person_id)
            uuids = connection.execute(select(person.c.id, person.c.uuid).where(person.c.id.in_(ids))).all()
            found = {row.id: row.uuid for row in uuids}
            if person_id not in found:
                raise LookupError(person_id)
            names = names_of(connection, ids)
            words = select(sign_in_trace.c.reference).where(sign_in_trace.c.person_id.in_(ids))
            references = connection.execute(words).scalars().all()
            told: Told = {"person": found[person_id], "told_at": self._clock().isoformat(), "held": []}
            for table, holding in reversed(list(held(person.metadata))):
                rows = list(_rows(connection, table, holding, ids, names)) if table.name != "audit" else []
                if rows:
                    told["held"].append({"table": table.name, "what": holding.what, "rows": rows})
            told["groups"] = list(_groups(connection, ids))
            told["pushed_groups"] = list(_pushed_groups(connection, ids))
        acts = hers(self._audit, frozenset(found.values()), references, names)
        told["audit"] = sorted((as_mapping(record) for record in acts), key=lambda one: one["seq"])
        return told


def _rows(connection: Connection, table: Table, holding: Holding, ids: frozenset[int], names: Names) -> Iterator[Told]:
    mine = rows_of(table, ids)
    if mine is not None:
        columns = [column for column in table.columns if column.name in (*holding.about, *holding.told)]
        moments = [column for column in table.columns if column.name.endswith("_at") and column not in columns]
        shown = [one for one in (*columns, *moments) if not isinstance(one.type, LargeBinary)]
        query = select(*shown or table.primary_key.columns).where(mine)
        yield from (_plain(row) for row in connection.execute(query))
    elif holding.told:
        columns = [table.c[name] for name in holding.told]
        for row in connection.execute(select(*columns).where(mentions(columns, names))):
            said = {name: _hers(value, names) for name, value in row._mapping.items()}  # noqa: SLF001 - a public name
            if any(said.values()):
                yield {name: value for name, value in said.items() if value}


def _pushed_groups(connection: Connection, ids: frozenset[int]) -> tuple[str, ...]:
    facts = connection.execute(select(person.c.facts).where(person.c.id.in_(ids))).scalars().all()
    uuids = [uuid for one in facts for uuid in one.get("source_groups", ())]
    return names_for(connection, uuids).of(uuids)


def _groups(connection: Connection, ids: frozenset[int]) -> Iterator[Told]:
    query = select(group_shadow.c.platform, group_shadow.c.name, group_shadow.c.members, group_shadow.c.owners)
    for row in connection.execute(query.execution_options(yield_per=500)):
        if (owner := bool(unpacked(row.owners) & ids)) | bool(unpacked(row.members) & ids):
            yield {"platform": row.platform, "group": row.name, "owner": owner}


def _hers(value: Any, names: Names) -> list[str]:
    return [text for text in strings(value) if names.text(text) != text]


def _plain(row: Row[Any]) -> Told:
    return {name: value.isoformat() if isinstance(value, datetime | date) else value
            for name, value in row._mapping.items() if value is not None and not isinstance(value, bytes)}  # fmt: skip  # noqa: SLF001
