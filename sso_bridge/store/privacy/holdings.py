"""The register of all tables: what each column holds about people. A test refuses a column that is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import MetaData, Table

from sso_bridge.store.privacy.holding import Holding
from sso_bridge.store.privacy.people import PEOPLE
from sso_bridge.store.privacy.work import WORK

HOLDINGS: Final[Mapping[str, Holding]] = {**PEOPLE, **WORK}


def held(metadata: MetaData) -> Iterator[tuple[Table, Holding]]:
    """Yield every table with what it holds, children before their parents; KeyError for one that does not say."""
    for table in reversed(metadata.sorted_tables):
        yield table, HOLDINGS[table.name]


def unsaid(metadata: MetaData) -> list[str]:
    """Return a sentence for each column that does not say what it holds, and for each that is not there any more."""
    told = []
    for table in metadata.sorted_tables:
        holding = HOLDINGS.get(table.name)
        there = {column.name for column in table.columns}
        said = holding.columns if holding else frozenset()
        told += [f"{table.name}.{name} does not say what it holds about people" for name in sorted(there - said)]
        told += [f"{table.name}.{name} is no column any more" for name in sorted(said - there)]
    known = {table.name for table in metadata.sorted_tables}
    return told + [f"{name} is no table any more" for name in sorted(HOLDINGS.keys() - known)]
