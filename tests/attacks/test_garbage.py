"""Garbage at every sign-in address: a plain answer, soon, and never a 5xx (AD-15, OP-21, TM-02)."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest

from tests.fakes.saml_platform import deflated
from tests.fakes.whole_site import SITE, WholeSite

ROUNDS = 60
SOON = 1.0
"""Seconds of processor time of this process: the wall clock of a busy machine says nothing."""

ROUTES = [
    ("GET", "/"),
    ("GET", "/login"),
    ("GET", "/login/staff"),
    ("POST", "/login/staff"),
    ("GET", "/login/resume/{token}"),
    ("GET", "/session"),
    ("GET", "/logout"),
    ("POST", "/logout"),
    ("GET", "/saml/sso"),
    ("POST", "/saml/sso"),
    ("GET", "/saml/launch/{token}"),
    ("GET", "/saml/metadata"),
    ("GET", "/oidc/authorize"),
    ("POST", "/oidc/authorize"),
    ("POST", "/oidc/token"),
    ("GET", "/oidc/userinfo"),
    ("POST", "/oidc/userinfo"),
    ("POST", "/oidc/revoke"),
    ("POST", "/oidc/introspect"),
    ("GET", "/oidc/logout"),
    ("POST", "/oidc/logout"),
    ("GET", "/oidc/jwks"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/metrics"),
]
NAMES = [
    "attempt",
    "csrf",
    "username",
    "password",
    "next",
    "everywhere",
    "SAMLRequest",
    "SAMLResponse",
    "RelayState",
    "SigAlg",
    "Signature",
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "claims",
    "login_hint",
    "id_token_hint",
    "request",
    "request_uri",
    "acr_values",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "client_secret",
    "access_token",
    "post_logout_redirect_uri",
]
VALUES = [
    b"", b"0", b"-1", b"1e309", b"9" * 400, b"\x00", b"\r\nSet-Cookie: a=b", b"\xff\xfe\xc3\x28", b"\xed\xa0\x80",
    "\u202e\ufeff\U0001f600".encode(), b"%", b"%zz", b"A" * 43, b"A" * 9000, b"[" * 3000, b"{" * 3000, b"()" * 2000,
    b"chat", b"https://chat.test/cb", b"https://evil.test/", b"//evil.test", b"javascript:alert(1)", b"code", b"openid",
    b"none", b"login", b"none login", b"S256", b"plain", b"authorization_code", b"refresh_token", b"staff", b"ada",
    b'{"id_token": {"acr": {"essential": true, "values": [1, null, {}]}}, "userinfo": {"name": null}}',
    b'{"id_token": [], "userinfo": 3}', b'{"id_token": {"acr": {"essential": true, "values": {"a": 1}}}}',
    b"eyJhbGciOiJub25lIn0.e30.", b"eyJhbGciOjF9.e30.AA", b"W10.W10.W10", b"a.b.c", b"....", b"\xe2\x80\xa8" * 50,
    base64.b64encode(b"<a/>"), base64.b64encode(b"<" * 3000), base64.b64encode(b"\xff" * 200),
    base64.b64encode(deflated(b"<a" + b" x='1'" * 3000 + b"/>")), base64.b64encode(deflated(b"A" * 5_000_000)),
]  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "",
    "\x7f/\x80",
]
HEADERS = {
    "Authorization": [
        "Basic",
        "Basic !!!",
        "Basic OjpB",
        "Basic " + "A" * 5000,
        "Bearer",
        "Bearer \xff",
        "Negotiate YII=",
    ],
    "Accept-Language": ["", "nl;q=x", "*" * 500, "nl,en;q=0.1" * 200, "\xff"],
    "Accept": ["", "text/html;q=nan", "*/*;q=" + "9" * 300, "application/json"],
    "Origin": ["null", "https://evil.test", "\xff", ""],
    "Sec-Fetch-Site": ["cross-site", "", "\xff"],
    "User-Agent": ["", "\xff" * 600, "A" * 3000],
    "X-Forwarded-For": ["\xff", "a, b", "1.2.3.4, " * 300],
    "Cookie": [
        "__Host-session=" + "A" * 43 + "; __Host-flow=" + "A" * 43,
        "__Host-session=\xff; __Host-flow=\xed\xa0\x80",
        "__Host-flow=" + "A" * 43,
        ";;;=;=",
        "__Host-session=" + "A" * 4000,
    ],
    "Host": ["evil.test", "\xff", "", "bridge.test:99999"],
    "Range": ["bytes=0-0", "bytes=-99999999999"],
    "If-Modified-Since": ["yesterday"],
}


@pytest.fixture
def site(store, clock, keys, tmp_path: Path) -> WholeSite:
    """The whole site."""
    return WholeSite(store, clock, keys, tmp_path)


def pairs(dice: random.Random) -> bytes:
    """Return a query or form of known names, in any spelling, as often as it pleases."""
    parts = []
    for _ in range(dice.randint(0, 9)):
        name, value = dice.choice(NAMES).encode(), dice.choice(VALUES)
        parts.append(
            name + dice.choice([b"=", b"=", b"=", b""]) + dice.choice([value, quote_from_bytes(value).encode()])
        )
    return b"&".join(parts)


def calls(site: WholeSite, method: str, route: str) -> Iterator[dict]:
    """Yield the calls of one address: the same ones in every run."""
    dice = random.Random(f"{method} {route}")  # noqa: S311  the same garbage each time
    for _ in range(ROUNDS):
        token = dice.choice(["A" * 43, "wiki", "%00", "%ff", "..%2f..", "a" * 3000])
        headers = {name: dice.choice(given) for name, given in HEADERS.items() if dice.random() < 0.3}
        query = pairs(dice) if method == "GET" or dice.random() < 0.2 else b""
        body = (
            dice.choice([pairs(dice), pairs(dice), dice.randbytes(dice.randint(0, 3000))]) if method == "POST" else b""
        )
        plain = "".join(chr(one) if 32 < one < 127 else f"%{one:02x}" for one in query)
        yield {
            "path": route.format(token=token),
            "query_string": plain,
            "data": body,
            "content_type": dice.choice(TYPES) if method == "POST" else None,
            "headers": headers,
        }


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_garbage(site: WholeSite, method: str, route: str) -> None:
    """AD-15, OP-21, SE-10: no input makes an address answer 5xx, take long, tell how it works, or sign anybody in."""
    for given in calls(site, method, route):
        began = time.process_time()
        answer = site.app.test_client().open(method=method, base_url=SITE, **given)

        assert answer.status_code < 500, given
        assert time.process_time() - began < SOON, given
        assert b"Traceback" not in answer.data, given
        assert "__Host-session=A" not in answer.headers.get("Set-Cookie", ""), given
        assert "evil.test" not in answer.headers.get("Location", "").partition("?")[0], given
    assert "session.opened" not in {record.what for record in site.parts.audit.records()}


@pytest.mark.parametrize("seed", range(4))
def test_damaged_requests(site: WholeSite, seed: int) -> None:
    """IDP-01, SP-12: a genuine request with a few bytes changed is refused or answered, never a 5xx."""
    dice, genuine = random.Random(seed), site.wiki.request()  # noqa: S311  as above
    for number in range(150):
        damaged = bytearray(genuine)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        if number % 2:
            form = {"SAMLRequest": base64.b64encode(damaged)}
            answer = site.app.test_client().post("/saml/sso", data=form, base_url=SITE)
        else:
            query = site.wiki.query(bytes(damaged)).decode()
            answer = site.app.test_client().get("/saml/sso", query_string=query, base_url=SITE)
        assert answer.status_code < 500, bytes(damaged)
