"""A whole bridge to walk through: configuration, HR, sync plans and rollouts on a platform that remembers."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import delete

from mappings.errors import EvaluationError
from provisioners.errors import NeedsAdmin
from provisioners.platforms.memory.connector import Memory
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.executor import Executor
from sso_bridge.config import Settings
from sso_bridge.configuration.changing.sides import Side
from sso_bridge.configuration.document.editing import Edit, edited
from sso_bridge.configuration.document.files import canonical, write_yaml
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.hr.intake import Intake
from sso_bridge.parts import Parts
from sso_bridge.store.administration.revisions import Revision, Revisions
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from tests.fakes.asked import LOGIN, UNITS
from tests.fakes.clock import FakeClock

START: dict[str, Any] = {
    "platforms": {
        "chat": {"login": LOGIN, "provisioning": {"connector": "memory"}, "mapping": "chat"},
        "wiki": {"login": LOGIN | {"client_id": "w"}, "mapping": "wiki"},
    },
    "mappings": {
        "chat": {
            "attributes": {"userName": "person.employeeNumber", "displayName": "person.displayName"},
            "release": ["name"],
        },
        "wiki": {"release": ["name", "title"]},
    },
    "guards": {"default": {name: {"percent": 100} for name in ("create", "update", "suspend", "member_remove")}},
    "hr_sources": {"payroll": {"kind": "csv"}},
}
SCOPES = ("person.active", "primary.country == 'NL'", "primary.unit != 'north'", "person.employeeNumber != 'E2'")
TITLES = ("primary.title", "unit.name", "person.employeeNumber", "''")
RELEASES = (["name"], ["name", "title"], ["email"], ["name", "email", "groups"])
MEMBERS = ("primary.country == 'NL'", "'sales' in person.unitPath", "person.active")
HEADER = "employee_number,assignment_id,given_name,family_name,unit,title,country,leaves_on\n"


class MemoryPlatforms:
    """`jobs.platforms.Platforms` whose platforms outlive a change of the configuration."""

    def __init__(self, live) -> None:
        self._live, self._kept = live, {}

    def connector(self, platform):
        found = self._live.current().configuration.platforms.get(platform)
        if found is None or not found.enabled or found.connector == "none":
            raise NeedsAdmin("it is switched off", hint="")
        return self._kept.setdefault(platform, Memory(platform))

    def protected(self, _platform):
        return Protected.of(())


class Walk:
    """`edit`, `apply`, `go_back`, `hire`, `roll_out`; `other` is a second process on the same database."""

    def __init__(self, store: Store, keys, folder) -> None:
        with store.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        keys.ensure()
        self.store, self.clock = store, FakeClock()
        settings = Settings(public_url="https://sso.example.org", base_dir=folder)
        live = LiveConfiguration(Revisions(store, self.clock))
        self.parts = Parts(settings, store=store, clock=self.clock, keys=keys, platforms=MemoryPlatforms(live))
        self.desk = self.parts.configuration
        second = Store(store.engine.url.render_as_string(hide_password=False))
        self.other, self._second = LiveConfiguration(Revisions(second, self.clock)), second
        self.drafts: list[Revision] = []
        self.exports = {0: (write_yaml({}), canonical({}))}
        self.titles = {f"E{number}": "Seller" for number in range(1, 7)}
        self.hire("E1", "Head", "root", "NL")
        for number in range(2, 7):
            self.hire(f"E{number}", "Seller", "north" if number == 3 else "sales", "BE" if number == 4 else "NL")
        self.bring(self.desk.propose(START, by="cli:ann").draft)

    def close(self) -> None:
        self._second.close()

    def hire(self, key: str, title: str, unit: str, country: str, leaves: str = "") -> None:
        """Take one row of HR, and the units."""
        row = f"{HEADER}{key},a{key},Ann,Smit {key},{unit},{title},{country},{leaves}\n"
        uploads = [Upload("people.csv", io.BytesIO(row.encode())), Upload("units.csv", io.BytesIO(UNITS.encode()))]
        taken = Intake(self.store, self.clock, self.parts.audit).take(
            uploads, Source("payroll"), complete=False, actor="hr"
        )
        assert "taken" == taken.state

    def edit(self, place: str, change) -> None:
        """Draft one changed resource; `change` gets what is there."""
        base = self.drafts[-1].document if self.drafts and self.is_open(self.drafts[-1]) else self.desk.in_force()
        part, _, name = place.partition(".")
        before = (base.get(part) or {}).get(name)
        value = change(before)
        if value is not None or before is not None:
            self.drafts.append(self.desk.propose(edited(base, [Edit(part, name, value)]), by="cli:ann").draft)

    def is_open(self, draft: Revision) -> bool:
        return draft.base == self.desk.revisions.number() and not self.desk.revisions.draft(draft.id).number

    def bring(self, draft: Revision) -> Revision:
        """Approve and apply a draft; remember the export."""
        self.desk.approve(draft.id, by="cli:bob")
        applied = self.desk.apply(draft.id, by="cli:bob")
        self.exports[applied.number] = self.exported()
        return applied

    def last_act(self):
        """Return the newest record of the audit."""
        return self.parts.audit.one(self.parts.audit.newest())

    def exported(self) -> tuple[str, str]:
        """Return the export, as YAML and as JSON."""
        return write_yaml(self.desk.in_force()), canonical(self.desk.in_force())

    def everything(self, document: dict[str, Any]) -> dict[tuple[str, str], object]:
        """Return what everybody gets everywhere, asked one by one: what a plan is compared with."""
        checked, chart = parse(document), self.parts.people.chart(self.parts.today())
        side, found = Side.of(checked.configuration, checked.rules), {}
        for person in self.parts.people.all():
            for name in checked.configuration.platforms:
                try:
                    got = side.gets(name, person, chart)
                except (EvaluationError, KeyError):
                    continue
                if got.something:
                    found[name, person.key] = (got.claims, got.attributes, set(got.groups))
        return found

    def roll_out(self):
        """Plan, approve, carry out; return the plan after that."""
        number, plan = self.parts.looking()
        crew = self.parts.crew
        if plan.changes:
            crew.runs.approve(number, "cli:ann", releases=tuple({held.guard for held in plan.held}))
            crew.runs.open(number, "cli:ann")
            for name in {change.platform for change in plan.changes}:
                Executor(crew.rollout, name, "w1", threads=1).drain(self._pause)
            crew.runs.close_finished()
        return self.parts.looking()[1]

    def _pause(self, seconds: float) -> bool:
        self.clock.move(seconds=seconds)
        return False
