"""Programs, and people behind them, try to get more out of client credentials than there is in them."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest

from tests.fakes.delegated import Delegated
from tests.fakes.machine_clients import ASSERTION, TOKEN, Program

CLIENTS = "/admin/v1/clients"


@pytest.fixture
def bridge(store, clock, keys) -> Delegated:
    """Two departments, three platforms, and tokens that reach a part of them."""
    return Delegated(store, clock, keys)


def made(bridge: Delegated, who: str, **wanted: Any) -> int:
    """Try to make a client."""
    return bridge.call("POST", CLIENTS, who, json={"name": "x", "role": "viewer"} | wanted).status_code


@pytest.mark.parametrize("who", ["viewer", "mapper", "operator", "hr", "scim", "chat operator"])
def test_only_owners_make_them(bridge: Delegated, who: str) -> None:
    """AD-04: nobody but an owner makes a client."""
    assert 403 == made(bridge, who)


@pytest.mark.parametrize(
    ("who", "wanted"),
    [
        ("chat owner", {}), ("chat owner", {"platforms": ["wiki"]}), ("chat owner", {"units": ["sales"]}),
        ("sales owner", {"units": ["company"]}), ("sales owner", {"platforms": ["chat"]}),
        ("chat owner", {"platforms": ["chat"], "scopes": ["hr"]}),
    ],
)  # fmt: skip
def test_broader_than_the_maker(bridge: Delegated, who: str, wanted: dict[str, Any]) -> None:
    """AD-04: a client never may more than the token it is made with: no other scope, no wider bounds."""
    assert 422 == made(bridge, who, **wanted)


def test_bounds_of_a_client(bridge: Delegated) -> None:
    """AD-02: a client is bound as a token is."""
    program = Program(bridge, "chat owner", platforms=["chat"])
    token = program.ask().json["access_token"]

    assert ["chat"] == [one["name"] for one in program.call(token, "/admin/v1/platforms").json["items"]]
    assert 403 == program.call(token, "/admin/v1/keys").status_code


def test_a_client_makes_nothing(bridge: Delegated) -> None:
    """AD-04, AD-05: an access token makes no token and no client, whatever its role."""
    program = Program(bridge, role="owner")
    token = program.ask().json["access_token"]

    for path in ("/admin/v1/tokens", CLIENTS):
        answer = program.call(token, path, "POST", json={"name": "x", "role": "viewer"})
        assert (422, "token_refused") == (answer.status_code, answer.json["code"])


@pytest.mark.parametrize("end", ["client", "maker", "maker_expires"])
def test_end_at_once(bridge: Delegated, end: str) -> None:
    """AD-05: when the client or its maker's token ends, its tokens open nothing from the next call on."""
    bridge.token("maker", "owner", days=1)
    program = Program(bridge, "maker")
    bridge.clock.move(hours=23, minutes=50)
    token = program.ask().json["access_token"]
    assert 200 == program.call(token).status_code

    if end == "client":
        assert 200 == bridge.call("DELETE", f"{CLIENTS}/{program.id}").status_code
    elif end == "maker":
        bridge.parts.tokens.revoke(bridge.kept["maker"].id)
    else:
        bridge.clock.move(minutes=10)

    assert 401 == program.call(token).status_code
    assert (401, "invalid_client") == ((no := program.ask()).status_code, no.json["error"])


def test_adopting(bridge: Delegated) -> None:
    """AD-04: an orphan works again when somebody with as many rights answers for it, and for nobody with fewer."""
    bridge.token("maker", "owner", scopes=("admin", "hr"))
    program = Program(bridge, "maker", scopes=["admin", "hr"])
    bridge.parts.tokens.revoke(bridge.kept["maker"].id)
    bridge.token("narrow", "owner")
    states = {one["state"] for one in bridge.call("GET", CLIENTS).json["items"]}

    assert {"orphaned"} == states
    assert 422 == bridge.call("POST", f"{CLIENTS}/{program.id}/adopt", "narrow").status_code
    assert 404 == bridge.call("POST", f"{CLIENTS}/{program.id}/adopt", "chat owner").status_code
    assert 200 == bridge.call("POST", f"{CLIENTS}/{program.id}/adopt", "owner").status_code
    assert 200 == program.ask().status_code


def test_own_hand(bridge: Delegated) -> None:
    """AD-08: a client is the hand of who made it: it does not approve what its maker made, nor the other way."""
    program = Program(bridge, role="owner")
    token = program.ask().json["access_token"]
    body = {"act": "rotate", "target": "saml"}
    proposal = bridge.call("POST", "/admin/v1/keys/proposals", json=body).json

    path, seen = f"/admin/v1/keys/proposals/{proposal['id']}/approve", {"digest": proposal["digest"]}
    assert 409 == program.call(token, path, "POST", json=seen).status_code


def test_the_state_of_a_foreign_client(bridge: Delegated) -> None:
    """AD-02: delegated rights do not learn whether a client of somebody else is there, nor that it is unchanged."""
    program = Program(bridge, "owner", role="viewer")
    path = f"{CLIENTS}/{program.id}"
    tag = bridge.call("GET", path).headers["ETag"]
    nobody = bridge.call("GET", f"{CLIENTS}/{'0' * 16}", "chat owner")

    for known in (tag, "*", f"W/{tag}"):
        answer = bridge.call("GET", path, "chat owner", headers={"If-None-Match": known})
        assert (404, None) == (answer.status_code, answer.headers.get("ETag"))
        assert answer.json["detail"] == nobody.json["detail"]


def test_the_secret_of_another_hand(bridge: Delegated) -> None:
    """AD-04, AD-08: nobody becomes a second hand by a new secret of a colleague's client, nor gets scopes by it."""
    bridge.token("colleague", "owner", scopes=("admin", "hr"))
    program = Program(bridge, "colleague", role="owner", scopes=["admin", "hr"])
    bridge.token("narrow", "owner")
    path = f"{CLIENTS}/{program.id}"

    stolen = bridge.call("POST", f"{path}/secret", "narrow")
    assert (409, False) == (stolen.status_code, "client_secret" in stolen.json)
    assert 422 == bridge.call("POST", f"{path}/adopt", "narrow").status_code
    assert 200 == bridge.call("POST", f"{path}/secret", "colleague", seen=path).status_code
    # Who answers for it may renew its secret, and it is their hand from then on.
    assert [409, 200, 200] == [
        bridge.call("POST", f"{path}/{act}", "owner", seen=path).status_code for act in ("secret", "adopt", "secret")
    ]


def test_apart_from_platforms(bridge: Delegated) -> None:
    """Machine clients are unknown at the platforms' token endpoint, and its tokens and clients are unknown here."""
    program = Program(bridge)
    basic = program.ask().request.headers["Authorization"]

    other = program.post({"grant_type": "client_credentials"}, {"Authorization": basic}, "/oidc/token")
    assert (401, "invalid_client") == (other.status_code, other.json["error"])
    token = program.ask().json["access_token"]
    assert 401 == program.call(token, "/oidc/userinfo").status_code


WRONG_CLAIMS = {
    "another audience": {"aud": "https://elsewhere.example"}, "our platforms' issuer": {"aud": "https://sso.example.org"},
    "two audiences": {"aud": ["https://sso.example.org/admin", "https://elsewhere.example"]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "0" * 16}, "no end": {"exp": None}, "long past": {"exp": 1_700_000_000},
    "far future": {"exp": 4_000_000_000}, "from the future": {"iat": 4_000_000_000}, "not yet": {"nbf": 4_000_000_000},
    "no number": {"jti": None}, "end as text": {"exp": "never"}, "end as truth": {"exp": True},
}  # fmt: skip


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS.keys())
def test_wrong_assertions(bridge: Delegated, claims: dict[str, Any]) -> None:
    """RFC 7523 3: an assertion that says anything but the client, us and right now proves nothing."""
    program = Program(bridge, method="private_key_jwt")

    answer = program.ask_with(program.assertion(**claims))

    assert (401, "invalid_client") == (answer.status_code, answer.json["error"])


def test_assertion_twice(bridge: Delegated) -> None:
    """RFC 7523 3 (7): an assertion counts once."""
    program = Program(bridge, method="private_key_jwt")
    text = program.assertion()

    assert [200, 401] == [program.ask_with(text).status_code for _ in range(2)]


@pytest.mark.parametrize(
    "header", [{"kid": "k2"}, {"jku": "https://evil.example/k"}, {"x5u": "https://evil.example/c"}, {"crit": ["exp"]},
     {"typ": "at+jwt"}]
)  # fmt: skip
def test_headers_of_assertions(bridge: Delegated, header: dict[str, Any]) -> None:
    """CR-05: keys come from the registration, never from a header."""
    program = Program(bridge, method="private_key_jwt")

    assert 401 == program.ask_with(program.assertion(header)).status_code


def test_forged_assertions(bridge: Delegated) -> None:
    """No signature, a signature by somebody else, and the public key taken as a shared secret are all refused."""
    program, other = Program(bridge, method="private_key_jwt"), Program(bridge, method="private_key_jwt")
    right = program.assertion()
    head, body, _ = right.split(".")
    bare = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "k1"}).encode()).decode().rstrip("=")
    shared = jwt.encode(
        jwt.decode(right, options={"verify_signature": False}), "x" * 32, "HS256", headers={"kid": "k1"}
    )
    other.id = program.id
    for text in (
        f"{bare}.{body}.",
        f"{bare}.{body}.AA",
        f"{head}.{body}.AA",
        shared,
        other.assertion(),
        "a.b.c",
        "",
        "x" * 9000,
    ):
        assert 401 == program.ask_with(text).status_code


def test_another_way_than_registered(bridge: Delegated) -> None:
    """RFC 6749 2.3: only the registered way proves anything, and only one way at a time."""
    basic, keyed = Program(bridge), Program(bridge, method="private_key_jwt")
    form = {"grant_type": "client_credentials", "client_id": basic.id, "client_secret": basic.secret}

    assert 401 == basic.post(form).status_code
    assert 401 == keyed.ask("").status_code
    both = {"client_assertion_type": ASSERTION, "client_assertion": keyed.assertion()}
    assert 400 == basic.ask(**both).status_code
    assert 400 == basic.ask(client_secret=basic.secret).status_code
    assert 400 == basic.ask(client_id=keyed.id).status_code
    assert 401 == basic.post({"grant_type": "client_credentials", "client_id": basic.id}).status_code


def test_secret_in_the_address(bridge: Delegated) -> None:
    """RFC 6749 2.3.1: nothing in the address counts, and GET is not taken."""
    program = Program(bridge)
    query = f"{TOKEN}?grant_type=client_credentials&client_id={program.id}&client_secret={program.secret}"

    assert program.post({}, path=query).status_code in {400, 401}
    assert 405 == bridge.app.test_client().get(query, base_url="https://sso.example.org").status_code


def test_guessing(bridge: Delegated) -> None:
    """AD-10: wrong secrets are slowed down for this client from this network, and told for how long."""
    program = Program(bridge)
    answers = [program.ask("wrong") for _ in range(21)]

    assert [401] * 20 + [429] == [one.status_code for one in answers]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert 200 == Program(bridge).ask().status_code


def test_too_many_tokens(bridge: Delegated) -> None:
    """AD-10: one client gets sixty tokens at once, then one in five seconds."""
    program = Program(bridge)
    answers = [program.ask() for _ in range(61)]

    assert (429, "5") == (answers[-1].status_code, answers[-1].headers["Retry-After"])
    assert {200} == {one.status_code for one in answers[:-1]}


@pytest.mark.parametrize("broken", ["private", "weak", "kind", "no kid", "twice", "none"])
def test_keys_that_are_none(bridge: Delegated, broken: str) -> None:
    """CR-01: a key with its private part, a weak one, or of a kind that we do not know is not registered."""
    good = Program(bridge).public()
    weak = {"kty": "RSA", "kid": "w", "e": "AQAB", "n": base64.urlsafe_b64encode(b"\xc1" * 128).decode().rstrip("=")}
    keys = {"private": [good | {"d": "AAAA"}], "weak": [weak], "kind": [good | {"crv": "secp256k1"}], "none": [],
            "no kid": [{name: part for name, part in good.items() if name != "kid"}],
            "twice": [good, good]}  # fmt: skip
    body = {"name": "x", "role": "viewer", "method": "private_key_jwt", "keys": keys[broken]}

    assert 422 == bridge.call("POST", CLIENTS, json=body).status_code
