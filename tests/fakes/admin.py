"""The whole web application with tokens of every role, for tests of the admin API and the HR intake."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from sso_bridge.admin.tokens import ROLES
from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.organisation import person
from tests.fakes.sign_in_bridge import ADA, BOB

SITE = "https://sso.example.org"
DOCUMENT = {
    "workplaces": {"staff": {"kind": "file", "path": "users.yaml"}},
    "platforms": {"chat": {"provisioning": {"connector": "memory"}, "mapping": "chat"}},
    "mappings": {
        "chat": {
            "for": "person.active",
            "attributes": {"userName": "person.employeeNumber", "displayName": "person.displayName"},
            "release": ["name"],
        }
    },
    "hr_sources": {"payroll": {"kind": "csv"}},
}
CSV = b"employee_number,given_name,family_name,email\nE1,Ada,Lovelace,ada@example.org\nE2,Bob,Bakker,bob@example.org\n"


class AdminBridge:
    """`call(method, path, who)` asks as a role, `hr`, or nobody; `work()` lets a worker do what is queued.

    `seen=address` says with `If-Match` that what is there was looked at just now.
    """

    def __init__(self, store, clock, keys, *, configured: bool = True, parts=None, **settings) -> None:
        self.store, self.clock = store, clock
        settings = Settings(public_url=SITE, max_request_bytes=65_536, max_upload_bytes=1_048_576, **settings)
        self.app = create_app(settings, store=store, clock=clock, keys=keys, **(parts or {}))
        self.parts = self.app.extensions["sso_bridge"]
        self.kept, self.texts = {}, {"nobody": ""}
        for role in ROLES:
            self.token(role, role, scopes=("admin", "hr", "scim") if role == "owner" else ("admin",))
        self.token("hr", "viewer", scopes=("hr",))
        self.token("scim", "owner", scopes=("scim",))
        self.token("revoked", "owner")
        self.parts.tokens.revoke(self.kept["revoked"].id)
        with store.writing() as connection:
            for one in (ADA, BOB):
                row = {"id": one.id, "uuid": one.uuid, "source": "payroll", "key": one.key, "facts": person_facts(one)}
                connection.execute(insert(person), row | {"digest": b"12345678", "strikes": 0, "changed_at": clock()})
            if connection.dialect.name == "postgresql":  # which counts only what it has numbered itself
                connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('person', 'id'), 1000)")
        if configured:
            desk = self.parts.configuration
            desk.apply(desk.propose(DOCUMENT, by="cli").draft.id, by="cli")

    def token(self, name, role, *, scopes=("admin",), days=90, created_by="cli", **more):
        self.kept[name], self.texts[name] = self.parts.tokens.create(
            name, role, scopes=scopes, lifetime=timedelta(days=days), created_by=created_by, **more
        )
        return self.kept[name]

    def call(self, method, path, who="owner", **more):
        headers = {"Authorization": f"Bearer {self.texts[who]}"} if self.texts.get(who) else {}
        headers |= more.pop("headers", {})
        if seen := more.pop("seen", ""):
            headers["If-Match"] = self.call("GET", seen, who).headers["ETag"]
        return self.app.test_client().open(path, method=method, headers=headers, base_url=SITE, **more)

    def work(self):
        """Do every queued job, as a worker would."""
        queue, handlers, done = self.parts.crew.queue, self.parts.crew.handlers(), []
        while (job := queue.lease("w")) is not None:
            outcome = handlers[job.what](job)
            queue.finish(job, "w", outcome)
            done.append((job.what, outcome))
        return done

    def made_plan(self, who="operator"):
        """Make a plan through the API; return its number and digest."""
        job = self.call("POST", "/admin/v1/plans", who, json={}).json["id"]
        self.work()
        number = self.call("GET", f"/admin/v1/jobs/{job}", who).json["result"]["plan"]
        return number, self.call("GET", f"/admin/v1/plans/{number}", who).json["digest"]
