"""A little company whose HR sends single changes; workers plan and carry out, on platforms that remember."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields, replace
from itertools import count

from sqlalchemy import delete

from provisioners.platforms.memory.connector import Memory
from provisioners.sync.collect.opened import Upload
from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.executor import Executor
from sso_bridge.config import Settings
from sso_bridge.hr.reception import JOB as HR_IMPORT
from sso_bridge.jobs.soon import JOB
from sso_bridge.parts.bridge import Parts
from sso_bridge.store.staff.touched import Touched
from sso_bridge.store.tables import metadata

CLASSES = ("create", "update", "suspend", "delete", "member_add", "member_remove", "rename", "group_end", "key_change")
FREE = {name: {"count": 100_000} for name in CLASSES}
LOGIN = {"protocol": "none"}
DOCUMENT = {
    "platforms": {
        "chat": {"login": LOGIN, "provisioning": {"connector": "memory"}, "mapping": "chat"},
        "forum": {"login": LOGIN, "provisioning": {"connector": "memory"}, "mapping": "forum"},
    },
    "mappings": {
        "chat": {
            "for": "person.active",
            "attributes": {
                "userName": "person.email", "displayName": "person.displayName", "title": "primary.title",
                "manager": "manager.uuid", "name.familyName": "manager.familyName",
            },
        },
        "forum": {
            "for": "person.active && primary.country == 'NL'",
            "attributes": {
                "userName": "person.email", "manager": "primary.manager", "department": "string(size(person.managers))",
            },
        },
    },
    "groups": {
        "units": {
            "on": ["chat", "forum"], "each": "unit", "reach": "own", "owners": "unit.head", "deputies": "unit.deputy",
        },
        "teams": {"on": ["chat"], "each": "manager", "reach": "line", "owners": "manager.id"},
        "titles": {"on": ["chat"], "each": "title"},
        "dutch": {"on": ["forum"], "members": "primary.country == 'NL'", "owners": ["E1"]},
    },
    "guards": {"default": FREE},
    "hr_sources": {"payroll": {"kind": "csv"}},
}  # fmt: skip
UNITS = (
    "unit,name,parent,head,deputy\nroot,Company,,E1,\nsales,Sales,root,E2,E4\nshop,Shop,sales,E3,\ntech,Tech,root,E5,\n"
)


@dataclass(frozen=True)
class Row:
    """What HR says of one person."""

    family_name: str = "Smit"
    unit: str = "sales"
    title: str = "Seller"
    manager: str = "E1"
    country: str = "NL"
    leaves_on: str = ""


HEADER = ",".join(["employee_number", "given_name", "email", *(each.name for each in fields(Row))])
START = {
    "E1": Row(unit="root", title="Head", manager=""), "E2": Row(title="Head"), "E3": Row(unit="shop", manager="E2"),
    "E4": Row(manager="E2"), "E5": Row(unit="tech", title="Head"), "E6": Row(unit="shop", manager="E3"),
    "E7": Row(unit="tech", manager="E5"), "E8": Row(unit="tech", manager="E5", country="BE"),
}  # fmt: skip


class KeptPlatforms:
    """`jobs.platforms.Platforms` whose platforms outlive a change of the configuration."""

    def __init__(self):
        self.kept = {}

    def connector(self, platform):
        return self.kept.setdefault(platform, Memory(platform))

    def protected(self, _platform):
        return Protected.of(())


class Company:
    """`event(E4=Row(...))` sends changes, `work()` lets a worker do all there is, `whole()` is a plan for everybody."""

    def __init__(self, store, clock, keys, folder, **document):
        with store.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        keys.ensure()
        settings = Settings(public_url="https://sso.example.org", base_dir=folder, nightly_sync="03:00")
        self.platforms = KeptPlatforms()
        self.parts = Parts(settings, store=store, clock=clock, keys=keys, platforms=self.platforms)
        self.crew, self.rows, self.mails, self._sent = self.parts.crew, dict(START), dict[str, str](), count()
        self.configure(**document)
        self.send(self.rows, units=UNITS, complete=True)
        self.work()

    def configure(self, **document):
        desk = self.parts.configuration
        draft = desk.propose({**DOCUMENT, **document}, by="cli:ann").draft
        if desk.weigh(draft.document).reasons:
            desk.approve(draft.id, by="cli:ben")
        desk.apply(draft.id, by="cli:ann")

    def send(self, rows, *, units="", complete=False):
        """Hand over these rows as HR does; a worker takes them in."""
        lines = [
            f"{key},Ann,{self.mails.get(key, key + '@example.org')}," + ",".join(vars(row).values())
            for key, row in rows.items()
        ]
        uploads = [Upload("people.csv", io.BytesIO("\n".join([HEADER, *lines, ""]).encode()))]
        uploads += [Upload("units.csv", io.BytesIO(units.encode()))] if units else []
        self.crew.reception.receive(uploads, "payroll", complete=complete, actor="hr", key=f"sent {next(self._sent)}")

    def event(self, units="", **changed):
        """Send single changes; a value None of a row says that it stays."""
        self.rows |= changed
        self.send(changed, units=units)

    def change(self, key, units="", **fields):
        """Send one change of one person."""
        self.event(units, **{key: replace(self.rows.get(key, Row()), **fields)})

    def rename(self, key, mail):
        """Send another mail address of one person."""
        self.mails[key] = mail
        self.change(key)

    def take(self):
        """Let a worker take in what HR sent, and no more."""
        for job in self.crew.queue.waiting(HR_IMPORT):
            assert not self.crew.handlers()[HR_IMPORT](job).error
            self.crew.queue.cancel(job.id)

    def plan_only(self):
        """Do all jobs, and carry out nothing; return the results of syncs."""
        return self._jobs()

    def work(self):
        """Do all jobs and carry out all runs; return the results of syncs."""
        results = self._jobs()
        self.roll_out()
        return results

    def waiting(self):
        """Return whom the waiting syncs are about, None for everybody."""
        found = [Touched.read(job.arguments) for job in self.crew.queue.waiting(JOB)]
        return [one and {self.parts.people.by_id(each).key for each in one.people} for one in found]

    def roll_out(self):
        """Carry out open runs."""
        for platform in self.platforms.kept:
            Executor(self.crew.rollout, platform, "w#1", threads=1).drain(lambda _seconds: False)
        self.crew.runs.close_finished()

    def whole(self):
        """Return the changes of a plan for everybody, as (kind, whom, group)."""
        return [(one.platform, one.kind, one.person_id or one.members, one.group) for one in self.plan().changes]

    def plan(self):
        return self.parts.looking()[1]

    def plans(self):
        """Return the scopes of all kept plans, oldest first."""
        found, number = [], 1
        while (plan := self.crew.plans.load(number)) is not None:
            found.append(dict(plan.scope))
            number += 1
        return found

    def account(self, key, platform="chat"):
        return self.platforms.kept[platform].find(self.parts.people.by_any_key(key).uuid)

    def _jobs(self):
        results, handlers = [], self.crew.handlers()
        while (job := self.crew.queue.lease("w")) is not None:
            outcome = handlers[job.what](job)
            assert not outcome.error, outcome
            self.crew.queue.finish(job, "w", outcome)
            if job.what == JOB:
                results.append(outcome.result)
        return results
