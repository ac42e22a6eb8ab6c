"""Which names and addresses people's accounts have on a platform: an index beside the shadows, kept with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from provisioners.sync.plan.ownership import names_of
from sso_bridge.store.tables.sync import account_name as table

CHUNK = 500
_FORGET = delete(table).where(
    table.c.platform == bindparam("of"), table.c.name == bindparam("called"), table.c.person_id == bindparam("person")
)


def holders_of(connection: Connection, platform: str, names: Iterable[str]) -> dict[str, frozenset[int]]:
    """Return the people with an account that has one of these names."""
    digests = {_digest(name): name for name in names}
    found: dict[str, set[int]] = {}
    for some in _chunks(sorted(digests)):
        query = select(table.c.name, table.c.person_id).where(table.c.platform == platform, table.c.name.in_(some))
        for digest, person_id in connection.execute(query):
            found.setdefault(digests[bytes(digest)], set()).add(person_id)
    return {name: frozenset(people) for name, people in found.items()}


def keep_names(connection: Connection, platform: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Bring the index to what these rows of accounts say; deleted accounts have no names any more."""
    wanted = {(digest, row["person_id"]) for row in rows for digest in _digests(row)}
    known: set[tuple[bytes, int]] = set()
    for some in _chunks(sorted({row["person_id"] for row in rows})):
        query = select(table.c.name, table.c.person_id).where(table.c.platform == platform, table.c.person_id.in_(some))
        known.update((bytes(digest), person_id) for digest, person_id in connection.execute(query))
    if gone := known - wanted:
        connection.execute(_FORGET, [{"of": platform, "called": name, "person": one} for name, one in sorted(gone)])
    if new := wanted - known:
        rows = [{"platform": platform, "name": name, "person_id": person_id} for name, person_id in sorted(new)]
        connection.execute(insert(table), rows)


def _digests(row: Mapping[str, Any]) -> set[bytes]:
    return set() if row["state"] == "deleted" else {_digest(name) for name in names_of(row["attributes"])}


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
