"""What somebody with little or no right tries at the admin API and the HR intake."""

from __future__ import annotations

import gzip
import io
import json

import pytest

from tests.fakes.admin import CSV, DOCUMENT, AdminBridge
from tests.fakes.sign_in_bridge import ADA

HR = {"Content-Type": "text/csv", "Idempotency-Key": "k1"}
SNAPSHOT = "/hr/v1/snapshots?source=payroll"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a token of every role."""
    return AdminBridge(store, clock, keys)


@pytest.mark.parametrize("surplus", ["id", "created_by", "revoked_at", "digest", "expires_at", "made_by", "__class__"])
def test_mass_assignment(bridge: AdminBridge, surplus: str) -> None:
    """AD-03: a field that is not listed is refused by its place, and nothing is made."""
    body = {"name": "x", "role": "viewer", surplus: "planted-value"}
    before = len(bridge.parts.tokens.all())

    answer = bridge.call("POST", "/admin/v1/tokens", json=body)

    assert (422, f"#/{surplus}") == (answer.status_code, answer.json["errors"][0]["pointer"])
    assert "planted-value" not in answer.text
    assert before == len(bridge.parts.tokens.all())


def test_made_by_cannot_be_set(bridge: AdminBridge) -> None:
    """AD-03, AD-08: who makes a plan, approves it or is its author is who calls, never what the body says."""
    for path in ("/admin/v1/plans", "/admin/v1/plans/1/approve", "/admin/v1/configuration/plan"):
        body = {"made_by": "token:other", "by": "token:other", "actor": "cli"}
        assert bridge.call("POST", path, json=body).status_code == 422


@pytest.mark.parametrize("who", ["viewer", "mapper", "operator", "hr", "scim"])
def test_role_climbing(bridge: AdminBridge, who: str) -> None:
    """AD-04, AD-05: only an owner makes tokens; nobody else does, for whatever role."""
    for role in ("viewer", "owner"):
        assert 403 == bridge.call("POST", "/admin/v1/tokens", who, json={"name": "x", "role": role}).status_code


def test_scope_climbing(bridge: AdminBridge) -> None:
    """AD-04: an owner of the admin API alone makes no token for HR or SCIM."""
    bridge.token("narrow", "owner", scopes=("admin",))

    for scope in ("hr", "scim"):
        body = {"name": "x", "role": "viewer", "scopes": [scope]}
        assert (422, "token_refused") == (
            (answer := bridge.call("POST", "/admin/v1/tokens", "narrow", json=body)).status_code,
            answer.json["code"],
        )


def test_token_is_shown_once(bridge: AdminBridge) -> None:
    """AD-05, AD-06: the text of a token is in the answer that made it and in no other, nor in the audit."""
    text = bridge.call("POST", "/admin/v1/tokens", json={"name": "x", "role": "viewer"}).json["token"]
    secret = text.rsplit("_", 1)[-1]

    for path in ("/admin/v1/tokens", "/admin/v1/audit", "/admin/v1/me"):
        assert secret not in bridge.call("GET", path).text


@pytest.mark.parametrize("place", ["token", "access_token", "authorization", "bearer"])
def test_token_in_the_query(bridge: AdminBridge, place: str) -> None:
    """A token in the address opens nothing: addresses are logged."""
    answer = bridge.call("GET", f"/admin/v1/me?{place}={bridge.texts['owner']}", "nobody")

    assert 401 == answer.status_code


@pytest.mark.parametrize(
    "header",
    [
        "Basic {}",
        "{}",
        "Bearer",
        "Bearer  {}",
        "Bearer {} ",
        "Bearer {},{}",
        "Bearer\t{}",
        "Token {}",
        "Bearer {}\u00e9",
    ],
)
def test_forged_headers(bridge: AdminBridge, header: str) -> None:
    """AD-05: only `Bearer` and exactly one token open; everything near it does not."""
    text = header.replace("{}", bridge.texts["owner"]).encode("utf-8").decode("latin-1")
    answer = bridge.call("GET", "/admin/v1/me", "nobody", headers={"Authorization": text})

    assert 401 == answer.status_code


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-User",
        "X-Remote-User",
        "Remote-User",
        "X-Original-URL",
        "X-HTTP-Method-Override",
        "Cookie",
        "Forwarded",
    ],
)
def test_header_smuggling(bridge: AdminBridge, name: str) -> None:
    """AD-01: no other header says who is calling, or what is called; a cookie is nothing here."""
    text = bridge.texts["owner"]
    for value in ("owner", "DELETE", f"__Host-session={text}", f"Bearer {text}"):
        assert 401 == bridge.call("GET", "/admin/v1/me", "nobody", headers={name: value}).status_code
    assert 200 == bridge.call("GET", "/admin/v1/me", "viewer", headers={name: "/admin/v1/tokens"}).status_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"name":"x","name":"y","role":"viewer"}',
        b'{"name":NaN}',
        b"[" * 5000,
    ],
)
def test_broken_bodies(bridge: AdminBridge, body: bytes) -> None:
    """AD-15: what is no JSON object of the agreed form is the caller's mistake, never ours."""
    answer = bridge.call("POST", "/admin/v1/tokens", data=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 415, 422}
    assert "application/problem+json" == answer.mimetype


def test_nul(bridge: AdminBridge) -> None:
    """A NUL, which no database keeps, is refused wherever it comes."""
    assert 422 == bridge.call("POST", "/admin/v1/tokens", json={"name": "a\x00", "role": "viewer"}).status_code
    assert 422 == bridge.call("GET", "/admin/v1/people?q=%00").status_code
    assert 404 == bridge.call("GET", "/admin/v1/traces/%00").status_code


def test_huge_bodies(bridge: AdminBridge) -> None:
    """AD-13: a body over the limit is refused before it is read: everywhere, and at HR's larger limit."""
    huge = json.dumps({"configuration": {"x": "y" * 70_000}})
    json_type = {"Content-Type": "application/json"}
    assert 413 == bridge.call("POST", "/admin/v1/configuration/check", data=huge, headers=json_type).status_code
    assert 413 == bridge.call("POST", SNAPSHOT, "hr", data=b"x" * 1_048_577, headers=HR).status_code
    assert 202 == bridge.call("POST", SNAPSHOT, "hr", data=b"x" * 1_000_000, headers=HR).status_code


def test_zip_bomb(bridge: AdminBridge) -> None:
    """AD-13, PR-13: a file that unfolds to far more than it honestly can is refused by the worker; nothing is taken."""
    bomb = gzip.compress(b"employee_number,given_name\n" + (b"E1," + b"x" * 500 + b"\n") * 10_000)
    answer = bridge.call("POST", f"{SNAPSHOT}&complete=true", "hr", data=bomb, headers=HR)
    bridge.work()

    told = bridge.call("GET", answer.headers["Location"], "hr").json
    assert "refused" == told["state"]
    assert told["hint"]
    assert "active" == bridge.parts.people.by_uuid(ADA.uuid).status


def test_imports_of_others(bridge: AdminBridge) -> None:
    """AD-02: a job of HR sees its own imports only; one of another job is not even there."""
    bridge.token("other", "viewer", scopes=("hr",))
    address = bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers=HR).headers["Location"]

    assert [200, 404, 200] == [bridge.call("GET", address, who).status_code for who in ("hr", "other", "viewer")]


@pytest.mark.parametrize(
    "path", ["/admin/v1/people/1", "/admin/v1/people/E1", "/admin/v1/people/..%2f..", "/hr/v1/imports/1"]
)
def test_foreign_ids(bridge: AdminBridge, path: str) -> None:
    """AD-02, ID-03: what comes from outside is never taken for an internal id."""
    assert 404 == bridge.call("GET", path).status_code


def test_replay(bridge: AdminBridge) -> None:
    """PR-13: the same upload with the same key is one import; the key with another content is refused."""
    first = bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers=HR).json["id"]

    assert first == bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers=HR).json["id"]
    other = bridge.call("POST", SNAPSHOT, "hr", data=CSV + b"E3,X,Y,z@example.org\n", headers=HR)
    assert (422, "key_reused") == (other.status_code, other.json["code"])
    assert 1 == len([what for what, _ in bridge.work() if what == "hr_import"])
    assert first == bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers=HR).json["id"]
    assert [] == bridge.work()


def test_unsigned_and_swapped_uploads(bridge: AdminBridge) -> None:
    """PR-13: no token, no key or another checksum than announced: nothing is kept."""
    assert 401 == bridge.call("POST", SNAPSHOT, "nobody", data=CSV, headers=HR).status_code
    assert 422 == bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers={"Content-Type": "text/csv"}).status_code
    swapped = bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers=HR | {"X-Content-SHA256": "0" * 64})
    assert (422, "feed_refused") == (swapped.status_code, swapped.json["code"])
    assert [] == bridge.call("GET", "/admin/v1/imports").json["items"]


def test_parts_with_evil_names(bridge: AdminBridge) -> None:
    """AD-13: the name of an uploaded file is never a path, and is not repeated."""
    files = {"file": [(io.BytesIO(CSV), "../../etc/passwd"), (io.BytesIO(b"unit,name\nu,U\n"), "..\\..\\y.csv")]}
    answer = bridge.call("POST", SNAPSHOT, "hr", data=files, headers={"Idempotency-Key": "m"})
    assert 202 == answer.status_code, answer.text
    bridge.work()

    told = bridge.call("GET", answer.headers["Location"], "hr")
    assert "taken" == told.json["state"]
    assert "passwd" not in told.text


def test_configuration_secrets(bridge: AdminBridge) -> None:
    """AD-06: a secret written into the document is refused, and not repeated."""
    login = {"protocol": "oidc", "client_id": "c", "redirect_uris": ["https://c.example/cb"]}
    login["client_secret"] = "hunter2-hunter2"
    document = DOCUMENT | {"platforms": {"chat": {"login": login, "mapping": "chat"}}}
    for path in ("/admin/v1/configuration/check", "/admin/v1/configuration/plan"):
        answer = bridge.call("POST", path, json={"configuration": document}, seen="/admin/v1/configuration")
        assert 422 == answer.status_code
        assert "hunter2" not in answer.text
