"""What the audit costs: an act appended, a million records verified, and those since the last checkpoint.

Beside it stands what nobody can do without: reading the same rows, and one SHA-256 over each.
python -m benchmarks.audit [RECORDS]
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.audit.export import csv_lines, json_lines
from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.audit import audit as table

BATCH = 5000


def main(records: int) -> None:
    """Fill an audit, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'audit.db'}")
        with store.writing() as connection:
            metadata.create_all(connection)
        moment = [datetime(2026, 1, 1, tzinfo=UTC)]
        log = AuditLog(store, lambda: moment[0])
        keys = KeyRing(store, Vault(make_key()), lambda: moment[0])
        keys.ensure()
        notary = Checkpoints(log, keys)

        def fill() -> None:
            for start in range(0, records, BATCH):
                moment[0] += timedelta(minutes=5)
                log.record(*(_act(number) for number in range(start, min(start + BATCH, records))))
                notary.tick()

        told("append, many in one transaction", records, fill)
        told("append, each in a transaction of its own", 2000, lambda: [log.append(_act(one)) for one in range(2000)])
        told("verify all", records, lambda: _sound(notary.verify().sound))
        told("verify since the last checkpoint", 1, lambda: _sound(notary.verify(recent=True).sound))
        told("export JSON lines", records, lambda: sum(1 for _ in json_lines(log.records())))
        told("export CSV", records, lambda: sum(1 for _ in csv_lines(log.records())))
        told("floor: read the rows, one SHA-256 each", records, lambda: _floor(store))
        size = (Path(folder) / "audit.db").stat().st_size / records
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:.0f} bytes per record in SQLite; {peak:.0f} MiB at the peak of the process")
        store.close()


def _act(number: int) -> Event:
    who = f"person:00000000-0000-4000-8000-{number % 100_000:012d}"
    return Event("sign_in.answered", who, "platform:chat", why="oidc", address="192.0.2.7", reference=f"words-{number}")


def _floor(store: Store) -> None:
    with store.reading() as connection:
        for row in connection.execute(select(table).execution_options(yield_per=1000)):
            hashlib.sha256(row.digest).digest()


def _sound(sound: bool) -> None:  # noqa: FBT001 - a verdict
    if not sound:
        raise ValueError("the audit is not sound")


def told(what: str, count: int, does: Callable[[], object]) -> None:
    """Measure once and print."""
    began, cpu = time.perf_counter(), time.process_time()
    does()
    taken, spent = time.perf_counter() - began, time.process_time() - cpu
    print(f"{what:45} {taken:8.2f} s  {spent / count * 1e6:9.1f} us CPU each")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
