"""Plan time and peak memory beside a floor: 5 platforms, first plan, second plan, a delta; SQLite, one process.

    python -m benchmarks.plan [PEOPLE ...]        default: 10000 100000

The floor, measured in the same run: read (id, digest) of every person and (person, fingerprint) of every account of
every platform from the same database, and compare two dictionaries. No parsing, no rules, no groups.
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, text

from mappings.rules import compile_rules
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.flow import Sync
from provisioners.sync.plan.change import Plan
from provisioners.sync.plan.diff import Target
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.demo.company import Company, make_company
from sso_bridge.hr.intake import Intake
from sso_bridge.store.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.ledger import ActionLedger
from sso_bridge.store.people import People
from sso_bridge.store.plans import StoredPlans
from sso_bridge.store.remembered import StoredDerivations
from sso_bridge.store.shadows import StoredShadows
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.sync import account_shadow

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
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

    def take(self, company: Company, *, complete: bool = True) -> None:
        paths = company.write(self.folder / "hr")
        files = [path.open("rb") for path in paths]
        uploads = [Upload(path.name, file) for path, file in zip(paths, files, strict=True)]
        record = self.intake.take(uploads, Source("payroll"), complete=complete, actor="bench")
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


@contextmanager
def measured(times: dict[str, float], name: str) -> Iterator[None]:
    gc.collect()
    start = time.perf_counter()
    yield
    times[name] = time.perf_counter() - start


def run(size: int) -> None:
    times: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), size)
        company = make_company(size, on=NOW.date())
        with measured(times, "import"):
            bench.take(company)
        with measured(times, "first plan"):
            plan = bench.look()
        first = _peak()
        changes = sum(sum(kinds.values()) for kinds in plan.counts().values())
        bench.pretend(plan)
        del plan
        bench.look()
        for name in ("floor", "second plan", "floor again"):
            with measured(times, name):
                bench.look() if name == "second plan" else bench.floor()
        for row in company.people[10 :: max(1, size // min(5000, size // 100))]:
            row["title"] = "Nieuwe functie"
        bench.take(company)
        with measured(times, "delta plan"):
            plan = bench.look()
        moved = sum(sum(kinds.values()) for kinds in plan.counts().values())
        with bench.store.reading() as connection:
            accounts = connection.execute(text("SELECT count(*) FROM account_shadow")).scalar()
        bench.store.close()
    floor = (times["floor"] + times["floor again"]) / 2
    print(f"\n{size:,} people, {accounts:,} accounts; first plan {changes:,} changes, delta {moved:,} changes")
    for name, seconds in times.items():
        print(f"  {name:<12} {seconds:8.2f} s   {seconds / floor:6.1f} x floor")
    print(f"  peak memory: after the first plan {first:.0f} MiB, whole run {_peak():.0f} MiB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for each in [int(text) for text in sys.argv[1:]] or [10_000, 100_000]:
        run(each)
