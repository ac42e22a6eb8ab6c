"""Takes words out of audit records for good, by an act that names each record and what is left (decision 0104)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, update

from sso_bridge.audit.events import Event
from sso_bridge.audit.record import REDACTED, SALT_BYTES, TEXTS, Record
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.tables.audit import audit

Words = Mapping[str, str | None]
"""Column -> what stands there from now on."""

AT_ONCE = 500
"""How many records one act names: it is a record itself, and somebody may read it."""

_COLUMNS = (*TEXTS, "salt", "commitment", "redacted")
_UPDATE = (
    update(audit)
    .where(audit.c.seq == bindparam("number"))
    .values({name: bindparam(f"new_{name}", type_=audit.c[name].type) for name in _COLUMNS})
)


class AuditWords:
    """The only way to change a record, and it shows."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def take_out(self, changed: Mapping[int, Words], *, by: str, target: str, why: str) -> int:
        """Put these words in the place of what was there, in the open transaction; return how many records changed."""
        count, numbers = 0, sorted(changed)
        with self._audit.store.writing():
            for start in range(0, len(numbers), AT_ONCE):
                some = numbers[start : start + AT_ONCE]
                records = [one for one in map(self._audit.one, some) if one is not None]
                count += self._some([_without(one, changed[one.seq]) for one in records], by, target, why)
        return count

    def _some(self, left: Iterable[Record], by: str, target: str, why: str) -> int:
        kept = list(left)
        if not kept:
            return 0
        after = {"records": {str(one.seq): one.said().hex() for one in kept}}
        act = self._audit.append(Event(REDACTED, by, target, after=after, why=why))
        rows = [
            {f"new_{name}": getattr(one, name) for name in _COLUMNS} | {"number": one.seq, "new_redacted": act}
            for one in kept
        ]
        with self._audit.store.writing() as connection:
            connection.execute(_UPDATE, rows)
        return len(kept)


def _without(record: Record, words: Words) -> Record:
    """Return the record with the new words under a new salt: the old one is what an attacker would need."""
    commitment, left = record.commitment or record.said(), dict[str, Any](words)
    return replace(record, **left, salt=secrets.token_bytes(SALT_BYTES), commitment=commitment)
