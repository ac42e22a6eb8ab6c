"""What a rollout costs per action beside raw calls: two worker processes, an HTTP service of its own process.

    python -m benchmarks.rollout [ACTIONS] [DATABASE]        default: 6000, a new SQLite file

The floor, measured in the same run: the same number of the same calls to the same service by two processes with the
same number of threads and a pooled `requests` session each, without plan, ledger, shadow and audit. Goal: the
difference is at most 0.7 ms per action.
"""

from __future__ import annotations

import http.server
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from benchmarks.measure import own_cpu
from provisioners import fingerprint
from provisioners.sync.plan.change import Change, Phase, make_plan
from provisioners.sync.plan.ownership import Protected
from sso_bridge.clock import now
from sso_bridge.jobs.assembly import rollout_parts
from sso_bridge.jobs.worker import Worker
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.runs import Runs
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables import metadata

WORKERS, THREADS, ROUNDS = 2, 4, 3
GOAL = 0.7


class Service(http.server.BaseHTTPRequestHandler):
    """Answers every POST at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class OneCall:
    """A connector whose only verb is one raw call."""

    platform = "bench"

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = pooled()

    def create(self, account) -> str:  # noqa: ANN001
        self.session.post(self.url, json={"externalId": account.person_uuid}, timeout=30).raise_for_status()
        return account.person_uuid


def pooled() -> requests.Session:
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
    session.trust_env = False
    return session


def serve(ports) -> None:  # noqa: ANN001
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    ports.put(server.server_address[1])
    server.serve_forever()


def raw(url: str, calls: int) -> None:
    session = pooled()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda at: session.post(url, json={"externalId": str(at)}, timeout=30), range(calls)))


class Everybody:
    """An HR in which nothing has changed since the plan was made."""

    def rules_changed(self, *_: object) -> bool:
        return False

    def is_same(self, _basis: object) -> bool:
        return True

    def works(self, ids: Iterable[int]) -> frozenset[int]:
        return frozenset(ids)

    def wanted(self, *_: object) -> dict[int, object]:
        return {}


def work(database: str, url: str, run: int, name: int) -> None:
    store = Store(database)
    audit = AuditLog(store, now)
    runs = Runs(store, now, StoredPlans(store, now), audit, lambda *_: False)
    connector = OneCall(url)
    shadows = StoredShadows(store, now)
    parts = rollout_parts(store, now, shadows, audit, lambda _: connector, lambda _: Protected(), Everybody(), list)
    worker = Worker(
        f"bench-{name}", parts, queue=Jobs(store, now), ledger=ActionLedger(store, now), runs=runs, handlers={},
        clock=now, idle=0.05, threads=THREADS,
    )  # fmt: skip
    worker.run(lambda: finished(store, run))


def finished(store: Store, run: int) -> bool:
    with store.reading() as connection:
        return connection.exec_driver_sql(f"SELECT state FROM run WHERE id = {run}").scalar_one() != "open"  # noqa: S608


def together(target, *arguments) -> tuple[float, float]:  # noqa: ANN001, ANN002
    """Run it in two processes; return wall and CPU seconds."""
    start, cpu = time.perf_counter(), own_cpu()
    processes = [multiprocessing.Process(target=target, args=(*arguments, n)) for n in range(WORKERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return time.perf_counter() - start, own_cpu() - cpu


def opened(database: str, actions: int, turn: int) -> int:
    store = Store(database)
    with store.writing() as connection:
        metadata.create_all(connection)
    plans = StoredPlans(store, now)
    runs = Runs(store, now, plans, AuditLog(store, now), lambda *_: False)
    people = range(turn * actions + 1, (turn + 1) * actions + 1)
    number = plans.keep(make_plan(map(created, people), on=now().date(), revision=1, organisation=turn))
    runs.approve(number, "bench")
    run = runs.open(number, "bench")
    store.close()
    return run


def created(person: int) -> Change:
    wanted = {"userName": f"p{person}@example.org", "displayName": f"Person {person}", "title": "Adviser"}
    uuid = f"00000000-0000-4000-8000-{person:012d}"
    return Change(
        Phase.ACCOUNTS, "account_create", "bench", person, uuid, uuid, after=wanted, reason="joiner",
        result=fingerprint.of_account("active", wanted),
    )  # fmt: skip


def main(actions: int, database: str) -> None:
    multiprocessing.set_start_method("spawn")
    ports = multiprocessing.Queue()
    service = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    service.start()
    url = f"http://127.0.0.1:{ports.get()}/Users"
    start, cpu = together(raw_one, url, 0)
    base, base_cpu = together(idle_worker, database)
    print(f"{actions} actions, {WORKERS} workers, {THREADS} threads each; start of two processes {start:.2f} s")
    for turn in range(ROUNDS):
        floor, floor_cpu = together(raw_one, url, actions // WORKERS)
        run = opened(database, actions, turn)
        rollout, rollout_cpu = together(worker_one, database, url, run)
        wall = ((rollout - base) - (floor - start)) / actions * 1000
        spent = ((rollout_cpu - base_cpu) - (floor_cpu - cpu)) / actions * 1000
        print(
            f"  floor {(floor - start) / actions * 1000:.2f} ms wall, {(floor_cpu - cpu) / actions * 1000:.2f} ms CPU;"
            f"  rollout {(rollout - base) / actions * 1000:.2f} ms wall,"
            f" {(rollout_cpu - base_cpu) / actions * 1000:.2f} ms CPU;"
            f"  ours {wall:.2f} ms wall, {spent:.2f} ms CPU per action (goal {GOAL})"
        )
    service.terminate()


def raw_one(url: str, calls: int, _number: int) -> None:
    raw(url, calls)


def idle_worker(_database: str, _number: int) -> None:
    """Only start: what a process costs before it does anything."""


def worker_one(database: str, url: str, run: int, number: int) -> None:
    work(database, url, run, number)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 6000
    with tempfile.TemporaryDirectory() as folder:
        main(size, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'bench.db'}")
