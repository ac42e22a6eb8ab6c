"""Which words of the audit are a person's, and what is left when they are taken out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from sso_bridge.audit.record import REDACTED, TEXTS, Record
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.privacy.names import ERASED, Names
from sso_bridge.store.privacy.naming import mentions
from sso_bridge.store.tables.audit import audit

ERASURE = "person.erased"
OURS = frozenset({REDACTED, ERASURE})
"""Acts that name nobody and say what was done; they stay as they are."""

CHUNK = 400


def hers(log: AuditLog, uuids: frozenset[str], references: Iterable[str], names: Names) -> Iterator[Record]:
    """Yield the records that the person did, that were done to her, or that name her."""
    said = [audit.c[name] for name in TEXTS]
    conditions: list[ColumnElement[bool]] = [mentions(said, names)] if names.sure or names.short else []
    for uuid in sorted(uuids):
        conditions += [audit.c.actor == f"person:{uuid}", audit.c.target.endswith(uuid)]
    seen: set[int] = set()
    words = sorted(set(references))
    chunks = [words[start : start + CHUNK] for start in range(0, len(words), CHUNK)]
    for condition in (or_(*conditions), *(audit.c.reference.in_(some) for some in chunks)):
        with log.store.reading() as connection:
            found = connection.execute(select(audit.c.seq).where(condition).order_by(audit.c.seq)).scalars().all()
        for seq in found:
            record = log.one(seq) if seq not in seen else None
            seen.add(seq)
            if record is not None:
                yield record


def left_of(record: Record, uuids: frozenset[str], references: frozenset[str], names: Names) -> dict[str, str | None]:
    """Return the words that change: none of what was done to the person, nowhere her values, no address of hers."""
    if record.what in OURS:
        return {}
    about = any(record.target.endswith(uuid) for uuid in uuids)
    by = any(record.actor == f"person:{uuid}" for uuid in uuids)
    left: dict[str, str | None] = {
        name: names.text(getattr(record, name)) for name in TEXTS if name not in {"before", "after"}
    }
    left |= {name: names.json(getattr(record, name)) for name in ("before", "after")}
    if about or by or record.reference in references:
        left["address"] = ERASED if record.address else ""
    if about:
        left |= {name: _shape(getattr(record, name)) for name in ("before", "after")}
        left["why"] = ERASED if record.why else ""
    return {name: value for name, value in left.items() if value != getattr(record, name)}


def _shape(text: str | None) -> str | None:
    """Return which facts changed, without what they were."""
    return None if text is None else json.dumps(_empty(json.loads(text)), sort_keys=True, separators=(",", ":"))


def _empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _empty(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_empty(inner) for inner in value]
    return ERASED if isinstance(value, str) and value else value
