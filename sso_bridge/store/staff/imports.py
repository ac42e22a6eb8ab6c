"""What HR sent and what came of it: one record per import, told exactly to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Row, insert, select, update

from provisioners.sync.collect.feed import RowProblem
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.imports import hr_import

KEPT_PROBLEMS = 1000

State = Literal["waiting", "running", "taken", "refused"]


class KeyReused(Exception):
    """The idempotency key was used before, for another content."""

    code = "key_reused"


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `counts` says how many people and units are new, changed, unchanged, absent, gone, back."""

    uuid: str
    source: str
    complete: bool
    actor: str
    checksum: str
    state: State
    started_at: datetime
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    refusal: str = ""
    hint: str = ""
    number: int = 0
    files: tuple[str, ...] = ()
    replays: str = ""
    phase: str = ""
    rows_read: int = 0


class Imports:
    """The records of imports."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def begin(
        self,
        source: str,
        *,
        complete: bool,
        actor: str,
        checksum: str,
        key: str | None,
        state: State = "running",
        mark: str = "",
        files: Sequence[str] = (),
        replays: str = "",
    ) -> tuple[Import, bool]:
        """Return (record, whether it is new). The same key and content gives the old record; raises KeyReused.

        `waiting` is what a worker will carry out later; `mark` is how far another system was read; `replays` is the
        import whose rows are tried again.
        """
        with self.store.writing() as connection:
            if key is not None:
                known = self.with_key(source, key)
                if known is not None and known.checksum != checksum:
                    raise KeyReused("this Idempotency-Key came with another content before")
                if known is not None:
                    return known, False
            uuid = str(uuid4())
            row = {
                "uuid": uuid, "source": source, "complete": complete, "actor": actor, "idempotency_key": key,
                "checksum": checksum, "mark": mark, "files": list(files), "replays": replays, "state": state,
                "started_at": self.clock(), "counts": {}, "problems": [],
            }  # fmt: skip
            connection.execute(insert(hr_import).values(**row))
            found = self.get(uuid)
        if found is None:
            raise LookupError(uuid)
        return found, True

    def started(self, uuid: str) -> None:
        """Note that a worker has begun."""
        waiting = (hr_import.c.uuid == uuid) & (hr_import.c.state == "waiting")
        with self.store.writing() as connection:
            connection.execute(update(hr_import).where(waiting).values(state="running"))

    def progress(self, uuid: str, phase: str, rows: int) -> None:
        """Note how far a worker is, for whoever follows."""
        with self.store.writing() as connection:
            connection.execute(update(hr_import).where(hr_import.c.uuid == uuid).values(phase=phase, rows_read=rows))

    def finish(
        self,
        uuid: str,
        state: State,
        *,
        counts: Mapping[str, int] | None = None,
        problems: Iterable[RowProblem] = (),
        refusal: str = "",
        hint: str = "",
    ) -> Import:
        """Write what came of it; only the first problems are kept, the counts tell how many there were."""
        kept = [asdict(problem) for problem, _ in zip(problems, range(KEPT_PROBLEMS), strict=False)]
        values = {"state": state, "finished_at": self.clock(), "counts": dict(counts or {}), "problems": kept}
        with self.store.writing() as connection:
            statement = update(hr_import).where(hr_import.c.uuid == uuid)
            connection.execute(statement.values(**values, refusal=refusal, hint=hint))
            found = self.get(uuid)
        if found is None:
            raise LookupError(uuid)
        return found

    def note(self, uuid: str, counts: Mapping[str, int]) -> Import:
        """Add counts to a finished import."""
        with self.store.writing() as connection:
            found = self.get(uuid)
            if found is None:
                raise LookupError(uuid)
            counts = {**found.counts, **counts}
            connection.execute(update(hr_import).where(hr_import.c.uuid == uuid).values(counts=counts))
        return replace(found, counts=counts)

    def get(self, uuid: str) -> Import | None:
        """Return the import with this id, or None."""
        return self._one(hr_import.c.uuid == uuid)

    def with_key(self, source: str, key: str) -> Import | None:
        """Return the import of this source that came with this idempotency key, or None."""
        return self._one(hr_import.c.source == source, hr_import.c.idempotency_key == key)

    def last_taken(self, source: str) -> Import | None:
        """Return the newest complete snapshot that was taken from this source."""
        with self.store.reading() as connection:
            query = select(hr_import).where(
                hr_import.c.source == source, hr_import.c.complete.is_(True), hr_import.c.state == "taken"
            )
            row = connection.execute(query.order_by(hr_import.c.id.desc()).limit(1)).first()
        return None if row is None else to_import(row)

    def last_mark(self, source: str) -> str:
        """Return how far this source was read by the newest import that was taken of it; empty without one."""
        query = select(hr_import.c.mark).where(
            hr_import.c.source == source, hr_import.c.state == "taken", hr_import.c.mark != ""
        )
        with self.store.reading() as connection:
            return connection.execute(query.order_by(hr_import.c.id.desc()).limit(1)).scalar() or ""

    def newest(self, limit: int = 50) -> tuple[Import, ...]:
        """Return the newest imports first."""
        with self.store.reading() as connection:
            rows = connection.execute(select(hr_import).order_by(hr_import.c.id.desc()).limit(limit))
            return tuple(to_import(row) for row in rows)

    def _one(self, *conditions: Any) -> Import | None:
        with self.store.reading() as connection:
            row = connection.execute(select(hr_import).where(*conditions)).first()
        return None if row is None else to_import(row)


def to_import(row: Row[*tuple[Any, ...]]) -> Import:
    """Return the import of a row."""
    return Import(
        uuid=row.uuid,
        source=row.source,
        complete=row.complete,
        actor=row.actor,
        checksum=row.checksum,
        state=row.state,
        started_at=row.started_at,
        finished_at=row.finished_at,
        counts=row.counts,
        problems=tuple(RowProblem(**each) for each in row.problems),
        refusal=row.refusal,
        hint=row.hint,
        number=row.id,
        files=tuple(row.files),
        replays=row.replays,
        phase=row.phase,
        rows_read=row.rows_read,
    )
