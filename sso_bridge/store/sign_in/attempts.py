"""Sign-ins under way, bound to the browser that began them; each is used once, and each hop too, whoever races."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from sso_bridge.login.asked import Asked
from sso_bridge.login.waiting import Attempt, Hop, Way
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.login import sign_in_attempt as table

_OPEN = (table.c.used_at.is_(None), table.c.ends_at > bindparam("moment"))
_ADD = insert(table)
_FIND = select(table).where(
    table.c.id_hash == bindparam("id_hash"), table.c.secret_hash == bindparam("secret_hash"), *_OPEN
)
_ASKED = select(table.c.asked).where(table.c.id_hash == bindparam("id_hash"))
_USE = update(table).where(table.c.id_hash == bindparam("which"), *_OPEN).values(used_at=bindparam("moment"))
_DEPART = (
    update(table)
    .where(table.c.id_hash == bindparam("which"), table.c.hops < bindparam("most"), *_OPEN)
    .values(
        hop=bindparam("to"),
        hop_id=bindparam("to_id"),
        hops=table.c.hops + 1,
        ends_at=bindparam("until"),
        way=bindparam("so_far"),
    )
)
_LAND = (
    update(table)
    .where(table.c.id_hash == bindparam("which"), table.c.hop_id == bindparam("from_id"), *_OPEN)
    .values(hop={}, hop_id="")
)
_REMEMBER = update(table).where(table.c.id_hash == bindparam("which")).values(way=bindparam("so_far"))


class Attempts:
    """Fulfils `login.ports.Attempts`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, attempt: Attempt) -> None:
        """Keep a new attempt."""
        row = {
            "id_hash": attempt.id_hash,
            "secret_hash": attempt.secret_hash,
            "asked": _plain(attempt.asked),
            "reference": attempt.reference,
            "began_at": attempt.began_at,
            "ends_at": attempt.ends_at,
            "way": _plain(attempt.way),
            "hop": {},
            "hop_id": "",
            "hops": 0,
        }
        with self.store.writing() as connection:
            connection.execute(_ADD, row)

    def find(self, id_hash: bytes, secret_hash: bytes, now: datetime) -> Attempt | None:
        """Return the open attempt of this id and browser, or None."""
        with self.store.reading() as connection:
            row = connection.execute(_FIND, {"id_hash": id_hash, "secret_hash": secret_hash, "moment": now}).first()
        return None if row is None else _attempt(row)

    def platform_of(self, id_hash: bytes) -> str | None:
        """Return where an attempt was going, also one that is over; None when there is none of this id."""
        with self.store.reading() as connection:
            asked = connection.execute(_ASKED, {"id_hash": id_hash}).scalar()
        return None if asked is None else str(asked["platform"])

    def use(self, id_hash: bytes, now: datetime) -> bool:
        """Mark it used; exactly one caller gets True."""
        with self.store.writing() as connection:
            return connection.execute(_USE, {"which": id_hash, "moment": now}).rowcount == 1

    def depart(self, id_hash: bytes, hop: Hop, way: Way, most: int, ends_at: datetime, now: datetime) -> bool:
        """Note where the browser goes, by which way, and count it; False when it is over or has made `most` hops."""
        to = _plain(hop) | {"at": hop.at.isoformat()}
        values: dict[str, Any] = {"which": id_hash, "to": to, "to_id": hop.id, "so_far": _plain(way)}
        values |= {"most": most, "until": ends_at, "moment": now}
        with self.store.writing() as connection:
            return connection.execute(_DEPART, values).rowcount == 1

    def land(self, id_hash: bytes, hop_id: str, now: datetime) -> bool:
        """Close this hop, and forget its note; exactly one caller gets True."""
        with self.store.writing() as connection:
            return connection.execute(_LAND, {"which": id_hash, "from_id": hop_id, "moment": now}).rowcount == 1

    def remember(self, id_hash: bytes, way: Way) -> None:
        """Keep how far it has come."""
        with self.store.writing() as connection:
            connection.execute(_REMEMBER, {"which": id_hash, "so_far": _plain(way)})

    def forget(self, before: datetime) -> int:
        """Delete attempts that were over before that moment; how many."""
        with self.store.writing() as connection:
            return connection.execute(delete(table).where(table.c.ends_at < before)).rowcount


def _plain(one: Asked | Way | Hop) -> dict[str, Any]:
    """Return the fields by name, for JSON: `asdict` copies everything in them first, at ten times the cost."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


LISTS = ("acr_values", "preferred", "ui_locales")


def _attempt(row: Row[*tuple[Any, ...]]) -> Attempt:
    return Attempt(
        id_hash=row.id_hash,
        secret_hash=row.secret_hash,
        asked=Asked(**{**row.asked, **{name: tuple(row.asked[name]) for name in LISTS}}),
        reference=row.reference,
        began_at=row.began_at,
        ends_at=row.ends_at,
        way=Way(**{**row.way, "tried": tuple(row.way["tried"])}),
        hop=Hop(**{**row.hop, "at": datetime.fromisoformat(row.hop["at"])}) if row.hop_id else None,
        hops=row.hops,
    )
