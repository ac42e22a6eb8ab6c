"""The whole sync on the store of a test: import rows, look, roll out to a fake platform."""

from __future__ import annotations

import io
from dataclasses import replace

from provisioners.platforms.descriptor import Descriptor
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.flow import Sync
from provisioners.sync.plan.diff import Target
from provisioners.sync.plan.focus import Focus
from sso_bridge.hr.intake import Intake
from sso_bridge.jobs.present import PresentFacts
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.remembered import StoredDerivations
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts
from tests.fakes.rules import FakeRules

HEADER = "employee_number,assignment_id,given_name,family_name,email,unit,title,manager,valid_from,valid_to,leaves_on\n"
PLATFORM = Descriptor(
    "fake", "Fake", attributes=frozenset({"userName", "displayName", "title", "manager"}),
    required=frozenset({"userName"}), deletes=True, groups=True, owners=True,
)  # fmt: skip


class OwnedPlatform(FakePlatform):
    """A fake platform whose groups have owners."""

    def __init__(self, platform="chat"):
        super().__init__(platform)
        self.owners: dict[str, set[str]] = {}

    def delete(self, remote_id):
        self._asked("delete")
        self.rows = {key: row for key, row in self.rows.items() if row.remote_id != remote_id}

    def change_owners(self, remote_id, *, add=(), remove=()):
        self._asked("change_owners")
        self.owners[remote_id] = (self.owners.get(remote_id, set()) | set(add)) - set(remove)
        return {}


class Syncs:
    """`rows` maps HR numbers to row texts after the number; change them, then `send()`, `look()` or `sync()`."""

    def __init__(self, store, clock, chat=None):
        self.store, self.clock = store, clock
        self.chat = chat or OwnedPlatform()
        self.rollouts = Rollouts(store, clock, self.chat)
        self.rules = FakeRules()
        self.near = True
        self.people = People(store, clock)
        self.rollouts.number_of = lambda uuid: self.people.by_uuid(uuid).id
        self.source = Source("payroll")
        self.intake = Intake(store, clock, self.rollouts.audit)
        self.shadows = self.rollouts.shadows
        self.target = Target("chat", PLATFORM)
        self._look_at_present()
        self.rows: dict[str, str] = {}
        self.units: dict[str, str] = {}

    def _look_at_present(self):
        """Let the gate ask what these rows and rules say now."""
        day, changed = (lambda: self.clock().date()), set()
        self.rollouts.present = PresentFacts(
            self.people, day, lambda: self.rules, lambda _: self.target.descriptor, lambda name, _: name in changed,
            self._has_account,
        )  # fmt: skip
        self.rollouts.present.changed = changed
        gate = replace(self.rollouts.parts.gate, present=self.rollouts.present)
        self.rollouts.parts = replace(self.rollouts.parts, gate=gate)

    def _has_account(self, platform, person_id):
        known = self.shadows.account(platform, person_id)
        return known is not None and known.state == "active"

    def row(self, number, unit="sales", title="Seller", manager="", *, job="", start="2020-01-01", end="", leaves=""):
        """State one person with one job."""
        name = f"P{number},Visser,{number}@example.nl".lower()
        self.rows[number] = f"{number},{job or 'J' + number},{name},{unit},{title},{manager},{start},{end},{leaves}\n"

    def company(self, size):
        """State so many people, E1 the manager of all."""
        for each in range(1, size + 1):
            self.row(f"E{each}", manager="E1" if each > 1 else "")

    def in_step(self, size):
        """State so many people and sync: everybody has what they ought to have."""
        self.company(size)
        self.send()
        self.sync()
        return self

    def lose(self, number, day="2026-11-01"):
        """State that this person's last day is, or was, then."""
        self.row(number, leaves=day, manager="E1")
        self.send()
        return self

    def send(self, text=None, *, complete=True, key=None, **more):
        """Import the stated people (or this text) and return the record."""
        body = HEADER + "".join(self.rows.values()) if text is None else text
        uploads = [Upload("people.csv", io.BytesIO(body.encode() if isinstance(body, str) else body))]
        if self.units:
            head = "unit,name,parent,head,deputy\n"
            uploads.append(Upload("units.csv", io.BytesIO((head + "".join(self.units.values())).encode())))
        return self.intake.take(uploads, self.source, complete=complete, actor="test", key=key, **more)

    def look(self, on=None, only=0, focus=None):
        """Return (number, plan)."""
        sync = Sync(
            self.people, self.shadows, self.rollouts.plans, self.rollouts.ledger, self.rollouts.parts.trail,
            self.clock, lambda platform, uuid: f"{platform}:{uuid}", StoredDerivations(self.store),
            StoredNearby(self.people, self.store, self.clock) if self.near else None,
        )  # fmt: skip
        return sync.look(self.rules, [self.target], revision=1, on=on, only=focus or Focus.on(only))

    def sync(self, *releases):
        """Look, approve, roll out; return (plan, report). `releases` names guards that the approval lifts."""
        number, plan = self.look()
        if not plan.changes:
            return plan, None
        self.rollouts.runs.approve(number, "cli", releases=releases)
        run = self.rollouts.runs.open(number, "cli")
        self.rollouts.drain()
        return plan, self.rollouts.runs.report(run)

    def unguarded(self):
        """Take away the limits, for tests that are about something else."""
        self.target = Target("chat", PLATFORM, {})

    def counts(self, plan):
        """Return the plan's counts on the one platform."""
        return plan.counts().get("chat", {})

    def account(self, number):
        """Return what the platform has for this person."""
        return self.chat.rows.get(self.people.by_any_key(number).uuid)
