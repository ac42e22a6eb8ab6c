"""Takes a person's values out of every text that may name anybody, and her rows out of every table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Column, Connection, LargeBinary, Table, and_, delete, select, update

from provisioners.sync.plan.change import from_canonical
from sso_bridge.store.privacy.holding import Holding
from sso_bridge.store.privacy.holdings import held
from sso_bridge.store.privacy.names import ERASED, Names
from sso_bridge.store.privacy.naming import mentions, rows_of
from sso_bridge.store.staff.facts import digest_of
from sso_bridge.store.sync.shadows import packed, unpacked
from sso_bridge.store.tables.base import metadata
from sso_bridge.store.tables.correlation import correlation_pair as pair
from sso_bridge.store.tables.imports import hr_import, hr_kept_out
from sso_bridge.store.tables.login import link_conflict, sign_in_attempt
from sso_bridge.store.tables.organisation import person, unit

Counts = Counter[str]
REFERENCES = {"person": ("manager",), "unit": ("head", "deputy")}
"""Facts that name another person by number; empty is nobody, and anything else would be somebody."""
NO_WORDS = Names(frozenset())


def take_rows(connection: Connection, ids: frozenset[int]) -> Counts:
    """Delete or blank the rows of the person; return how many in which table."""
    done = Counts()
    for table, holding in held(metadata):
        mine = rows_of(table, ids)
        if holding.end == "emptied":
            connection.execute(delete(table))
        elif holding.end == "deleted" and mine is not None:
            done[table.name] += connection.execute(delete(table).where(mine)).rowcount
        elif holding.end == "blanked" and mine is not None:
            done[table.name] += _blank(connection, table, mine)
        elif table.name == "group_shadow":
            done[table.name] += _leave_groups(connection, table, ids)
    done[link_conflict.name] += _drop_doubts(connection, ids)
    return done


def take_names(connection: Connection, ids: frozenset[int], names: Names, unique: str) -> Counts:
    """Take the person's values out of whatever else names her; the audit is another matter.

    `unique` is what stands for them where two rows must not be alike.
    """
    done = Counts()
    done[person.name] += _let_go(connection, person, names, names, person.c.id.not_in(ids))
    done[unit.name] += _let_go(connection, unit, names, names)
    for table, holding in held(metadata):
        if table.name != "audit" and holding.told and holding.end != "emptied":
            done[table.name] += _clean(connection, table, holding, names, unique)
    done[sign_in_attempt.name] += connection.execute(
        delete(sign_in_attempt).where(sign_in_attempt.c.used_at.is_not(None))
    ).rowcount
    return done


def take_places(connection: Connection, ids: frozenset[int], places: Iterable[tuple[str, str]], unique: str) -> Counts:
    """Take the person out of what knows her by an HR source and its number: somebody else may have the number, too."""
    done = Counts()
    for source, number in places:
        numbered, others = Names.of([number]), person.c.id.not_in(ids)
        done[person.name] += _let_go(connection, person, numbered, NO_WORDS, person.c.source == source, others)
        done[unit.name] += _let_go(connection, unit, numbered, NO_WORDS, unit.c.source == source)
        for of, key in ((pair.c["where"], pair.c.key), (pair.c.source, pair.c.number)):
            hers = update(pair).where(of == source, key == number).values({key.name: unique})
            done[pair.name] += connection.execute(hers).rowcount
        imports = select(hr_import.c.uuid).where(hr_import.c.source == source)
        mine = (hr_kept_out.c.key == number, hr_kept_out.c.import_uuid.in_(imports))
        done[hr_kept_out.name] += connection.execute(delete(hr_kept_out).where(*mine)).rowcount
    return done


def _clean(connection: Connection, table: Table, holding: Holding, names: Names, unique: str) -> int:
    """Search the columns that may name anybody."""
    columns = [table.c[name] for name in holding.told if not isinstance(table.c[name].type, LargeBinary)]
    key = list(table.primary_key.columns)
    found = connection.execute(select(*key, *columns).where(mentions(columns, names))).all()
    count = 0
    for row in found:
        values = {}
        for column, value in zip(columns, row[len(key) :], strict=True):
            left = cleaned(column, value, names, unique)
            if left != value:
                values[column.name] = left
        if table.name == "configuration_revision" and "document" in values:
            values["digest"] = sha256(values["document"].encode()).hexdigest()
        if values:
            mine = and_(*(one == value for one, value in zip(key, row, strict=False)))
            connection.execute(update(table).where(mine).values(values))
            count += 1
    return count


def cleaned(column: Column[Any], value: Any, names: Names, unique: str) -> Any:
    """Return the value of a column without the person's values; what must be unique stays so."""
    if value is None or (not isinstance(value, str) and not isinstance(column.type, JSON)):
        return value
    left = names.value(value)
    if left == value or not isinstance(left, str):
        return left
    left = left.replace(ERASED, unique) if column.primary_key or _is_unique(column) else left
    most = getattr(column.type, "length", None)
    return left[:most] if most else left


def _is_unique(column: Column[Any]) -> bool:
    table: Table = column.table
    return bool(column.unique) or any(column.name in constraint.columns for constraint in _unique(table))


def _unique(table: Table) -> Iterable[Any]:
    return (one for one in table.constraints if one.__class__.__name__ == "UniqueConstraint")


def _blank(connection: Connection, table: Table, mine: Any) -> int:
    """Leave of a planned or made change what it was, and not a word of what it said."""
    name = "body" if table.name == "plan_item" else "change"
    key, text = list(table.primary_key.columns), table.c[name]
    rows = connection.execute(select(*key, text).where(mine)).all()
    for row in rows:
        values: dict[str, Any] = {name: _wordless(row[-1])}
        if table.name == "action":
            values |= {"result": None, "error": None}
        same = and_(*(one == value for one, value in zip(key, row, strict=False)))
        connection.execute(update(table).where(same).values(values))
    return len(rows)


def _wordless(text: str) -> str:
    before = from_canonical(text)
    return type(before)(
        before.phase, before.kind, before.platform, before.person_id, before.person_uuid, group=before.group,
        members=before.members, reason=ERASED, held=before.held,
    ).canonical()  # fmt: skip


def _leave_groups(connection: Connection, table: Table, ids: frozenset[int]) -> int:
    count = 0
    query = select(table.c.id, table.c.members, table.c.owners)
    for row in connection.execute(query).all():
        sides = {name: unpacked(getattr(row, name)) for name in ("members", "owners")}
        values = {name: packed(found - ids) for name, found in sides.items() if found & ids}
        if values:
            connection.execute(update(table).where(table.c.id == row.id).values(values))
            count += 1
    return count


def _drop_doubts(connection: Connection, ids: frozenset[int]) -> int:
    table = link_conflict
    rows = connection.execute(select(table.c.id, table.c.people, table.c.proposed_person)).all()
    hers = [row.id for row in rows if ids & {*row.people, row.proposed_person}]
    if hers:
        connection.execute(delete(table).where(table.c.id.in_(hers)))
    return len(hers)


def _let_go(connection: Connection, table: Table, names: Names, words: Names, *where: Any) -> int:
    """Take the person out of the facts of others: their manager, the head of a unit is nobody then.

    `names` are looked for where somebody is named by number, `words` in all that they say.
    """
    fields, count = REFERENCES[table.name], 0
    query = select(table.c.id, table.c.facts).where(mentions([table.c.facts], names), *where)
    for row in connection.execute(query).all():
        left = _without(row.facts, fields, lambda text: names.text(text) != text)
        left = words.value(left)
        if left != row.facts:
            values = {"facts": left, "digest": digest_of(left)}
            connection.execute(update(table).where(table.c.id == row.id).values(values))
            count += 1
    return count


def _without(value: Any, fields: tuple[str, ...], names_her: Callable[[str], bool]) -> Any:
    if isinstance(value, dict):
        return {
            name: _without(inner, fields, names_her)
            for name, inner in value.items()
            if not (name in fields and isinstance(inner, str) and names_her(inner))
        }
    if isinstance(value, list):
        return [_without(inner, fields, names_her) for inner in value]
    return json.loads(json.dumps(value))
