"""A bridge with two departments and three platforms, and tokens that reach only a part of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update

from mappings.people import Assignment, Person, Unit
from provisioners.correlation.rules import Weighed
from sso_bridge.admin.bounds import Bounds
from sso_bridge.login.asked import Subject
from sso_bridge.login.identify.doubt import Doubt
from sso_bridge.login.trace import TraceRecord
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.staff.facts import person_facts, unit_facts
from sso_bridge.store.staff.pairs import Name, Pairs
from sso_bridge.store.tables.login import link_conflict
from sso_bridge.store.tables.organisation import organisation, person, unit
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB

RULE = {"for": "person.active", "attributes": {"userName": "person.employeeNumber"}, "release": ["name"]}
GROUP = {"on": ["chat"], "members": "person.active"}
DOCUMENT: dict[str, Any] = {
    "workplaces": {"staff": {"kind": "file", "path": "users.yaml"}},
    "platforms": {
        "chat": {"provisioning": {"connector": "memory"}, "mapping": "chat"},
        "wiki": {"provisioning": {"connector": "memory"}, "mapping": "shared"},
        "forum": {"provisioning": {"connector": "memory"}, "mapping": "shared"},
    },
    "mappings": {"chat": RULE, "shared": RULE},
    "groups": {"talk": GROUP, "everywhere": GROUP | {"on": ["chat", "wiki"]}, "pages": GROUP | {"on": ["wiki"]}},
    "hr_sources": {"payroll": {"kind": "csv"}},
}
UNITS = (
    Unit("company"),
    Unit("sales", parent="company"),
    Unit("inside", parent="sales"),
    Unit("finance", parent="company"),
)
BOUNDS = {
    "sales": Bounds(units=("sales",)),
    "chat": Bounds(platforms=("chat",)),
    "both": Bounds(units=("sales",), platforms=("chat",)),
}


class Delegated(AdminBridge):
    """Ada works in `inside`, below `sales`; Bob in `finance`. Tokens are called as `sales operator`, `chat owner`."""

    def __init__(self, store: Any, clock: Any, keys: Any) -> None:
        super().__init__(store, clock, keys, configured=False)
        self.place(ADA, "inside")
        self.place(BOB, "finance")
        with store.writing() as connection:
            for one in UNITS:
                row = {"source": "payroll", "key": one.key, "facts": unit_facts(one), "digest": b"12345678"}
                connection.execute(insert(unit), row | {"strikes": 0})
        desk = self.parts.configuration
        desk.apply(desk.propose(DOCUMENT, by="cli").draft.id, by="cli")
        for where, bounds in BOUNDS.items():
            for role in ("viewer", "mapper", "operator", "owner"):
                name = f"{where} {role}"
                self.kept[name], self.texts[name] = self.parts.tokens.create(
                    name, role, created_by="cli", bounds=bounds, scopes=("admin",)
                )

    def place(self, who: Any, unit_key: str, **more: Any) -> None:
        """Give somebody a job in a unit, and no other one."""
        facts = person_facts(replace(who, assignments=(Assignment("1", unit=unit_key, primary=True, **more),)))
        with self.store.writing() as connection:
            connection.execute(update(person).where(person.c.id == who.id).values(facts=facts))
            connection.execute(update(organisation).values(version=organisation.c.version + 1))

    def hire(self, number: int, unit_key: str) -> Person:
        """Return a new colleague, who works in a unit."""
        new = Person(id=number, uuid=f"00000000-0000-4000-8000-{number:012}", source="payroll", key=f"E{number}")
        row = {"id": new.id, "uuid": new.uuid, "source": new.source, "key": new.key, "facts": person_facts(new)}
        with self.store.writing() as connection:
            connection.execute(insert(person), row | {"digest": b"12345678", "strikes": 0, "changed_at": self.clock()})
        self.place(new, unit_key)
        return new

    def pair(self, one: Person, other: Person | None = None, account_on: str = "") -> int:
        """Let two people be alike, or somebody and an account; return the number of the pair."""
        first = (account_on, f"r{one.id}") if other is None else ("payroll", one.key)
        name = Name("people" if other else "account", *first, "payroll", (other or one).key)
        with self.store.writing() as connection:
            return (
                Pairs().keep(connection, {name: Weighed("review", 80, ("alike",), strong=True)}, self.clock())[name].id
            )

    def doubt(self, subject: str, *people: Person) -> int:
        """Let somebody sign in who could be any of these people; return the number of the conflict."""
        asked = Subject("staff", subject)
        doubt = Doubt(asked, "employee_number", "E", tuple(one.id for one in people), "known under another subject")
        kept = Conflicts(self.store)
        kept.queue(doubt, "a-b-c-d", self.clock())
        with self.store.reading() as connection:
            query = select(link_conflict.c.id).where(link_conflict.c.subject_key == asked.key)
            return int(connection.execute(query).scalar_one())

    def plan(self, who: str, **wanted: Any) -> int:
        """Make a plan; return its number."""
        answer = self.call("POST", "/admin/v1/plans", who, json=wanted)
        assert answer.status_code == 202, answer.text
        self.work()
        return int(self.call("GET", f"/admin/v1/jobs/{answer.json['id']}", who).json["result"]["plan"])

    def signed_in(self, who: Any, platform: str, reference: str) -> str:
        """Leave the trace of a sign-in."""
        kept = TraceRecord(reference, self.clock(), "oidc", platform, workplace="staff", person_id=who.id,
                           outcome="answered", prompted=False, address="10.0.0.9", steps=())  # fmt: skip
        self.parts.traces.put(kept)
        return reference
