"""A little company on the calendar: HR states, nights pass, and what the platform then has is put into words.

All of it is the bridge itself: the configuration in force, the intake, the schedule of each night, workers' handlers,
the executor and the memory connector. Only the clock is moved, and one thread does what workers do.
"""

from __future__ import annotations

import csv
import io
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from provisioners.sync.collect.opened import Upload
from provisioners.sync.rollout.executor import Executor
from sso_bridge.config import Settings
from sso_bridge.jobs.nightly import Nightly
from sso_bridge.parts.bridge import Parts
from sso_bridge.store.staff.imports import Imports
from tests.fakes.clock import FakeClock

ZONE = ZoneInfo("Europe/Amsterdam")
RULES = {
    "platforms": {"chat": {"provisioning": {"connector": "memory"}, "mapping": "chat"}},
    "mappings": {
        "chat": {
            "for": "person.active",
            "attributes": {
                "userName": "person.email", "displayName": "person.displayName", "title": "primary.title",
                "manager": "primary.manager",
            },
            "leaver": {"after": "0d", "do": "suspend", "then": {"after": "30d", "do": "delete"}},
        }
    },
    "groups": {
        "units": {
            "on": ["chat"], "each": "unit", "members": "unit.key in person.units || unit.key in person.unitPath",
            "owners": "unit.head",
        },
        "away": {"on": ["chat"], "members": "person.onLeave"},
        "contractors": {"on": ["chat"], "members": "person.kind == 'contractor'"},
        "interns": {"on": ["chat"], "members": "person.kind == 'intern'"},
    },
    "hr_sources": {"payroll": {"kind": "csv"}},
    "zones": {
        "by": "location",
        "values": {
            "New York": "America/New_York", "Willemstad": "America/Curacao", "Singapore": "Asia/Singapore",
            "Kathmandu": "Asia/Kathmandu", "Kiritimati": "Pacific/Kiritimati", "Pago Pago": "Pacific/Pago_Pago",
        },
    },
}  # fmt: skip
STAFF = """
    unit sales head=ben
    unit tech head=cas
    ben unit=sales manager=dora
    cas unit=tech manager=dora
    dora unit=tech manager=
    gus unit=tech manager=cas
    hal unit=tech manager=cas
    ida unit=tech manager=cas
    jan unit=tech manager=cas
"""
JOB = {"unit": "sales", "title": "Seller", "manager": "ben", "kind": "employee", "valid_from": "2020-01-01"}
COLUMNS = {
    "people": (
        "employee_number", "assignment_id", "given_name", "family_name", "partner_name", "name_order", "email", "kind",
        "unit", "title", "manager", "location", "primary", "valid_from", "valid_to", "hired_on", "leaves_on",
    ),
    "units": ("unit", "name", "parent", "head", "valid_from", "valid_to"),
    "leaves": ("employee_number", "kind", "valid_from", "valid_to"),
}  # fmt: skip


def moment(text: str, hour: str) -> datetime:
    """Return a moment in UTC: `2026-06-30` (at this hour in Amsterdam), `2026-06-30 23:55`, `... Asia/Singapore`."""
    day, at, zone, *_ = [*text.split(" "), "", ""]
    return datetime.fromisoformat(f"{day}T{at or hour}").replace(tzinfo=ZoneInfo(zone or ZONE.key)).astimezone(UTC)


class Life:
    """`state` is what HR does, `night` what happens by itself, once a day; `seen(who)` what became of it."""

    def __init__(self, store, clock, keys):
        settings = Settings(public_url="https://sso.example.org", nightly_sync="00:00")
        self.clock = clock
        self.parts = Parts(settings, store=store, clock=clock, keys=keys)
        desk = self.parts.configuration
        desk.apply(desk.propose(RULES, by="cli").draft.id, by="cli")
        self.crew = self.parts.crew
        self.nightly = Nightly(self.crew.queue, clock, time(0), lambda: self.parts.zones().names)
        self.rows: dict[str, dict[str, list[dict[str, str]]]] = {kind: {} for kind in COLUMNS}
        self.accounts: dict[str, list[str]] = {}
        self._note(STAFF)

    @property
    def chat(self):
        """Return the platform."""
        return self.parts.platforms.connector("chat")

    def state(self, text):
        """Let HR send its whole org chart, in which these lines replace all that it said of the same people before."""
        self._note(text)
        uploads = [Upload(f"{kind}.csv", self._file(kind)) for kind in COLUMNS if self.rows[kind]]
        record, _ = self.crew.reception.receive(
            uploads, "payroll", complete=True, actor="test", key=self.clock().isoformat()
        )
        self.work()
        taken = Imports(self.crew.store, self.clock).get(record.uuid)
        assert ("taken", 0) == (taken.state, taken.counts["rows_wrong"]), taken

    def night(self):
        """Let the schedule begin what is due, and do it."""
        self.nightly.tick()
        self.work()

    def again(self):
        """Sync once more, and return how much was sent."""
        written = self.chat.writes
        self.crew.queue.enqueue("sync", {}, key="again", by="schedule")
        self.work()
        return self.chat.writes - written

    def work(self):
        """Do every queued job and carry out every open run, as workers would."""
        handlers = self.crew.handlers()
        while (job := self.crew.queue.lease("w")) is not None:
            outcome = handlers[job.what](job)
            assert not outcome.error, (job.what, outcome.error)
            self.crew.queue.finish(job, "w", outcome)
            Executor(self.crew.rollout, "chat", "w#1", threads=1).drain(self._pause)
            self.crew.runs.close_finished()

    def seen(self, who, shows=()):
        """Return `active sales`, `suspended`, `none`, with what is to be shown of it; `#unit` tells of its group."""
        if who.startswith("#"):
            return self._group(who[1:])
        person = self.parts.people.by_any_key(who)
        account = self.chat.find(person.uuid) if person else None
        if account is None:
            return "none"
        had = self.accounts.setdefault(who, [])
        had += [account.remote_id] if account.remote_id not in had else []
        rooms = [room for room in self.chat.groups() if account.remote_id in room.members]
        words = ["active" if account.active else "suspended", *sorted(self._key(room) for room in rooms)]
        told = {"name": account.attributes.get("displayName"), "title": account.attributes.get("title")}
        told["manager"] = self._name(account.attributes.get("manager"))
        words += [f"{name}={told[name]}" for name in shows]
        return " ".join([*words, *([f"(account {len(had)})"] if len(had) > 1 else [])])

    def _group(self, key):
        room = next((one for one in self.chat.groups() if self._key(one) == key), None)
        if room is None:
            return "none"
        owners, members = (" ".join(sorted(map(self._name, ids))) for ids in (room.owners, room.members))
        return f"owned by {owners or 'nobody'}: {members or 'nobody'}"

    def _name(self, remote_id):
        account = next((one for one in self.chat.accounts() if one.remote_id == remote_id), None)
        return self.parts.people.by_uuid(account.external_id).key if account else "nobody"

    def _key(self, room):
        return room.external_id.removeprefix("units/")

    def _pause(self, seconds):
        self.clock.move(seconds=seconds)
        return False

    def _note(self, text):
        stated: dict[tuple[str, str], list[dict[str, str]]] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            words = shlex.split(line)
            kind = {"unit": "units", "leave": "leaves"}.get(words[0], "people")
            name = words[0 if kind == "people" else 1]
            said = dict(word.split("=", 1) for word in words[1 if kind == "people" else 2 :])
            stated.setdefault((kind, name), []).append(self._row(kind, name, said))
        for (kind, name), rows in stated.items():
            self.rows[kind][name] = rows

    def _row(self, kind, name, said):
        if kind == "units":
            return {"unit": name, "name": name.title(), **said}
        if kind == "leaves":
            return {"employee_number": name, "kind": "parental", **said}
        own = {"employee_number": name, "assignment_id": said.pop("job", "job"), "given_name": name.title()}
        return {**own, "family_name": "Visser", "email": f"{name}@example.nl", **JOB, **said}

    def _file(self, kind):
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS[kind])
        writer.writeheader()
        writer.writerows(row for rows in self.rows[kind].values() for row in rows)
        return io.BytesIO(text.getvalue().encode())


@dataclass(frozen=True)
class Case:
    """A working life. `shows` are attributes that are told after the groups."""

    title: str
    hr: dict[str, str]
    then: dict[str, dict[str, str]]
    shows: tuple[str, ...] = ()


def lived(case: Case, life: Life, clock: FakeClock) -> dict[str, dict[str, str]]:
    """Live it, and return what was seen on the days looked at."""
    stated = [(moment(day, "09:00"), case.hr[day], "") for day in case.hr]
    looked = [(moment(day, "12:00"), "", day) for day in case.then]
    seen = {}
    for at, lines, day in sorted(stated + looked):
        clock.now = at
        if lines:
            life.state(lines)
        else:
            life.night()
            seen[day] = {who: life.seen(who, case.shows) for who in case.then[day]}
    return seen
