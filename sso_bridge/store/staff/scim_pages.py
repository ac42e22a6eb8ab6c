"""Pages of SCIM resources of one source: counted and cut by the database where the filter can be SQL.

Pages begin at an index (RFC 7644 section 3.4.2.4) or after the last resource of the page before (RFC 9865).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, String, and_, cast, collate, func, literal, or_, select

from sso_bridge.scim.errors import InvalidValue, TooMany
from sso_bridge.scim.filters import Filter
from sso_bridge.scim.limits import MOST_SEARCHED
from sso_bridge.scim.matching import holds
from sso_bridge.scim.places import Place
from sso_bridge.scim.schema import KINDS
from sso_bridge.scim.telling import schemas_of, version
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.scim_queries import EXACT, FOLDED, MOMENTS, Compiled, compiled
from sso_bridge.store.tables.scim import scim_group, scim_user

TABLES = {"User": scim_user, "Group": scim_group}
LAST = "\U0010ffff"
"""Stands for a missing value: resources without one come last (RFC 7644 section 3.4.2.3)."""


class Found(NamedTuple):
    """One resource as it is kept; `id` is never told."""

    id: int
    uuid: str
    resource: Mapping[str, Any]
    revision: int
    created_at: datetime
    modified_at: datetime


class After(NamedTuple):
    """Where the page before ended: the value that was sorted by, and our id."""

    value: str
    id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which resources, in which order, from where, how many."""

    kind: str
    source: str
    filter: Filter | None = None
    sort: Place | None = None
    descending: bool = False
    start: int = 0
    after: After | None = None
    count: int = 100


@dataclass(frozen=True, slots=True)
class Page:
    """How many there are in all, those of the page, what each is sorted by, and where the next page begins, if any."""

    total: int
    items: tuple[Found, ...]
    keys: tuple[str, ...] = ()
    next: After | None = None


class ScimPages:
    """Reads pages."""

    def __init__(self, store: Store, most_searched: int = MOST_SEARCHED) -> None:
        self._store = store
        self._most_searched = most_searched

    def page(self, asked: Asked) -> Page:
        """Return the page; InvalidFilter, InvalidValue for an order there is none of, TooMany."""
        table, plan = TABLES[asked.kind], compiled(asked.filter, asked.kind)
        ours = table.c.source == asked.source
        condition = ours if plan.condition is None else and_(ours, plan.condition)
        with self._store.reading() as connection:
            key = _sorted_by(asked, connection)
            total = connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
            query = _query(asked, plan, key).where(condition)
            if not plan.exact:
                return self._searched(connection, asked, plan, query, key, total)
            if asked.count == 0:
                return Page(total, ())
            query = query.limit(asked.count + 1)
            query = query.offset(asked.start) if asked.after is None else query.where(_beyond(asked, key))
            rows = connection.execute(query).all()
            return _cut(asked, total, rows)

    def _searched(
        self,
        connection: Connection,
        asked: Asked,
        plan: Compiled,
        query: Select[*tuple[Any, ...]],
        key: ColumnElement[Any] | None,
        candidates: int,
    ) -> Page:
        """Look at the candidates one by one, as a stream."""
        if candidates > self._most_searched:
            hint = "ask for userName, externalId, displayName, active or emails as well"
            raise TooMany(f"this filter would have to look at more than {self._most_searched} resources; {hint}")
        total = sum(1 for _ in self._hits(connection, asked, plan, query))
        if asked.count == 0:
            return Page(total, ())
        if asked.after is not None:
            query = query.where(_beyond(asked, key))
        hits = self._hits(connection, asked, plan, query)
        first = asked.start if asked.after is None else 0
        return _cut(asked, total, list(islice(hits, first, first + asked.count + 1)))

    @staticmethod
    def _hits(connection: Connection, asked: Asked, plan: Compiled, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
        with connection.execute(query.execution_options(yield_per=1000)) as rows:
            for row in rows:
                known = {
                    node: bool(answer) for node, answer in zip(plan.known, row[len(Found._fields) + 1 :], strict=True)
                }
                if asked.filter is None or holds(asked.filter, _whole(row, asked.kind), known):
                    yield row


def _whole(row: Any, name: str) -> dict[str, Any]:
    """Return what a filter may ask of a resource of a kind."""
    kind = next(one for one in KINDS if one.name == name)
    meta = {"created": row.created_at.isoformat(), "lastModified": row.modified_at.isoformat()}
    meta |= {"resourceType": name, "version": version(row.revision, row.created_at)}
    return {**row.resource, "schemas": schemas_of(kind, row.resource), "id": row.uuid, "meta": meta}


def _query(asked: Asked, plan: Compiled, key: ColumnElement[Any] | None) -> Select[*tuple[Any, ...]]:
    id_ = TABLES[asked.kind].c.id
    shown = literal("") if key is None else key
    columns: list[Any] = [*(TABLES[asked.kind].c[name] for name in Found._fields), shown.label("sort_key")]
    columns += [condition.label(f"known_{place}") for place, condition in enumerate(plan.known.values())]
    order = [] if key is None else [key.desc() if asked.descending else key]
    return select(*columns).order_by(*order, id_.desc() if asked.descending else id_)


def _beyond(asked: Asked, key: ColumnElement[Any] | None) -> ColumnElement[bool]:
    id_, after = TABLES[asked.kind].c.id, asked.after or After("", 0)
    further = id_ < after.id if asked.descending else id_ > after.id
    if key is None:
        return further
    return or_(key < after.value if asked.descending else key > after.value, and_(key == after.value, further))


def _cut(asked: Asked, total: int, rows: list[Any] | Any) -> Page:
    """Return the page of one row more than asked for."""
    kept = rows[: asked.count]
    more = After(str(kept[-1].sort_key), kept[-1].id) if len(rows) > asked.count and kept else None
    items = tuple(Found(*row[: len(Found._fields)]) for row in kept)
    return Page(total, items, tuple(str(row.sort_key) for row in kept), more)


def _sorted_by(asked: Asked, connection: Connection) -> ColumnElement[Any] | None:
    """Return what is sorted by, as a text that both databases order alike; None for the order of ids."""
    if asked.sort is None:
        return None
    collation = "C" if connection.dialect.name == "postgresql" else "BINARY"
    return collate(func.coalesce(_column(asked.kind, asked.sort), LAST), collation)


def _column(kind: str, sort: Place) -> ColumnElement[Any]:
    table, name, leaf = TABLES[kind], sort.name, sort.leaf
    if name in {"emails", "emails.value"}:
        return scim_user.c.mail
    found = {**EXACT[kind], **FOLDED[kind]}.get(name)
    if found is not None:
        return found
    if (column := MOMENTS[kind].get(name)) is not None:
        return cast(column, String)
    if sort.attribute is None or sort.attribute.many or leaf is None or leaf.type != "string" or name[:5] == "meta.":
        raise InvalidValue("resources can be sorted by a single text or moment, or by emails")
    path = [text for text in (sort.urn, sort.attribute.name, sort.part.name if sort.part else "") if text]
    return func.lower(table.c.resource[tuple(path)].as_string())
