"""Why a person cannot be erased yet. Some reasons two owners may set aside, the others are no matter of consent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from mappings.days import Day, day_of
from mappings.employment import active_on
from mappings.people import Person
from sso_bridge.store.privacy.names import Names
from sso_bridge.store.privacy.naming import mentions
from sso_bridge.store.tables.configuration import configuration_revision, configuration_state
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.imports import hr_import
from sso_bridge.store.tables.ledger import action
from sso_bridge.store.tables.sync import account_shadow


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One reason, with what to do about it."""

    what: str
    hint: str
    forcible: bool = False


def hindrances(
    connection: Connection, ids: frozenset[int], one: Person, names: Names, today: Callable[[], Day], kept_days: int
) -> Iterator[Hindrance]:
    """Yield every reason."""
    day = day_of(today(), one)
    if active_on(one, day) or (one.hired_on is not None and one.hired_on > day):
        yield Hindrance("she works here, or will", "HR ends the employment first", forcible=True)
    elif one.leaves_on is not None and one.leaves_on + timedelta(days=kept_days) >= day:
        until = one.leaves_on + timedelta(days=kept_days + 1)
        yield Hindrance(f"leavers are kept for {kept_days} days", f"wait until {until}", forcible=True)
    yield from _halves(connection, one.id)
    for platform, state in _accounts(connection, ids):
        yield Hindrance(
            f"an account of hers on {platform} is {state}",
            "by a plan: the leaver policy of the mapping says `do: delete` or `anonymise`; look, approve, roll out",
        )
    at_work = action.c.target.in_([f"person:{one}" for one in ids]) & action.c.state.in_(("waiting", "leased"))
    if connection.execute(select(action.c.id).where(at_work).limit(1)).first() is not None:
        yield Hindrance("a run still works on her accounts", "wait until it has ended, or cancel it")
    waiting = select(func.count()).select_from(hr_import).where(hr_import.c.state.in_(("waiting", "running")))
    if connection.execute(waiting).scalar():
        yield Hindrance("an HR import waits or runs, and may name her", "try again when it has ended")
    in_force = configuration_revision.c.number == select(configuration_state.c.number).scalar_subquery()
    named = select(configuration_revision.c.id).where(in_force, mentions([configuration_revision.c.document], names))
    if connection.execute(named.limit(1)).first() is not None:
        yield Hindrance("the configuration in force names her", "take her out of it: an example, a protected account")


def _halves(connection: Connection, person_id: int) -> Iterator[Hindrance]:
    """Yield why a row is not a person of its own: what it says is also said of somebody who may work here."""
    row = connection.execute(select(statement).where(statement.c.person_id == person_id)).one_or_none()
    if row is not None and row.part_of is not None:
        yield Hindrance("this row is part of another person", "erase that person, or take the decision back first")
    elif row is not None and row.waits:
        yield Hindrance("this row may be another person", "decide who it is first: see correlation")


def _accounts(connection: Connection, ids: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Yield platform and state of the accounts of ours that were neither deleted nor anonymised."""
    table = account_shadow
    ours = (table.c.state != "deleted", table.c.management.in_(("managed", "adopted")))
    query = select(table.c.platform, table.c.state, table.c.person_id).where(table.c.person_id.in_(ids), *ours)
    for row in connection.execute(query.order_by(table.c.platform)).all():
        mine = (action.c.platform == row.platform, action.c.target == f"person:{row.person_id}")
        done = select(action.c.kind).where(*mine, action.c.state == "done").order_by(action.c.id.desc()).limit(1)
        if connection.execute(done).scalar() != "account_anonymise":
            yield row.platform, row.state
