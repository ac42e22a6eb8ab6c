"""The whole bridge with two HR systems, a platform in memory, rules of correlation, and tokens of every role."""

from __future__ import annotations

import io

from sqlalchemy import delete

from mappings.desired import Account
from provisioners.sync.collect.opened import Upload
from provisioners.sync.rollout.executor import Executor
from sso_bridge.hr.intake import Intake
from sso_bridge.hr.sources import source_of
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.sync import account_shadow
from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.fakes.two_systems import HEADER, RULES

BASE = "/admin/v1/correlation"


class WhoIsWho(AdminBridge):
    """`send(source, rows)` is an import, `sync()` a look and its rollout, `decide` what an administrator does."""

    def __init__(self, store, clock, keys, rules=RULES):
        super().__init__(store, clock, keys, configured=False)
        with store.writing() as connection:
            connection.execute(delete(person))  # those of the admin bridge: who is here comes by HR
        desk = self.parts.configuration
        attributes = {"userName": "person.email", "displayName": "person.displayName"}
        mapping = {"for": "person.active", "attributes": attributes}
        classes = ("create", "update", "suspend", "key_change")
        guards = {"default": {name: {"count": 100} for name in classes}}
        sources = {"payroll": {"kind": "csv"}, "contractors": {"kind": "csv"}}
        document = {
            **DOCUMENT, "mappings": {"chat": mapping}, "guards": guards, "hr_sources": sources, "correlation": rules,
        }  # fmt: skip
        desk.apply(desk.propose(document, by="cli").draft.id, by="cli")
        self.token("colleague", "owner")

    @property
    def chat(self):
        return self.parts.platforms.connector("chat")

    def send(self, source, *rows):
        """Take these rows in, as a change."""
        parts = self.parts
        intake = Intake(parts.store, parts.clock, parts.audit, parts.today)
        upload = Upload("people.csv", io.BytesIO((HEADER + "\n".join(rows)).encode()))
        agreed = source_of(parts.live.current().configuration, source)
        taken = intake.take([upload], agreed, complete=False, actor="test")
        assert "taken" == taken.state, taken
        return taken.counts

    def sync(self):
        """Look, approve, roll out; return the changes as (kind, number, reason)."""
        number, plan = self.parts.looking()
        changes = [(one.kind, self.parts.people.by_id(one.person_id).key, one.reason) for one in plan.changes]
        if changes:
            self.parts.crew.runs.approve(number, "cli")
            self.parts.crew.runs.open(number, "cli")
            Executor(self.parts.crew.rollout, "chat", "w#1", threads=1).drain(lambda _seconds: False)
            self.parts.crew.runs.close_finished()
        return changes

    def foreign(self, name, mail="", shown=""):
        """Let somebody have an account on the platform that is not ours; return its id."""
        attributes = {"userName": name, "email": mail, "displayName": shown}
        told = Account("chat", 0, "", "", "active", {key: value for key, value in attributes.items() if value})
        return self.chat.create(told)

    def look(self):
        """Compare everybody, as a worker does every day."""
        return self.parts.crew.pairs.look("test")

    def who(self, number):
        return self.parts.people.by_any_key(number)

    def account(self, number):
        """Return what the platform has for whom this number names."""
        return self.chat.find(self.who(number).uuid)

    def without_account(self, number):
        """Let nothing be known of an account of this person, as if there never was one."""
        with self.store.writing() as connection:
            connection.execute(delete(account_shadow).where(account_shadow.c.person_id == self.who(number).id))

    def pairs(self, state="pending", who="operator"):
        return self.call("GET", f"{BASE}/pairs?state={state}", who).json["items"]

    def decide(self, decision="same", who="owner", pair=1, why=""):
        return self.call("POST", f"{BASE}/pairs/{pair}/decide", who, json={"decision": decision, "why": why})

    def undo(self, who="owner", pair=1):
        return self.call("POST", f"{BASE}/pairs/{pair}/undo", who, json={"why": "a mistake"})

    def acts(self):
        found = self.parts.audit.records(0, 10_000)
        return [one.what for one in found if one.what.startswith("correlation.")]
