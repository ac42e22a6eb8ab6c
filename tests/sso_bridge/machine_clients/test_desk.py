"""Machine clients get access tokens, as OAuth 2.0 says (RFC 6749 4.4, RFC 7523, RFC 7009, RFC 8414)."""

from __future__ import annotations

import pytest

from tests.fakes.admin import SITE, AdminBridge
from tests.fakes.machine_clients import ISSUER, TOKEN, Program


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a token of every role."""
    return AdminBridge(store, clock, keys)


def test_with_a_secret(bridge: AdminBridge) -> None:
    """RFC 6749 4.4.3, 5.1: a client with its secret gets a token of at most an hour, which opens what it may do."""
    program = Program(bridge, scopes=["admin", "hr"])

    answer = program.ask(scope="admin")

    assert (200, "no-store", "no-cache") == (
        answer.status_code, answer.headers["Cache-Control"], answer.headers["Pragma"],
    )  # fmt: skip
    told = answer.json
    assert ("Bearer", "admin") == (told["token_type"], told["scope"])
    assert 0 < told["expires_in"] <= 3600
    me = program.call(told["access_token"]).json
    assert ("viewer", ["admin"]) == (me["role"], me["scopes"])
    assert 403 == program.call(told["access_token"], "/admin/v1/tokens").status_code


def test_without_a_scope(bridge: AdminBridge) -> None:
    """RFC 6749 3.3: without a scope it is all of the client's own, and the answer says which."""
    assert "admin hr" == Program(bridge, scopes=["hr", "admin"]).ask().json["scope"]


def test_secret_in_the_form(bridge: AdminBridge) -> None:
    """RFC 6749 2.3.1: a client that was registered for it sends its secret in the form."""
    program = Program(bridge, method="client_secret_post")
    form = {"grant_type": "client_credentials", "client_id": program.id, "client_secret": program.secret}

    assert 200 == program.post(form).status_code


def test_with_an_assertion(bridge: AdminBridge) -> None:
    """RFC 7523 3: a client with a key signs an assertion for our issuer or the token endpoint."""
    program = Program(bridge, method="private_key_jwt")

    assert program.secret is None
    assert 200 == program.ask_with(program.assertion()).status_code
    assert 200 == program.ask_with(program.assertion(aud=f"{SITE}{TOKEN}", jti="2")).status_code
    assert 200 == program.ask_with(program.assertion(aud=[ISSUER], jti="3"), client_id=program.id).status_code


def test_they_end(bridge: AdminBridge) -> None:
    """AD-05: an access token ends by itself; a client too, after a year at most."""
    program = Program(bridge, days=1)
    token = program.ask().json["access_token"]

    bridge.clock.move(minutes=29)
    assert 200 == program.call(token).status_code
    bridge.clock.move(minutes=1)
    assert 401 == program.call(token).status_code
    bridge.clock.move(days=1)
    assert (401, "invalid_client") == ((late := program.ask()).status_code, late.json["error"])


def test_a_new_secret(bridge: AdminBridge) -> None:
    """AD-05: after a new secret was made both count for a day, then only the new one."""
    program = Program(bridge)
    place = f"/admin/v1/clients/{program.id}"
    new = bridge.call("POST", f"{place}/secret", seen=place).json["client_secret"]

    assert [200, 200] == [program.ask(secret).status_code for secret in (program.secret, new)]
    bridge.clock.move(hours=24)
    assert [401, 200] == [program.ask(secret).status_code for secret in (program.secret, new)]


def test_revoking_a_token(bridge: AdminBridge) -> None:
    """RFC 7009: a client ends its own token; of any other text it learns nothing, and ends nothing."""
    program, other = Program(bridge), Program(bridge)
    own, foreign = program.ask().json["access_token"], other.ask().json["access_token"]

    for text in (own, foreign, "nonsense", bridge.texts["viewer"]):
        form = {"token": text, "client_id": program.id, "client_secret": program.secret}
        basic = program.ask().request.headers["Authorization"]
        assert (200, {}) == (
            (done := program.post({"token": text}, {"Authorization": basic}, "/admin/oauth/revoke")).status_code,
            done.json,
        )
        assert 401 == program.post(form, path="/admin/oauth/revoke").status_code

    assert [401, 200] == [program.call(one).status_code for one in (own, foreign)]
    assert 200 == bridge.call("GET", "/admin/v1/me", "viewer").status_code


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"scope": "scim"}, "invalid_scope"),
        ({"scope": "admin openid"}, "invalid_scope"),
        ({"scope": "admin  hr"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example/"}, "invalid_target"),
    ],
)
def test_mistakes(bridge: AdminBridge, form: dict[str, str], error: str) -> None:
    """RFC 6749 5.2, RFC 8707 2: each mistake has its own word, and 400."""
    answer = Program(bridge, scopes=["admin", "hr"]).ask(**form)

    assert (400, error) == (answer.status_code, answer.json["error"])


def test_discovery(bridge: AdminBridge) -> None:
    """RFC 8414 3.1: the metadata stand at the well-known address of the issuer, and tell what there is."""
    told = bridge.call("GET", "/.well-known/oauth-authorization-server/admin", "nobody").json

    assert (ISSUER, f"{SITE}{TOKEN}") == (told["issuer"], told["token_endpoint"])
    assert ["client_credentials"] == told["grant_types_supported"]
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]


def test_told(bridge: AdminBridge) -> None:
    """AD-05, AD-06: the list tells who made a client and when it was used; the secret is in no answer and no record."""
    program = Program(bridge)
    program.ask()

    text = bridge.call("GET", "/admin/v1/clients").text + bridge.call("GET", "/admin/v1/audit").text
    assert program.secret not in text
    told = bridge.call("GET", "/admin/v1/clients").json["items"][0]
    assert ("good", bridge.kept["owner"].actor) == (told["state"], told["created_by"])
    assert told["last_used_at"]
    acts = [one["what"] for one in bridge.call("GET", "/admin/v1/audit?what=client.").json["items"]]
    assert ["client.token_issued", "client.created"] == acts
