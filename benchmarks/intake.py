"""Import of an HR snapshot, beside a bare read of the same file by DuckDB and by Python's csv module; SQLite.

    python -m benchmarks.intake [ROWS ...]        default: 100000; the README names 1000000

One row is one person with one job, 21 columns. `first` takes everybody in and looks at the org chart, `again` is the
same file a day later, `changed` has another title for one person in a hundred. What is beside keeps nothing but columns
in memory, and judges nothing. Compare CPU: each phase is a process of its own, but the machine may be busy.
With SSO_BRIDGE_BENCH_DATABASE=postgresql://... (an empty database) the register is there.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.hr.intake import Intake
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PHASES = ("first", "again", "changed")
DUCKDB = Path(__file__).parents[1] / ".peers/duckdb/bin/python"
DATABASE = os.environ.get("SSO_BRIDGE_BENCH_DATABASE", "")
HEADER = (
    "employee_number,assignment_id,given_name,name_prefix,family_name,email,username,kind,status,unit,title,manager,"
    "location,country,cost_centre,legal_entity,fte,primary,valid_from,hired_on,leaves_on\n"
)
READ = """
import duckdb, json, resource, sys, time
wall, cpu = time.perf_counter(), time.process_time()
told = duckdb.connect()
told.execute("SET threads=1")
told.execute("SET enable_progress_bar=false")
told.execute("CREATE TABLE t AS SELECT * FROM read_csv(?, header=true, all_varchar=true)", [sys.argv[1]])
rows = told.execute("SELECT count(*) FROM t").fetchone()[0]
spent = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps([*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows]))
"""


@dataclass(frozen=True)
class Spent:
    """What one phase took; `peak` in MiB counts the interpreter and all libraries too."""

    wall: float
    cpu: float
    peak: float
    rows: int


def write(path: Path, rows: int, *, changed: bool) -> None:
    """Write the snapshot."""
    with path.open("w") as file:
        file.write(HEADER)
        for one in range(rows):
            title = "Coach" if changed and one % 100 == 0 else "Adviser"
            file.write(
                f"E{one},J{one},Given{one % 5000},van,Family{one % 70000},given.family{one}@corp.example,u{one},"
                f"employee,active,unit-{one % 5000},{title},E{one // 10},Place {one % 40},NL,C{one % 900},Corp,1,yes,"
                f"2020-01-{one % 28 + 1:02},2020-01-01,\n"
            )


def take(folder: str, phase: str) -> Spent:
    """Import the snapshot of one phase."""
    store = Store(DATABASE or f"sqlite:///{folder}/bench.db")
    if phase == "first":
        with store.writing() as connection:
            metadata.create_all(connection)
    at = START + timedelta(days=PHASES.index(phase))
    intake = Intake(store, lambda: at, AuditLog(store, lambda: at))
    wall, cpu = time.perf_counter(), time.process_time()
    with (Path(folder) / f"{phase}.csv").open("rb") as file:
        record = intake.take([Upload("people.csv", file)], Source("payroll"), complete=True, actor="bench")
    spent = time.perf_counter() - wall, time.process_time() - cpu
    assert record.state == "taken", record.refusal
    store.close()
    return Spent(*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, record.counts["rows_people"])


def bare(folder: str) -> Spent:
    """Read the rows with Python's own csv module, and forget them."""
    wall, cpu, rows = time.perf_counter(), time.process_time(), -1
    with (Path(folder) / "first.csv").open(newline="") as file:
        for _ in csv.reader(file):
            rows += 1
    spent = time.perf_counter() - wall, time.process_time() - cpu
    return Spent(*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows)


def duck(folder: Path) -> Spent | None:
    """Read the file into a table of DuckDB, all columns as texts, on one thread."""
    if not DUCKDB.exists():
        print("  NOT INSTALLED: DuckDB; .ci/bench-peers installs it")
        return None
    command = [str(DUCKDB), "-c", READ, str(folder / "first.csv")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Spent(*json.loads(told))


def compare(rows: int) -> None:
    """Run everything for one size."""
    spawn = get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "first.csv", rows, changed=False)
        os.link(folder / "first.csv", folder / "again.csv")
        write(folder / "changed.csv", rows, changed=True)
        size = (folder / "first.csv").stat().st_size / 1024 / 1024
        where = "PostgreSQL" if DATABASE else "SQLite"
        print(f"\n{rows:,} rows, {size:.0f} MiB, {where}, load {os.getloadavg()[0]:.0f}")
        print(f"  {'':<14}{'CPU s':>9}{'wall s':>9}{'rows/CPU s':>12}{'peak MiB':>10}{'x DuckDB':>10}", flush=True)
        peer = duck(folder)
        with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
            if peer:
                show("DuckDB read", peer, peer)
            show("csv read", pool.submit(bare, name).result(), peer)
            for phase in PHASES:
                show(phase, pool.submit(take, name, phase).result(), peer)


def show(name: str, spent: Spent, peer: Spent | None) -> None:
    """Print one line."""
    assert spent.rows > 0
    ratio = f"{spent.cpu / peer.cpu:10.1f}" if peer else f"{'-':>10}"
    speed = spent.rows / spent.cpu
    print(f"  {name:<14}{spent.cpu:9.1f}{spent.wall:9.1f}{speed:12,.0f}{spent.peak:10.0f}{ratio}", flush=True)


if __name__ == "__main__":
    for each in [int(text) for text in sys.argv[1:]] or [100_000]:
        compare(each)
