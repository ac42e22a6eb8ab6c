"""Values that nobody shares, not even one person after the other: to whom each was given, as digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, select

from sso_bridge.store.tables.sync import given_value as table
from sso_bridge.store.upsert import insert_new

CHUNK = 500


def given_to(connection: Connection, platform: str, attribute: str, values: Iterable[str]) -> dict[str, int]:
    """Return to whom these values were given, those that were."""
    digests = {_digest(value): value for value in values}
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
    connection: Connection, platform: str, attribute: str, value: str, person_id: int, now: datetime
) -> bool:
    """Give a value to a person; return False when it is somebody else's. Of two at once one gets it."""
    row = {"platform": platform, "attribute": attribute, "value": _digest(value)}
    insert_new(connection, table, row | {"person_id": person_id, "given_at": now})
    return given_to(connection, platform, attribute, [value])[value] == person_id


def _digest(value: str) -> bytes:
    return blake2b(value.casefold().encode("utf-8", "surrogatepass"), digest_size=16).digest()
