"""The server over HTTP: discovery, media types, methods, permissions, limits, and what stands in the log."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from structlog.testing import capture_logs

from sso_bridge.scim.caller import Caller
from sso_bridge.scim.employment import EMPLOYMENT
from sso_bridge.scim.limits import LONGEST_BODY
from sso_bridge.scim.schema import KINDS
from sso_bridge.scim.web import ScimSite
from tests.fakes.scim_bridge import BASE, ENTERPRISE, GROUP, USER, ScimBridge


def test_discovery(bridge: ScimBridge) -> None:
    """RFC 7644 section 4: configuration, kinds and schemas say what is served, each under its own address too."""
    configuration = bridge.call("GET", "/ServiceProviderConfig").json
    kinds = bridge.call("GET", "/ResourceTypes").json["Resources"]
    schemas = bridge.call("GET", "/Schemas").json["Resources"]

    assert all(configuration[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag"))
    assert not configuration["changePassword"]["supported"]
    assert configuration["pagination"]["cursor"]
    assert [("User", f"{BASE}/ResourceTypes/User"), ("Group", f"{BASE}/ResourceTypes/Group")] == [
        (one["name"], one["meta"]["location"]) for one in kinds
    ]
    assert [USER, ENTERPRISE, EMPLOYMENT, GROUP] == [one["id"] for one in schemas]
    for one in (*kinds, *schemas):
        assert one == bridge.call("GET", one["meta"]["location"].removeprefix(BASE)).json
    assert 403 == bridge.call("GET", "/Schemas?filter=id+pr").status_code
    assert 404 == bridge.call("GET", "/Schemas/urn:x").status_code


def test_schemas_are_true(bridge: ScimBridge) -> None:
    """What is published is exactly what is taken and told: no password, no roles, nothing that is kept in silence."""
    published = {
        one["id"]: {each["name"] for each in one["attributes"]}
        for one in bridge.call("GET", "/Schemas").json["Resources"]
    }
    everything = {"userName": "ada", "schemas": [USER]}
    for kind in KINDS:
        for attribute in (*kind.attributes, *(one for many in kind.extensions.values() for one in many)):
            if attribute.type == "string":
                everything.setdefault(attribute.name, "x")
    surplus = {"password": "p", "roles": [{"value": "admin"}], "entitlements": ["x"], "x509Certificates": ["x"], "x": 1}

    told = bridge.call("POST", "/Users", everything | surplus).json

    assert set(told) <= published[USER] | {"schemas", "id", "meta", "externalId"}
    assert not set(told) & set(surplus)


def test_media(bridge: ScimBridge) -> None:
    """RFC 7644 section 3.1: application/scim+json, plain JSON is taken too, and answered in kind with UTF-8."""
    made = bridge.call("POST", "/Users", {"schemas": [USER], "userName": "Zoë"}, Content_Type="application/json")

    assert (201, "application/scim+json") == (made.status_code, made.content_type)
    assert made.headers["Location"] == made.json["meta"]["location"]
    assert made.headers["ETag"] == made.json["meta"]["version"]
    assert "Zoë" == json.loads(made.data.decode())["userName"]
    for media in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
        assert 415 == bridge.call("POST", "/Users", {}, Content_Type=media).status_code


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Me", 501),
        ("PATCH", "/Me", 501),
        ("POST", "/.search", 501),
        ("GET", "/nope", 404),
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "/Users/x", 404),
        ("GET", "/Users/00000000-0000-0000-0000-000000000000", 404),
        ("DELETE", "/Users", 405),
        ("PATCH", "/Groups", 405),
        ("POST", "/Users/00000000-0000-0000-0000-000000000000", 405),
        ("GET", "/Users/.search", 405),
        ("GET", "/Bulk", 405),
        ("POST", "/Schemas", 405),
        ("HEAD", "/Users", 200),
    ],
)
def test_addresses(bridge: ScimBridge, method: str, path: str, status: int) -> None:
    """Every address answers in the words of SCIM, also those that are not there."""
    answer = bridge.call(method, path)

    assert (status, "application/scim+json") == (answer.status_code, answer.content_type)
    if status >= 400:
        assert (str(status), ["urn:ietf:params:scim:api:messages:2.0:Error"]) == (
            answer.json["status"],
            answer.json["schemas"],
        )
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize("who", ["nobody", "unbound", "payroll", "hr", "reader"])
def test_who_may_write(bridge: ScimBridge, who: str) -> None:
    """AD-01, AD-05: a token of SCIM, bound to a source that pushes, with the role operator; nothing less."""
    bridge.token("hr", scopes=("hr",))
    status = {"nobody": 401}.get(who, 403)

    for method, path in (
        ("POST", "/Users"),
        ("POST", "/Groups"),
        ("POST", "/Bulk"),
        ("PUT", "/Users/x"),
        ("DELETE", "/Groups/x"),
    ):
        assert status == bridge.call(method, path, {}, who).status_code
    reading = bridge.call("GET", "/Users", who=who)
    assert (200 if who == "reader" else status) == reading.status_code
    if who == "nobody":
        assert reading.headers["WWW-Authenticate"].startswith("Bearer")


def test_not_too_often(bridge: ScimBridge) -> None:
    """AD-10: 600 requests at once, then 50 a second; the answer says how long to wait, and others are not held up."""
    statuses = [bridge.call("GET", "/Me").status_code for _ in range(601)]
    refused = bridge.call("GET", "/Users")
    bridge.clock.move(seconds=int(refused.headers["Retry-After"]))

    assert ([501] * 600, 429) == (statuses[:600], statuses[600])
    assert (429, "429") == (refused.status_code, refused.json["status"])
    assert 200 == bridge.call("GET", "/Users", who="entra").status_code
    assert 200 == bridge.call("GET", "/Users").status_code


def test_sizes(bridge: ScimBridge) -> None:
    """PR-13, PR-14: a body that is too large, nested too deeply or no JSON is refused before anything reads it."""
    deep = '{"schemas":' + "[" * 5000 + "]" * 5000 + "}"
    large = json.dumps({"schemas": [USER], "userName": "x" * LONGEST_BODY})
    answers = {}
    for name, text in {
        "deep": deep,
        "large": large,
        "broken": "{",
        "twice": '{"a":1,"a":2}',
        "nan": "NaN",
        "latin": "é",
    }.items():
        sent = {"Authorization": f"Bearer {bridge.texts['okta']}", "Content-Type": "application/scim+json"}
        raw = text.encode("latin-1" if name == "latin" else "utf-8")
        answers[name] = bridge.app.test_client().post("/scim/v2/Users", data=raw, headers=sent, base_url=bridge.site)

    assert 413 == answers.pop("large").status_code
    assert {(400, "invalidSyntax")} == {(one.status_code, one.json["scimType"]) for one in answers.values()}


def test_nobody_stands_in_the_log(bridge: ScimBridge) -> None:
    """AD-12: addresses, names and filters of people do not get into the log, whether taken or refused."""
    with capture_logs() as lines:
        ada = bridge.user("ada.planted@example.org", displayName="Planted Name", active=True)["id"]
        bridge.patch(f"/Users/{ada}", {"op": "replace", "path": "title", "value": "Planted Title"})
        bridge.found("/Users", 'userName eq "ada.planted@example.org"')
        bridge.call("POST", "/Users", {"schemas": [USER], "userName": "ADA.planted@example.org"})
        bridge.call("GET", "/Users?filter=planted+eq+%22planted%22")
        bridge.call("DELETE", f"/Users/{ada}")

    assert "planted" not in str(lines).lower()
    assert ada not in str(lines)


class Broken:
    """The inside of a server in which something is broken."""

    base = BASE

    @property
    def reader(self) -> Broken:
        return self

    def listed(self, *_question: object) -> None:
        raise RuntimeError("planted cause")


class Open:
    """A door for everybody."""

    def enter(self, *_request: object) -> Caller:
        return Caller("token:1", "okta", {})


def test_faults_are_ours() -> None:
    """AD-15: what breaks inside is told to the log; the caller gets a number and no cause."""
    app = Flask("broken")
    app.register_blueprint(ScimSite(Broken(), Open()).blueprint())

    answer = app.test_client().get("/scim/v2/Users")

    assert (500, "Something went wrong on our side") == (answer.status_code, answer.json["detail"])
    assert "planted" not in answer.text
