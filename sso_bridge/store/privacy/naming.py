"""Which values name a person: from HR's facts, her accounts, claims, links and sign-ins.

Numbers, addresses and logins do so unless somebody else has the same: a number of two HR sources names her only
together with its source, a mailbox that two share names neither. A name or any other value does when nobody else has
it: what is also said of others (a title, a unit, a common first name) tells nobody who she was, and is in their
records too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, cast, false, func, or_, select

from mappings.people import ERASED_MARK
from sso_bridge.store.privacy.holdings import HOLDINGS
from sso_bridge.store.privacy.names import Names, strings
from sso_bridge.store.tables.base import metadata
from sso_bridge.store.tables.configuration import configuration_revision, configuration_state
from sso_bridge.store.tables.organisation import person, unit
from sso_bridge.store.tables.sync import account_shadow

NAMES = ("given_name", "name_prefix", "family_name", "partner_prefix", "partner_name", "preferred_name")
ALWAYS = ("email", "username")
AT_ONCE = 400
PLAIN = frozenset(
    {
        "kind", "status", "name_order", "assignments", "leaves", "hired_on", "leaves_on", "groups", "name_prefix",
        "partner_prefix",
    }
)  # fmt: skip
"""Facts that say nothing by which somebody is known."""

BETWEEN = "\n"
WHERE = {
    "link": ("subject_key",),
    "account_shadow": ("remote_id", "external_id"),
    "openid_grant": ("subject",),
    "session_use": ("subject",),
    "scim_user": ("user_name", "external_id", "mail"),
    "scim_mail": ("mail",),
}
"""Columns whose values name the person always."""


def ids_of(connection: Connection, person_id: int) -> frozenset[int]:
    """Return the rows that are this person: her own, and those that were found to be part of her."""
    statement = metadata.tables["person_statement"]
    parts = connection.execute(select(statement.c.person_id).where(statement.c.part_of == person_id)).scalars()
    return frozenset({person_id, *parts})


def names_of(connection: Connection, ids: frozenset[int]) -> Names:
    """Return the values that name this person."""
    columns = (person.c.uuid, person.c.source, person.c.key, person.c.facts)
    rows = connection.execute(select(*columns).where(person.c.id.in_(ids))).all()
    always, maybe, called = set[str](), set[str](), set[str]()
    for row in rows:
        always |= set() if row.key.startswith(ERASED_MARK) else {row.key}
        always.update(_always(row.facts))
        called.update(_maybe(row.facts))
    for table, column, value in _told(connection, ids):
        said = set(strings(value))
        mails = {one for one in said if "@" in one}
        always |= mails | (_parts(said) if column in WHERE.get(table.name, ()) else set())
        maybe |= said - mails
    always -= _of_somebody_else(connection, ids, always)
    places = {f"{row.source}/{row.key}" for row in rows if not row.key.startswith(ERASED_MARK)}
    always |= places - _of_somebody_else(connection, ids, places)
    always |= {one for one in called if not _is_said(connection, _of_people(ids), one)}
    always |= {one for one in maybe - called - always if not _is_said(connection, _of_others(ids), one)}
    return Names.of(always - {row.uuid for row in rows})


def places_of(connection: Connection, ids: frozenset[int]) -> list[tuple[str, str]]:
    """Return by which number each HR source knows this person: together they are hers alone."""
    query = select(person.c.source, person.c.key).where(person.c.id.in_(ids), person.c.key.not_like(f"{ERASED_MARK}%"))
    return [(row.source, row.key) for row in connection.execute(query)]


def mentions(columns: Iterable[ColumnElement[Any]], names: Names) -> ColumnElement[bool]:
    """Return the condition that one of these columns names the person, perhaps; reading tells for sure."""
    parts: list[ColumnElement[str]] = [func.coalesce(cast(column, String), "") for column in columns]
    text = func.lower(reduce(lambda before, part: before.concat(BETWEEN).concat(part), parts))
    return or_(false(), *(text.contains(each, autoescape=True) for each in names.spellings()))


def rows_of(table: Table, ids: frozenset[int]) -> ColumnElement[bool] | None:
    """Return the condition that a row of this table is the person's; None where no column says whose it is."""
    holding = HOLDINGS[table.name]
    if holding.person:
        return or_(*(table.c[name].in_(ids) for name in holding.person))
    if table.name == "session_use":
        session = metadata.tables["bridge_session"]
        return table.c.session_id.in_(select(session.c.id).where(session.c.person_id.in_(ids)))
    if table.name == "action":
        return table.c.target.in_([f"person:{one}" for one in ids])
    return None


def _told(connection: Connection, ids: frozenset[int]) -> Iterator[tuple[Table, str, Any]]:
    """Yield what the person's own rows say, but for the plans, which say what the accounts say."""
    for name in ("person_statement", *WHERE, "bridge_session", "second_factor", "openid_grant", "account_shadow"):
        table, holding = metadata.tables[name], HOLDINGS[name]
        mine, columns = rows_of(table, ids), [column for column in holding.about if column in _NAMING.get(name, ())]
        if mine is not None and columns:
            for row in connection.execute(select(*(table.c[one] for one in columns)).where(mine)):
                for column, value in zip(columns, row, strict=True):
                    cut = {k: v for k, v in value.items() if k not in PLAIN} if isinstance(value, dict) else value
                    yield table, column, cut


_NAMING = {
    **WHERE,
    "person_statement": ("facts", "made"),
    "bridge_session": ("subject",),
    "second_factor": ("title",),
    "openid_grant": ("subject", "claims"),
    "account_shadow": ("remote_id", "external_id", "attributes"),
    "scim_user": ("user_name", "external_id", "mail", "display_name"),
}


def _always(facts: dict[str, Any]) -> Iterator[str]:
    yield from (str(facts[name]) for name in ALWAYS if facts.get(name))
    said = {name: str(facts.get(name, "")) for name in NAMES}
    for first in {said["given_name"], said["preferred_name"]} - {""}:
        for whose in ("name", "partner"):
            last, prefix = said["family_name" if whose == "name" else "partner_name"], said[f"{whose}_prefix"]
            whole = f"{prefix} {last}".strip()
            yield from (f"{first} {last}", f"{first} {whole}", f"{last}, {first}", f"{whole}, {first}") if last else ()
            yield from (f"{last}, {first} {prefix}".strip(),) if last else ()


def _maybe(facts: dict[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if name not in PLAIN:
            yield from strings(value)


def _parts(values: Iterable[str]) -> set[str]:
    """Return the values, and of a subject key the part that names somebody."""
    return {part for value in values for part in (value.rsplit("\x1f", 1)[-1],)}


def _of_somebody_else(connection: Connection, ids: frozenset[int], values: set[str]) -> set[str]:
    """Return those of these values by which somebody else is known as well: a number, an address, an account."""
    folded, found = {value.lower() for value in values}, set[str]()
    statement, link = metadata.tables["person_statement"], metadata.tables["link"]
    for table, whose, columns in (
        (person, person.c.id, (person.c.key, *_logins(person))),
        (statement, statement.c.person_id, _logins(statement)),
        (account_shadow, account_shadow.c.person_id, (account_shadow.c.remote_id, account_shadow.c.external_id)),
        (link, link.c.person_id, (link.c.subject_key,)),
    ):
        for column in columns:
            for start in range(0, len(folded), AT_ONCE):
                some = sorted(folded)[start : start + AT_ONCE]
                query = select(column).select_from(table).where(func.lower(column).in_(some), whose.not_in(ids))
                found.update(value.lower() for value in connection.execute(query.distinct()).scalars())
    return {value for value in values if value.lower() in found}


def _logins(table: Table) -> tuple[ColumnElement[str], ...]:
    return tuple(table.c.facts[name].as_string() for name in ALWAYS)


Elsewhere = Iterable[tuple[ColumnElement[Any], tuple[ColumnElement[Any], ...], tuple[ColumnElement[bool], ...]]]


def _of_people(ids: frozenset[int]) -> Elsewhere:
    """Return where a name of somebody else may stand."""
    return [(person.c.id, (person.c.facts,), (person.c.id.not_in(ids),))]


def _of_others(ids: frozenset[int]) -> Elsewhere:
    """Return where a value may stand that is also said of somebody or something else."""
    nobodys = or_(account_shadow.c.person_id.is_(None), account_shadow.c.person_id.not_in(ids))
    in_force = configuration_revision.c.number == select(configuration_state.c.number).scalar_subquery()
    return [
        *_of_people(ids),
        (unit.c.id, (unit.c.facts, unit.c.key), ()),
        (account_shadow.c.id, (account_shadow.c.attributes,), (nobodys,)),
        (configuration_revision.c.id, (configuration_revision.c.document,), (in_force,)),
    ]


def _is_said(connection: Connection, elsewhere: Elsewhere, value: str) -> bool:
    one = Names(frozenset({value}))
    return any(
        connection.execute(select(key).where(*others, mentions(columns, one)).limit(1)).first() is not None
        for key, columns, others in elsewhere
    )
