"""What is left of people who were erased: a row that names nobody, and keyed digests of their user names."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.privacy import erased_name, tombstone
from sso_bridge.store.upsert import insert_new, upsert


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Somebody was here, and was erased."""

    person_id: int
    uuid: str
    erased_at: datetime
    erased_by: str
    why: str


class Tombstones:
    """`secret` gives a key that no rollover changes and no backup of the database holds in the open."""

    def __init__(self, store: Store, secret: Callable[[], bytes]) -> None:
        self._store = store
        self._secret = secret

    def set_up(self, stone: Tombstone, user_names: Iterable[str]) -> None:
        """Keep what is left; again for one who was erased before and came back with a restored backup."""
        row = {name: getattr(stone, name) for name in ("person_id", "uuid", "erased_at", "erased_by", "why")}
        names = [{"digest": self._digest(one)} for one in sorted(set(user_names)) if one]
        with self._store.writing() as connection:
            upsert(connection, tombstone, row, keys=("person_id",))
            insert_new(connection, erased_name, names)

    def of(self, person_id: int) -> Tombstone | None:
        """Return the tombstone of a person."""
        query = select(*tombstone.c).where(tombstone.c.person_id == person_id)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Tombstone(*row) if row else None

    def all(self) -> list[Tombstone]:
        """Return all of them, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(select(*tombstone.c).order_by(tombstone.c.erased_at, tombstone.c.person_id))
            return [Tombstone(*row) for row in rows]

    def was_used(self, user_name: str) -> bool:
        """Return whether somebody who was erased had this user name: it is never given again."""
        query = select(erased_name.c.digest).where(erased_name.c.digest == self._digest(user_name))
        with self._store.reading() as connection:
            return connection.execute(query).first() is not None

    def sealed(self, digest: bytes) -> bytes:
        """Return a digest of the same size that stands for this one where only its being taken matters."""
        key = hmac.digest(self._secret(), b"sso_bridge erased values", sha256)
        return hmac.digest(key, digest, sha256)[: len(digest)]

    def _digest(self, user_name: str) -> bytes:
        """Return a digest that nobody can try names against who has the database only."""
        key = hmac.digest(self._secret(), b"sso_bridge erased user names", sha256)
        return hmac.digest(key, unicodedata.normalize("NFC", user_name).casefold().encode("utf-8", "replace"), sha256)
