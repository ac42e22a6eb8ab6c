"""Plan time and peak memory beside a floor: 5 platforms, first plan, second plan, a delta; SQLite.

    python -m benchmarks.plan [PEOPLE ...]        default: 10000 100000

The floor, measured in the same run: read (id, digest) of every person and (person, fingerprint) of every account of
every platform from the same database, and compare two dictionaries. No parsing, no rules, no groups. Compare CPU rather
than wall time: each phase runs in one process of its own, but the machine may have other things to do.
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import select

from mappings.rules import compile_rules
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.flow import Sync
from provisioners.sync.plan.change import Plan
from provisioners.sync.plan.diff import Target
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.demo.company import make_company
from sso_bridge.hr.intake import Intake
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.remembered import StoredDerivations
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.sync import account_shadow

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DELTA = 0.05
PHASES = ("import", "first plan", "floor", "second plan", "import again", "delta plan")
NAMES = ("chat", "forum", "wiki", "engage", "rooms")
HOLDS = Descriptor("bench", "Bench", required=frozenset({"userName"}), deletes=True, groups=True, owners=True)
COMMON = {"userName": "person.email.lowerAscii()", "displayName": "person.displayName", "title": "primary.title"}
DOCUMENT = {
    "platforms": {name: {"mapping": name} for name in NAMES},
    "mappings": {
        "chat": {"for": "person.active", "attributes": {**COMMON, "manager": "manager.uuid"}},
        "forum": {"for": "person.active", "attributes": COMMON},
        "wiki": {"for": "person.active && person.kind != 'supplier'", "attributes": COMMON},
        "engage": {"for": "person.active", "attributes": {**COMMON, "department": "unit.name"}},
        "rooms": {"for": "person.active && primary.location.country == 'NL'", "attributes": COMMON},
    },
    "groups": {
        "sales-nl": {"on": ["chat", "forum"], "members": "'sales' in person.unitPath && primary.country == 'NL'"},
        "units": {"on": ["chat"], "each": "unit", "members": "unit.key in person.unitPath", "owners": "unit.head"},
    },
}


class Bench:
    """One company in one database, and everything a plan needs."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size, self.folder = size, folder
        self.store = Store(f"sqlite:///{folder / 'bench.db'}")
        with self.store.writing() as connection:
            metadata.create_all(connection)
        audit = AuditLog(self.store, self.clock)
        self.people, self.shadows = People(self.store, self.clock), StoredShadows(self.store, self.clock)
        self.intake = Intake(self.store, self.clock, audit)
        self.sync = Sync(
            self.people, self.shadows, StoredPlans(self.store, self.clock), ActionLedger(self.store, self.clock),
            SyncTrail(audit), self.clock, lambda platform, uuid: f"{platform}:{uuid}", StoredDerivations(self.store),
        )  # fmt: skip
        self.rules = compile_rules(DOCUMENT)

    @staticmethod
    def clock() -> datetime:
        return NOW

    def take(self, paths: Sequence[Path]) -> None:
        files = [path.open("rb") for path in paths]
        uploads = [Upload(path.name, file) for path, file in zip(paths, files, strict=True)]
        record = self.intake.take(uploads, Source("payroll"), complete=True, actor="bench")
        assert record.state == "taken", record.refusal
        for file in files:
            file.close()

    def look(self) -> Plan:
        return self.sync.look(self.rules, [Target(name, HOLDS) for name in NAMES], revision=1)[1]

    def pretend(self, plan: Plan) -> None:
        """Bring the shadows to what the plan says, as a perfect rollout would."""
        accounts: dict[tuple[str, int], AccountShadow] = {}
        groups: dict[tuple[str, str], GroupShadow] = {}
        for change in plan.changes:
            if change.kind in {"account_create", "account_update"}:
                remote = f"r{change.person_id}"
                accounts[change.platform, change.person_id] = AccountShadow(
                    change.platform, change.person_id, remote, external_id=change.person_uuid,
                    fingerprint=change.result, attributes=change.after, state_since=NOW,
                )  # fmt: skip
            elif change.kind == "group_create":
                groups[change.platform, change.group] = GroupShadow(
                    change.platform, change.group, f"g{change.group}", str(change.after["name"])
                )
            elif change.kind in {"member_add", "owner_add"}:
                at = (change.platform, change.group)
                known, moved = groups[at], frozenset(change.members)
                members = known.members | moved if change.kind == "member_add" else known.members
                owners = known.owners | moved if change.kind == "owner_add" else known.owners
                groups[at] = GroupShadow(*at, known.remote_id, known.name, "managed", members, owners)
        with self.store.writing():
            self.shadows.keep_accounts(accounts.values())
            for group in groups.values():
                self.shadows.keep_group(group)

    def floor(self) -> None:
        with self.store.reading() as connection:
            rows = connection.execute(select(person.c.id, person.c.digest)).cursor.fetchall()
            seen, known = dict(rows), dict(rows)
            assert seen == known
            for name in NAMES:
                query = select(account_shadow.c.person_id, account_shadow.c.fingerprint)
                rows = connection.execute(query.where(account_shadow.c.platform == name)).cursor.fetchall()
                wanted, known = dict(rows), dict(rows)
                assert not [key for key, value in wanted.items() if known.get(key) != value]


@dataclass(frozen=True)
class Spent:
    """What one phase took, in a process of its own; `peak` in MiB counts the interpreter and all libraries too."""

    wall: float
    cpu: float
    peak: float
    changes: int = 0


def run(folder: str, size: int, phase: str) -> Spent:
    """Carry out one phase; what it needs beside is made before the clock starts."""
    bench = Bench(Path(folder), size)
    company = make_company(size, on=NOW.date()) if "import" in phase else None
    if company is not None and phase == "import again":
        for row in company.people[:: round(1 / DELTA)]:
            row["title"] = "Nieuwe functie"
    paths = company.write(Path(folder) / "hr") if company is not None else []
    del company
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    plan = None
    if phase.startswith("import"):
        bench.take(paths)
    elif phase == "floor":
        bench.floor()
    else:
        plan = bench.look()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if plan is not None and phase == "first plan":
        bench.pretend(plan)
    bench.store.close()
    return Spent(*spent, peak, sum(map(sum, (kinds.values() for kinds in plan.counts().values()))) if plan else 0)


def compare(size: int) -> None:
    print(f"\n{size:,} people on {len(NAMES)} platforms; the delta changes {DELTA:.0%} of them")
    print(f"  {'':<14}{'CPU s':>9}{'wall s':>9}{'x floor':>9}{'peak MiB':>10}{'changes':>11}")
    spawn = get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool,
    ):
        spent = {phase: pool.submit(run, folder, size, phase).result() for phase in PHASES}
    floor = spent["floor"].cpu
    for phase, each in spent.items():
        ratio = each.cpu / floor
        print(
            f"  {phase:<14}{each.cpu:9.2f}{each.wall:9.2f}{ratio:9.1f}{each.peak:10.0f}{each.changes:11,}", flush=True
        )


if __name__ == "__main__":
    for each in [int(text) for text in sys.argv[1:]] or [10_000, 100_000]:
        compare(each)
