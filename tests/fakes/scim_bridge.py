"""The whole web application with two HR sources that push, and a token for each."""

from __future__ import annotations

from datetime import timedelta

from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.store.tables import metadata

SITE = "https://sso.example.org"
BASE = f"{SITE}/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
DOCUMENT = {
    "workplaces": {"staff": {"kind": "file", "path": "users.yaml"}},
    "platforms": {"chat": {"provisioning": {"connector": "memory"}, "mapping": "chat"}},
    "mappings": {
        "chat": {
            "for": "person.active",
            "attributes": {"userName": "person.username", "displayName": "person.displayName"},
            "release": ["name"],
        }
    },
    "groups": {"sales": {"on": ["chat"], "members": "'Sales' in person.sourceGroups"}},
    "hr_sources": {
        "okta": {"kind": "scim"},
        "entra": {"kind": "scim", "columns": {"employee_number": "employeeNumber"}},
        "payroll": {"kind": "csv"},
    },
}


class ScimBridge:
    """`call(method, path, who)` speaks SCIM as a source; `user()` and `group()` push."""

    def __init__(self, store, clock, keys, *, public_url=SITE, **given) -> None:
        self.store, self.clock = store, clock
        settings = Settings(public_url=public_url, nightly_sync="02:00")
        self.app = create_app(settings, store=store, clock=clock, keys=keys, **given)
        self.parts = self.app.extensions["sso_bridge"]
        self.site = public_url
        desk = self.parts.configuration
        desk.apply(desk.propose(DOCUMENT, by="cli").draft.id, by="cli")
        self.texts = {"nobody": ""}
        for name in ("okta", "entra", "payroll"):
            self.token(name, source=name)
        self.token("reader", "viewer", source="okta")
        self.token("unbound")

    def token(self, name, role="operator", *, source="", scopes=("scim",)):
        _, self.texts[name] = self.parts.tokens.create(
            name, role, scopes=scopes, lifetime=timedelta(days=90), created_by="cli", source=source
        )

    def call(self, method, path, body=None, who="okta", **headers):
        sent = {"Accept": "application/scim+json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if self.texts[who]:
            sent["Authorization"] = f"Bearer {self.texts[who]}"
        more = {} if body is None else {"json": body}
        if body is not None:
            sent.setdefault("Content-Type", "application/scim+json")
        return self.app.test_client().open(f"/scim/v2{path}", method=method, headers=sent, base_url=self.site, **more)

    def user(self, user_name="ada@example.org", who="okta", **said):
        body = {"schemas": [USER], "userName": user_name, **said}
        answer = self.call("POST", "/Users", body, who)
        assert 201 == answer.status_code, answer.text
        return answer.json

    def group(self, name="Sales", *members, who="okta", **said):
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members], **said}
        answer = self.call("POST", "/Groups", body, who)
        assert 201 == answer.status_code, answer.text
        return answer.json

    def patch(self, path, *operations, who="okta", **headers):
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, who, **headers)

    @property
    def tables(self):
        """Return every table there is."""
        return metadata.sorted_tables

    def found(self, path, text, who="okta", **more):
        """Return the ids that a filter finds."""
        query = {"filter": text, **more}
        sent = {"Authorization": f"Bearer {self.texts[who]}"}
        answer = self.app.test_client().get(f"/scim/v2{path}", query_string=query, headers=sent, base_url=self.site)
        assert 200 == answer.status_code, answer.text
        return [one["id"] for one in answer.json["Resources"]]

    def person(self, uuid):
        """Return what the staff register knows."""
        return self.parts.people.by_uuid(uuid)
