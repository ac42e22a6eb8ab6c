"""Values that nobody shares, not even one person after the other: to whom each was given, as digests.

Of somebody who was erased the digests are sealed: whoever has the database cannot try user names against them, and
whoever has the key too finds that a value is not free, but not whose it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, and_, select, update

from sso_bridge.store.tables.sync import given_value as table
from sso_bridge.store.upsert import insert_new

CHUNK = 250
NOBODY = 0
Seal = Callable[[bytes], bytes]
"""Turns a digest into one of the same size that nobody can compute without the key."""


def given_to(
    connection: Connection, platform: str, attribute: str, values: Iterable[str], seal: Seal
) -> dict[str, int]:
    """Return to whom these values were given, those that were; `NOBODY` when it was somebody who was erased."""
    digests = {_digest(value): value for value in values}
    digests |= {seal(digest): value for digest, value in digests.items()}
    found: dict[str, int] = {}
    asked = sorted(digests)
    for start in range(0, len(asked), CHUNK):
        query = select(table.c.value, table.c.person_id).where(
            table.c.platform == platform,
            table.c.attribute == attribute,
            table.c.value.in_(asked[start : start + CHUNK]),
        )
        found.update((digests[bytes(digest)], person_id) for digest, person_id in connection.execute(query))
    return found


def give_value(
    connection: Connection, platform: str, attribute: str, value: str, person_id: int, now: datetime, seal: Seal
) -> bool:
    """Give a value to a person; return False when it is somebody else's. Of two at once one gets it."""
    if given_to(connection, platform, attribute, [value], seal).get(value, person_id) != person_id:
        return False
    row = {"platform": platform, "attribute": attribute, "value": _digest(value)}
    insert_new(connection, table, row | {"person_id": person_id, "given_at": now})
    return given_to(connection, platform, attribute, [value], seal)[value] == person_id


def seal_values(connection: Connection, person_ids: Iterable[int], seal: Seal) -> int:
    """Make what was given to these people nobody's, never to be given again; return how many values."""
    mine = connection.execute(select(table).where(table.c.person_id.in_(list(person_ids)))).all()
    for row in mine:
        this = and_(*(column == getattr(row, column.name) for column in table.primary_key))
        connection.execute(update(table).where(this).values(value=seal(bytes(row.value)), person_id=NOBODY))
    return len(mine)


def _digest(value: str) -> bytes:
    return blake2b(value.casefold().encode("utf-8", "surrogatepass"), digest_size=16).digest()
