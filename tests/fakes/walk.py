"""A whole bridge to walk through: configuration, HR, sync plans and rollouts on platforms that remember."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from random import Random

from sqlalchemy import delete

from provisioners.errors import NeedsAdmin
from provisioners.platforms.memory.connector import Memory
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.executor import Executor
from sso_bridge.config import Settings
from sso_bridge.configuration.document.files import canonical, write_yaml
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.hr.intake import Intake
from sso_bridge.parts.bridge import Parts
from sso_bridge.store.administration.revisions import Revision, Revisions
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from tests.fakes.asked import UNITS
from tests.fakes.clock import FakeClock
from tests.fakes.walk_books import Books, Was
from tests.fakes.walk_edits import START

HANDS = ("token:ann", "token:ben")
HEADER = "employee_number,assignment_id,given_name,family_name,email,unit,title,manager,country,leaves_on\n"


@dataclass(frozen=True)
class Row:
    """What HR says of one person."""

    unit: str = "sales"
    title: str = "Seller"
    country: str = "NL"
    given: str = "Ann"
    leaves: str = ""


class MemoryPlatforms:
    """`jobs.platforms.Platforms` whose platforms outlive a change of the configuration."""

    def __init__(self, walk: Walk) -> None:
        self._walk, self.kept = walk, {}

    def connector(self, platform):
        found = self._walk.parts.live.current().configuration.platforms.get(platform)
        if found is None or not found.enabled or found.connector == "none":
            raise NeedsAdmin("it is switched off", hint="")
        return self.kept.setdefault(platform, Memory(platform))

    def protected(self, _platform):
        return Protected.of(())


class Walk:
    """`bring`, `hire`, `roll_out`; `other` is a second process on the same database."""

    def __init__(self, store: Store, keys, folder, luck: Random) -> None:
        with store.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        keys.ensure()
        self.store, self.clock, self.luck = store, FakeClock(), luck
        self.platforms = MemoryPlatforms(self)
        settings = Settings(public_url="https://sso.example.org", base_dir=folder)
        self.parts = Parts(settings, store=store, clock=self.clock, keys=keys, platforms=self.platforms)
        self.desk, self.audit = self.parts.configuration, self.parts.audit
        self._second = Store(store.engine.url.render_as_string(hide_password=False))
        self.other = LiveConfiguration(Revisions(self._second, self.clock))
        self.exports = {0: (write_yaml({}), canonical({}))}
        self.rows: dict[str, Row] = {}
        for number in range(1, 9):
            unit = "root" if number == 1 else "north" if number in {3, 7} else "sales"
            self.hire(f"E{number}", Row(unit=unit, country="BE" if number == 4 else "NL"))
        self.desk.apply(self.desk.propose(START, by="cli:ann").draft.id, by="cli:ann")
        self.remember()
        self.roll_out()

    def close(self) -> None:
        self._second.close()

    def hire(self, key: str, row: Row) -> None:
        """Take one row of HR, and the units."""
        manager = "" if key == "E1" else "E1"
        told = (key, f"a{key}", row.given, f"Smit {key}", f"{key}@corp.example", row.unit, row.title, manager,
                row.country, row.leaves)  # fmt: skip
        uploads = [
            Upload("people.csv", io.BytesIO(f"{HEADER}{','.join(told)}\n".encode())),
            Upload("units.csv", io.BytesIO(UNITS.encode())),
        ]
        taken = Intake(self.store, self.clock, self.audit).take(uploads, Source("payroll"), complete=False, actor="hr")
        assert "taken" == taken.state
        self.rows[key] = row

    def moved(self, key: str) -> Row:
        """Return another row for somebody: another job, name, country, a last day, or back again."""
        luck, row = self.luck, self.rows.get(key, Row())
        if row.leaves:
            return replace(row, leaves="", title=luck.choice(["Seller", "Chief"]))
        what, choices = luck.choice([
            ("title", ["Seller", "Chief", "Buyer", ""]), ("unit", ["sales", "north", "root"]),
            ("country", ["NL", "BE"]), ("given", ["Ann", "Bo", "Zoé"]), ("leaves", ["2026-10-31"]),
        ])  # fmt: skip
        return replace(row, **{what: luck.choice([one for one in choices if one != getattr(row, what)])})

    def remember(self) -> tuple[str, str]:
        """Remember and return the export of the revision that holds."""
        exported = self.exports[self.desk.revisions.number()] = self.exported()
        return exported

    def exported(self) -> tuple[str, str]:
        """Return the export, as YAML and as JSON."""
        return write_yaml(self.desk.in_force()), canonical(self.desk.in_force())

    def earlier(self) -> Revision | None:
        """Return a draft of any earlier revision that is not what holds; None when there is none."""
        now = self.exports[self.desk.revisions.number()]
        numbers = [number for number, text in self.exports.items() if number and text != now]
        return self.desk.earlier(self.luck.choice(numbers), by=self.luck.choice(HANDS)) if numbers else None

    def roll_out(self) -> Books:
        """Plan, approve, carry out; return what was told, done and audited."""
        was, audited = Was.of(self), self.audit.newest()
        number, plan = self.parts.looking()
        crew, run = self.parts.crew, 0
        if plan.changes:
            crew.runs.approve(number, "cli:ann", releases=tuple({held.guard for held in plan.held}))
            run = crew.runs.open(number, "cli:ann")
            for name in {change.platform for change in plan.changes}:
                Executor(crew.rollout, name, "w1", threads=1).drain(self._pause)
            assert (run,) == crew.runs.close_finished()
        return Books(plan, run, was, Was.of(self), tuple(self.audit.records(after=audited)))

    def _pause(self, seconds: float) -> bool:
        self.clock.move(seconds=seconds)
        return False
