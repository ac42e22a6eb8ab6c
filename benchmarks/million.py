"""A million people: ten attributes on three platforms derived for all of them, and one of them changed; SQLite.

    python -m benchmarks.million [PEOPLE]        default: 1000000

Deriving stands beside two floors over the same rows, measured in the same run: the rows read, and the same thirty
expressions as Python functions over the rows read once, nothing kept. The change is one row that HR sends: taken by the
intake, then planned for with just her changes; another one goes the whole way (`event_in.py`). Each phase runs in a
process of its own; its memory counts the interpreter and all libraries too. What is known of the platforms is written
as a perfect rollout would leave it, but without the values of accounts that nobody looks at.
"""

from __future__ import annotations

import gc
import io
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Text, cast, event, insert, select

from benchmarks.event_in import to_actions
from mappings.people import Assignment, Person, Unit
from mappings.rules import Rules, compile_rules
from provisioners.fingerprint import as_text
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.block import blocks
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.flow import Sync
from provisioners.sync.plan.change import make_plan
from provisioners.sync.plan.diff import Target
from provisioners.sync.plan.focus import Focus
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.hr.intake import Intake
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import digest_of, person_facts, unit_facts
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.remembered import StoredDerivations
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.organisation import organisation, person, reporting, unit
from sso_bridge.store.tables.sync import account_shadow

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TEAM, LINE, BATCH = 50, 10, 5000
HOLDS = Descriptor("bench", "Bench", required=frozenset({"userName"}), deletes=True, groups=True, owners=True)
COLUMNS = (person.c.id, person.c.uuid, person.c.key, cast(person.c.facts, Text))

Row = dict[str, Any]
ATTRIBUTES: dict[str, tuple[str, Callable[[Row, Row, Row], object]]] = {
    "userName": ("person.email.lowerAscii()", lambda p, _j, _u: p["email"].lower()),
    "displayName": ("person.displayName", lambda p, _j, _u: f"{p['given_name']} {p['family_name']}"),
    "name.givenName": ("person.callName", lambda p, _j, _u: p.get("preferred_name") or p["given_name"]),
    "name.familyName": ("person.surname", lambda p, _j, _u: p["family_name"]),
    "title": ("primary.title", lambda _p, j, _u: j["title"]),
    "department": ("unit.name", lambda _p, _j, u: u["name"]),
    "costCenter": (
        "primary.costCentre == '' ? 'none' : primary.costCentre",
        lambda _p, j, _u: j["cost_centre"] or "none",
    ),
    "userType": (
        "person.kind == 'contractor' || primary.fte < 0.2 ? 'external' : 'internal'",
        lambda p, j, _u: "external" if p.get("kind") == "contractor" or j.get("fte", 1.0) < 0.2 else "internal",
    ),
    "locale": ("primary.country == 'NL' ? 'nl' : 'en'", lambda _p, j, _u: "nl" if j["country"] == "NL" else "en"),
    "nickName": (
        "person.callName + ' (' + primary.location.name + ')'",
        lambda p, j, _u: f"{p['given_name']} ({j['location']})",
    ),
}  # fmt: skip
SCOPES: dict[str, tuple[str, Callable[[Row, Row, Row], object]]] = {
    "chat": ("person.active", lambda p, _j, _u: p.get("status", "active") == "active"),
    "forum": ("person.active && primary.country == 'NL'", lambda _p, j, _u: j["country"] == "NL"),
    "wiki": ("person.active && person.kind != 'supplier'", lambda p, _j, _u: p.get("kind") != "supplier"),
}
DOCUMENT = {
    "platforms": {name: {"mapping": name} for name in SCOPES},
    "mappings": {
        name: {"for": scope, "attributes": {key: text for key, (text, _) in ATTRIBUTES.items()} | {"of": f"'{name}'"}}
        for name, (scope, _) in SCOPES.items()
    },
    "groups": {
        "units": {"on": ["chat"], "each": "unit", "reach": "own", "owners": "unit.head", "deputies": "unit.deputy"}
    },
}


class Company:
    """A made-up company in one database; a tree of units of fifty, ten people below each manager."""

    def __init__(self, folder: str, size: int) -> None:
        self.size = size
        self.store = Store(f"sqlite:///{Path(folder) / 'million.db'}")
        self.people, self.shadows = People(self.store, self.clock), StoredShadows(self.store, self.clock)
        self.audit, self.remembered = AuditLog(self.store, self.clock), StoredDerivations(self.store)

    @staticmethod
    def clock() -> datetime:
        return NOW

    def rules(self) -> Rules:
        return compile_rules(DOCUMENT)

    def chart(self) -> Chart:
        return Chart(NOW.date(), self.people.everyone(), self.people.units(), self.remembered)

    def fill(self) -> None:
        with self.store.writing() as connection:
            metadata.create_all(connection)
            connection.execute(insert(organisation), {"id": 1, "version": 1})
            for start in range(0, self.size, BATCH):
                ids = range(start + 1, min(start + BATCH, self.size) + 1)
                connection.execute(insert(person), [_person_row(each) for each in ids])
                above = [{"person_id": each, "manager": _person(each).assignments[0].manager} for each in ids]
                connection.execute(insert(reporting), [each for each in above if each["manager"]])
            connection.execute(insert(unit), [_unit_row(number) for number in range(-(-self.size // TEAM))])

    def read(self) -> None:
        with self.store.reading() as connection:
            for _ in connection.execute(select(*COLUMNS).order_by(person.c.id)).cursor:  # type: ignore[union-attr]
                pass

    def functions(self) -> None:
        """The floor: the same expressions as Python functions."""
        with self.store.reading() as connection:
            units = dict(connection.execute(select(unit.c.key, unit.c.facts)).tuples().all())
            for _, _, _, text in connection.execute(select(*COLUMNS).order_by(person.c.id)).cursor:  # type: ignore[union-attr]
                facts = json.loads(text)
                job = facts["assignments"][0]
                own = units[job["unit"]]
                for name, (_, meant) in SCOPES.items():
                    if meant(facts, job, own):
                        made = {key: does(facts, job, own) for key, (_, does) in ATTRIBUTES.items()}
                        made["of"] = name

    def derive(self) -> None:
        """Everybody's accounts on all platforms, kept for the next time; nothing is compared."""
        rules, chart = self.rules(), self.chart()
        derivations = [Derivation(name, rules, HOLDS, chart, self.remembered) for name in SCOPES]
        for block in blocks(chart):
            for each in derivations:
                each.open(block)
            for id_, inputs in zip(block.ids, block.inputs, strict=True):
                for each in derivations:
                    if (row := each.rows.get(id_)) is None or row[0] != inputs:
                        each.derive(id_, inputs)
            for each in derivations:
                each.shut(block)
        for each in derivations:
            each.close()

    def roll_out(self) -> None:
        """Let the platforms be known to have what was derived."""
        rules, chart = self.rules(), self.chart()
        for name in SCOPES:
            derivation, members = Derivation(name, rules, HOLDS, chart, self.remembered), dict[str, list[int]]()
            for block in blocks(chart):
                rows = [(id_, row[1], row[3]) for id_, row in derivation.open(block).items() if row[1]]
                for id_, _, groups in rows:
                    for key in groups:
                        members.setdefault(key, []).append(id_)
                with self.store.writing() as connection:
                    connection.execute(insert(account_shadow), [_shadow(name, id_, bits) for id_, bits, _ in rows])
            with self.store.writing():
                for key, ids in members.items():
                    head = {(int(key.removeprefix("units/U"))) * TEAM + 1}
                    called = _unit(int(key.removeprefix("units/U"))).name
                    self.shadows.keep_group(
                        GroupShadow(name, key, f"g{key}", called, members=frozenset(ids), owners=frozenset(head))
                    )
            self.shadows.mark_contacted(name)
        for name, id_ in product(SCOPES, (self.size - 3, self.size - 4)):
            wanted = Derivation(name, rules, HOLDS, chart).again(id_)
            if wanted.in_scope:
                bits = as_text(wanted.bits)
                self.shadows.keep_account(
                    AccountShadow(name, id_, f"r{id_}", fingerprint=bits, attributes=wanted.attributes or {})
                )
        scope = {"platforms": ",".join(sorted(SCOPES))}
        nothing = make_plan((), on=NOW.date(), revision=1, organisation=1, scope=scope)
        StoredPlans(self.store, self.clock).keep(nothing)  # everybody was looked at by this configuration

    @staticmethod
    def change(id_: int) -> Upload:
        """One row of HR: she has another title and another last name."""
        her = _person(id_)
        job = her.assignments[0]
        head = "employee_number,given_name,family_name,email,unit,title,manager,location,country,cost_centre,hired_on"
        line = [her.key, her.given_name, "Jansen", her.email, job.unit, "Lead", job.manager, job.location, job.country]
        body = f"{head}\n{','.join([*line, job.cost_centre, '2020-01-01'])}\n"
        return Upload("event.csv", io.BytesIO(body.encode()))

    def event(self) -> None:
        """One row is taken in."""
        intake = Intake(self.store, self.clock, self.audit)
        upload = self.change(self.size - 3)
        record = intake.take([upload], Source("payroll"), complete=False, actor="bench")
        assert record.counts["people_changed"] == 1, record

    def look(self, only: int = 0) -> int:
        sync = Sync(
            self.people, self.shadows, StoredPlans(self.store, self.clock), ActionLedger(self.store, self.clock),
            SyncTrail(self.audit), self.clock, lambda platform, uuid: f"{platform}:{uuid}", self.remembered,
            StoredNearby(self.people, self.store, self.clock),
        )  # fmt: skip
        targets = [Target(name, HOLDS) for name in SCOPES]
        return len(sync.look(self.rules(), targets, revision=1, only=Focus.on(only))[1].changes)

    def phases(self) -> dict[str, Callable[[], object]]:
        her = self.size - 3
        return {
            "fill": self.fill,
            "floor: rows read": self.read,
            "floor: Python functions": self.functions,
            "derive": self.derive,
            "derive, nothing new": self.derive,
            "roll out": self.roll_out,
            "HR sends one row": self.event,
            "plan for her": partial(self.look, her),
            "event to actions": partial(to_actions, self, DOCUMENT, HOLDS, self.size - 4),
            "plan for everybody": self.look,
        }


def _person(number: int) -> Person:
    at = number - 1
    dutch = at % 10 != 0
    job = Assignment(
        "1", f"U{at // TEAM}", f"Function {at % 97}", f"E{at // LINE:07}" if at >= LINE else "",
        location=f"Site {at % 31}", country="NL" if dutch else "DE", cost_centre=f"C{at % 211}",
    )  # fmt: skip
    return Person(
        number, f"00000000-0000-4000-8000-{number:012}", "payroll", f"E{number:07}", f"Anna{at % 1009}",
        family_name=f"Bakker{at % 10007}", email=f"E{number}@Example.org", hired_on=date(2020, 1, 1),
        assignments=(job,),
    )  # fmt: skip


def _person_row(number: int) -> dict[str, Any]:
    made = _person(number)
    facts = person_facts(made)
    return {"id": number, "uuid": made.uuid, "source": made.source, "key": made.key, "facts": facts,
            "digest": digest_of(facts), "strikes": 0, "gone_on": None, "next_change": None, "changed_at": NOW,
            "origin": None}  # fmt: skip


def _unit(number: int) -> Unit:
    above = f"U{(number - 1) // LINE}" if number else ""
    return Unit(f"U{number}", f"Team {number}", above, "team", head=f"E{number * TEAM + 1:07}")


def _unit_row(number: int) -> dict[str, Any]:
    made = _unit(number)
    facts = unit_facts(made)
    return {"source": "payroll", "key": made.key, "valid_from": None, "facts": facts, "digest": digest_of(facts),
            "strikes": 0, "origin": None}  # fmt: skip


def _shadow(platform: str, id_: int, bits: int) -> dict[str, Any]:
    return {"platform": platform, "person_id": id_, "remote_id": f"r{id_}", "external_id": "", "state": "active",
            "management": "managed", "fingerprint": as_text(bits), "attributes": {}, "state_since": None,
            "changed_at": NOW}  # fmt: skip


def run(folder: str, size: int, phase: str) -> tuple[float, float, float, int, object]:
    """Carry out one phase in this process: CPU and wall seconds, peak MiB, SQL statements, and what came of it."""
    company, statements = Company(folder, size), [0]

    def count(*_: object) -> None:
        statements[0] += 1

    event.listen(company.store.engine, "before_cursor_execute", count)
    act = company.phases()[phase]
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    found = act()
    spent = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    company.store.close()
    return *spent, peak, statements[0], found


def main(size: int) -> None:
    print(f"{size:,} people, {len(ATTRIBUTES)} attributes, {len(SCOPES)} platforms, {size // TEAM:,} units")
    print(f"  {'':<26}{'CPU s':>9}{'wall s':>9}{'us a person':>13}{'peak MiB':>10}{'statements':>12}{'changes':>9}")
    spawn = get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool,
    ):
        for phase in Company(folder, size).phases():
            cpu, wall, peak, statements, found = pool.submit(run, folder, size, phase).result()
            told = f"{found:9,}" if found is not None else ""
            each = cpu / size * 1e6
            print(f"  {phase:<26}{cpu:9.3f}{wall:9.2f}{each:13.2f}{peak:10.0f}{statements:12,}{told}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
