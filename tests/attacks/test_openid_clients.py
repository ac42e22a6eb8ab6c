"""Clients that are not who they say, or ask for what is not theirs."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from sso_bridge.login.respond.oidc_provider.client import Client
from tests.fakes.openid_bridge import CHAT, PHONE, SECRET, VERIFIER, WIKI, OpenIdBridge, basic

ENDPOINTS = ("token", "revoke", "introspect")
FORM = {"grant_type": "authorization_code", "code": "x", "token": "x", "redirect_uri": CHAT, "code_verifier": VERIFIER}
PLAIN = base64.b64encode


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


BAD = {
    "nothing": ({}, {}),
    "wrong secret": (basic("chat", "wrong"), {}),
    "empty secret": (basic("chat", ""), {}),
    "secret with a space": (basic("chat", SECRET + " "), {}),
    "other client's secret": (basic("chat", "the secret of wiki"), {}),
    "unknown client": (basic("nobody", SECRET), {}),
    "other case": (basic("Chat", SECRET), {}),
    "only the name": ({}, {"client_id": "chat"}),
    "post instead of basic": ({}, {"client_id": "chat", "client_secret": SECRET}),
    "basic instead of post": (basic("wiki", "the secret of wiki"), {}),
    "empty secret in body": ({}, {"client_id": "wiki", "client_secret": ""}),
    "secret for a public client": ({}, {"client_id": "phone", "client_secret": "x"}),
    "basic for a public client": (basic("phone", ""), {}),
    "no base64": ({"Authorization": "Basic !!!"}, {}),
    "no colon": ({"Authorization": "Basic " + PLAIN(b"chat").decode()}, {}),
    "not utf-8": ({"Authorization": "Basic " + PLAIN(b"chat:\xff").decode()}, {}),
    "another scheme": ({"Authorization": "Bearer x"}, {}),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(("headers", "form"), BAD.values(), ids=BAD)
def test_wrong_client(bridge, endpoint, headers, form):
    """A client that does not prove itself by its registered method gets 401 and a challenge (OP-09)."""
    answer = bridge.web.post(f"/oidc/{endpoint}", data=FORM | form, headers=headers)

    assert (401, "invalid_client") == (answer.status_code, answer.json["error"])
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (basic("chat", SECRET), {"client_secret": SECRET}),
        (basic("chat", SECRET), {"client_id": "wiki"}),
        (basic("chat", SECRET), {"client_id": "wiki", "client_secret": "the secret of wiki"}),
        (basic("chat", SECRET), {"client_assertion": "a.b.c", "client_assertion_type": "jwt"}),
        (
            {},
            {
                "client_assertion": "a.b.c",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            },
        ),
    ],
)
def test_two_methods_at_once(bridge, endpoint, headers, form):
    """One request uses one method, and header and body name one client (OP-09, OP-11)."""
    answer = bridge.web.post(f"/oidc/{endpoint}", data=FORM | form, headers=headers)

    assert (400, "invalid_request") == (answer.status_code, answer.json["error"])


def test_two_authorization_headers(bridge):
    """Two Authorization headers are not one method (OP-09)."""
    twice = [("Authorization", basic("chat", SECRET)["Authorization"])] * 2

    assert bridge.web.post("/oidc/token", data=FORM, headers=twice).status_code in {400, 401}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "query", ["client_id=wiki&client_secret=the+secret+of+wiki", "code=x", "grant_type=authorization_code"]
)
def test_nothing_from_the_address(bridge, endpoint, query):
    """Parameters in the address are refused, a secret in them above all (OP-09)."""
    answer = bridge.web.post(f"/oidc/{endpoint}?{query}", data=FORM, headers=basic("chat", SECRET))

    assert (400, "invalid_request") == (answer.status_code, answer.json["error"])


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_get_is_refused(bridge, endpoint):
    """These endpoints take POST only (OP-09, RFC 6749 3.2)."""
    answer = bridge.web.get(f"/oidc/{endpoint}", headers=basic("chat", SECRET))

    assert (405, "POST") == (answer.status_code, answer.headers["Allow"])
    assert "no-store" == answer.headers["Cache-Control"]


@pytest.mark.parametrize("secret", [SECRET, "the next secret of chat"])
def test_two_secrets_while_one_is_replaced(bridge, secret):
    """The old and the new secret work side by side (OP-10)."""
    assert 200 == bridge.redeem(bridge.code(), auth=("chat", secret)).status_code


def test_secret_in_the_header_without_the_second_encoding(bridge):
    """Relying parties that skip the form-encoding of RFC 6749 2.3.1 are let in with the same secret."""
    raw = {"Authorization": "Basic " + PLAIN(f"chat:{SECRET}".encode()).decode()}

    answer = bridge.web.post("/oidc/introspect", data={"token": "x"}, headers=raw)

    assert (200, {"active": False}) == (answer.status_code, answer.json)


def test_secret_may_be_configured_as_a_hash(bridge):
    """A generated secret needs to be known to us as SHA-256 only (OP-10)."""
    reference = "sha256:" + hashlib.sha256(b"shown once").hexdigest()
    bridge.clients["chat"] = replace(bridge.clients["chat"], secrets=(reference,))

    assert 200 == bridge.redeem(bridge.code(), auth=("chat", "shown once")).status_code
    assert 401 == bridge.redeem(bridge.code(), auth=("chat", reference)).status_code


@pytest.mark.parametrize("reference", ["env:GONE", "sha256:" + hashlib.sha256(b"").hexdigest()])
def test_secret_that_turned_empty(bridge, reference):
    """A secret that is empty, or became so, lets nobody in (OP-09)."""
    bridge.clients["chat"] = replace(bridge.clients["chat"], secrets=(reference,))
    bridge.secrets["env:GONE"] = ""

    assert 401 == bridge.redeem(bridge.code(), auth=("chat", "")).status_code


@pytest.mark.parametrize(
    "wrong",
    [
        {"secrets": ()},
        {"secrets": ("env:A",), "token_auth_method": "none"},
        {"secrets": ("env:A", "env:B", "env:C")},
        {"secrets": ("env:A",), "redirect_uris": frozenset()},
        {"secrets": ("env:A",), "client_id": ""},
    ],
)
def test_client_settings_that_check_nothing(wrong):
    """A client without address, id or secret cannot be built (OP-01, OP-09)."""
    with pytest.raises(ValueError, match="client"):
        Client(**{"platform": "p", "client_id": "p", "redirect_uris": frozenset({CHAT})} | wrong)


UNREGISTRABLE = [
    "https://*.chat.test/cb",
    "https://chat.test/cb*",
    "https://chat.test/cb#x",
    "http://chat.test/cb",
    "//chat.test/cb",
    "https:/chat.test",
    "https://a@chat.test/cb",
    "https:///cb",
    "javascript:alert(1)",
    "data:text/html,x",
    "/cb",
    "cb",
    "https://chat.test/\\evil.test",
    "ftp://a.test/",
    "http://localhost.evil.test/cb",
    "http://127.0.0.1.evil.test/cb",
    "http://127.0.0.1@evil.test/cb",
    "test.chat.app:/cb",
]


@pytest.mark.parametrize("address", [*UNREGISTRABLE, "", "https://chat.test/c b", "https://chat.test/\n"])
@pytest.mark.parametrize("place", ["redirect_uris", "post_logout_redirect_uris"])
def test_address_that_cannot_be_registered(address, place):
    """Nobody registers an address that is not https (or this machine), has a wildcard or a fragment (OP-23)."""
    good = {"platform": "p", "client_id": "p", "redirect_uris": frozenset({CHAT}), "secrets": ("env:A",)}

    with pytest.raises(ValueError, match="client"):
        Client(**good | {place: frozenset({address, CHAT})})


@pytest.mark.parametrize(
    "address", ["http://localhost:8080/cb", "http://127.0.0.25/cb", "http://[::1]:1/", "https://x.test"]
)
def test_address_that_can(address):
    """Addresses of this machine may be plain http, for pilots and tests."""
    assert Client("p", "p", frozenset({address}), ("env:A",)).may_return_to(address)


def test_app_scheme_is_for_public_clients():
    """A native app's own scheme needs a public client (RFC 8252 7.1)."""
    assert Client("p", "p", frozenset({"test.chat.app:/cb"}), (), "none").may_return_to("test.chat.app:/cb")


@pytest.mark.parametrize(
    "grant",
    ["password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "AUTHORIZATION_CODE"]
    + [f"urn:ietf:params:oauth:grant-type:{name}" for name in ("device_code", "token-exchange", "saml2-bearer")],
)
@pytest.mark.parametrize("client", ["chat", "wiki", "phone"])
def test_other_grants(bridge, client, grant):
    """No grant but code and refresh token exists, for any client (OP-12)."""
    auth = {
        "chat": (("chat", SECRET), {}),
        "wiki": (None, {"client_id": "wiki", "client_secret": "the secret of wiki"}),
    }
    header, form = auth.get(client, (None, {"client_id": "phone"}))

    answer = bridge.token(header, **form, grant_type=grant, username="ada", password="x", scope="openid admin")

    assert (400, "unsupported_grant_type") == (answer.status_code, answer.json["error"])


def test_scope_beyond_registration(bridge):
    """A scope nobody registered is left out of the grant, and the answer says so (OP-12)."""
    tokens = bridge.tokens(scope="openid admin profile root")

    assert "openid profile" == tokens["scope"]


def test_offline_access_only_where_allowed(bridge):
    """A client that may not refresh gets no refresh token whatever it asks for (OP-12, OP-16)."""
    code = bridge.code(client_id="wiki", redirect_uri=WIKI, scope="openid offline_access")
    form = {"client_id": "wiki", "client_secret": "the secret of wiki", "redirect_uri": WIKI}

    tokens = bridge.redeem(code, auth=None, **form).json

    assert "refresh_token" not in tokens
    assert "openid" == tokens["scope"]


def test_public_client_goes_the_whole_way(bridge):
    """A public client signs in with PKCE and its name alone (OP-05, OP-09)."""
    code = bridge.code(client_id="phone", redirect_uri=PHONE)

    assert 200 == bridge.redeem(code, auth=None, client_id="phone", redirect_uri=PHONE).status_code


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"grant_type":"authorization_code"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("text/plain", b"grant_type=authorization_code"),
        ("", b"grant_type=authorization_code"),
        ("application/x-www-form-urlencoded", b"grant_type=a&grant_type=a"),
        ("application/x-www-form-urlencoded", b"code=%ff&token=%ff"),
        ("application/x-www-form-urlencoded", b"code=%00&token=%00"),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 70_000),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(1000))),
        ("application/x-www-form-urlencoded", b"\xff\xfe\x00"),
        ("application/x-www-form-urlencoded", b""),
    ],
)
def test_broken_bodies(bridge, endpoint, kind, body):
    """A body that is no clean form gets a JSON refusal that is not stored (OP-03, OP-21)."""
    answer = bridge.web.post(f"/oidc/{endpoint}", data=body, content_type=kind, headers=basic("chat", SECRET))

    assert answer.status_code in {400, 413}
    assert "invalid_request" == answer.json["error"]
    assert "no-store" == answer.headers["Cache-Control"]
    assert "Traceback" not in answer.text
