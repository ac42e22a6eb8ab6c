"""The same lies through the whole site: what a browser sees, and what is written down about it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from joserfc.jwk import KeySet
from sqlalchemy import select

from sso_bridge.outgoing import open_session
from sso_bridge.store.tables import metadata
from tests.fakes.whole_site import SITE, WholeSite, document
from tests.lab.lies import LIES
from tests.lab.lying_op import CLIENT, JWT, SECRET, LyingOp, rsa_key

CALLBACK, GOODBYE = "/workplace/login/oidc/callback", "/workplace/login/oidc/logout"
PLANTED = (*JWT, SECRET, "ada@corp.example")


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


@pytest.fixture
def site(store, clock, keys, tmp_path, op) -> WholeSite:
    site = WholeSite(store, clock, keys, tmp_path, outgoing=open_session(["127.0.0.0/8"]))
    (tmp_path / "op-secret").write_text(SECRET)
    login = {"kind": "oidc", "issuer": op.issuer, "client_id": CLIENT, "client_secret": "file:op-secret"}
    keyed = {"kind": "oidc", "issuer": op.issuer, "client_id": CLIENT, "client_auth": "private_key_jwt"}
    site.apply(document() | {"workplaces": {"login": login | {"userinfo": True}, "keyed": keyed}})
    return site


def away(site, browser, workplace: str = "login") -> str:
    """Begin at the workplace and return the address of the provider."""
    answer = browser.get(f"/login/{workplace}", base_url=SITE)
    return browser.get(answer.location, base_url=SITE).location


def back(browser, address: str):
    """Visit the provider and bring its answer back."""
    given = urlsplit(requests.get(address, allow_redirects=False, timeout=5).headers["Location"])
    return browser.get(f"{given.path}?{given.query}", base_url=SITE)


def who(browser) -> str | None:
    return (browser.get("/session", base_url=SITE).json or {}).get("subject")


def test_honest(site, op):
    """The honest provider signs its person in, who HR knows by the number it states."""
    browser = site.browser()

    answer = back(browser, away(site, browser))

    assert (303, "ada-0001") == (answer.status_code, who(browser))


def test_lies(site, op, clock, capfd):
    """No lie signs anybody in, breaks a page, takes a second, or leaves a token in a log (RP-01..05, AD-12)."""
    for lie in (name for name, lie in LIES.items() if lie.reason):
        browser, op.lie = site.browser(), lie
        clock.move(seconds=1)
        address = away(site, browser)
        began = time.process_time()

        answer = back(browser, address)

        assert time.process_time() - began < 1, lie
        assert answer.status_code in {303, 400, 401}, lie
        assert who(browser) is None, lie
        assert not any(word in answer.text for word in PLANTED), lie
    out = capfd.readouterr()
    assert not any(word in out.out + out.err for word in PLANTED)


@pytest.mark.parametrize("lie", ["token endpoint page", "metadata of another issuer", "no keys", "provider in trouble"])
def test_provider_in_trouble(site, op, lie):
    """A provider that cannot be understood is told as the workplace being down, with a way on (TM-02)."""
    browser = site.browser()
    op.lie = lie

    first = browser.get(browser.get("/login/login", base_url=SITE).location, base_url=SITE)
    answer = back(browser, first.location) if first.location else first

    assert answer.status_code in {303, 503}
    assert who(browser) is None
    assert "Traceback" not in answer.text


def test_answer_by_form(site, op):
    """With `form_post` the answer comes as a form of another site, to which the browser shows the flow cookie only."""
    changed = dict(site.parts.live.current().document)
    changed["workplaces"] = {"login": {**changed["workplaces"]["login"], "response_mode": "form_post"}}
    site.apply(changed)
    browser = site.browser()
    given = urlsplit(requests.get(away(site, browser), allow_redirects=False, timeout=5).headers["Location"])

    answer = browser.post(CALLBACK, data=dict(parse_qsl(given.query)), base_url=SITE)

    assert (303, "ada-0001") == (answer.status_code, who(browser))


def test_another_browser(site, op):
    """The answer to one browser is nothing in another one, and after it was used nothing anywhere (RP-01)."""
    victim, attacker = site.browser(), site.browser()
    given = urlsplit(requests.get(away(site, attacker), allow_redirects=False, timeout=5).headers["Location"])

    stolen = victim.get(f"{given.path}?{given.query}", base_url=SITE)
    own = attacker.get(f"{given.path}?{given.query}", base_url=SITE)
    again = attacker.get(f"{given.path}?{given.query}", base_url=SITE)

    assert who(victim) is None
    assert stolen.status_code == 400
    assert (303, "ada-0001") == (own.status_code, who(attacker))
    assert again.status_code == 400
    assert 1 == op.counts["/token"]


def test_callback_of_the_other_workplace(site, op):
    """What was begun at one workplace cannot end at the callback of another one (RP-02)."""
    browser = site.browser()
    given = urlsplit(requests.get(away(site, browser), allow_redirects=False, timeout=5).headers["Location"])

    answer = browser.get(f"/workplace/keyed/oidc/callback?{given.query}", base_url=SITE)

    assert answer.status_code in {400, 401}
    assert who(browser) is None


def test_too_late(site, op, clock):
    """Ten minutes after it was begun a sign-in cannot be ended any more (RP-01)."""
    browser = site.browser()
    address = away(site, browser)
    clock.move(minutes=11)

    assert 400 == back(browser, address).status_code
    assert who(browser) is None


@pytest.mark.parametrize(
    "query", ["", "state=", "state=a&state=b", "code=x", "error=access_denied", "state=%00", "a" * 9000]
)
def test_callback_garbage(site, query):
    """Whatever is sent to the callback is a refusal (SE-10)."""
    assert site.browser().get(f"{CALLBACK}?{query}", base_url=SITE).status_code in {400, 401}
    assert site.browser().post(CALLBACK, data=query, base_url=SITE).status_code in {400, 401}


def test_ordered_to_end(site, op):
    """A genuine order ends the session; a forged or repeated one is answered 400 and ends nothing (SE-07)."""
    browser = site.browser()
    back(browser, away(site, browser))
    genuine = op.logout_token()
    honest, op.keys = op.keys, {"key-0": rsa_key(99)}
    forged = op.logout_token()
    op.keys = honest

    refused = site.browser().post(GOODBYE, data={"logout_token": forged}, base_url=SITE)
    before = who(browser)
    ended = site.browser().post(GOODBYE, data={"logout_token": genuine}, base_url=SITE)
    repeated = site.browser().post(GOODBYE, data={"logout_token": genuine}, base_url=SITE)

    assert (400, "ada-0001", 200, 400) == (refused.status_code, before, ended.status_code, repeated.status_code)
    assert who(browser) is None
    assert "no-store" in ended.headers["Cache-Control"]


def test_nothing_is_stored(site, op, store):
    """After a sign-in no token and no secret of the provider is in the database or in a cookie (RP-05)."""
    browser = site.browser()
    back(browser, away(site, browser))

    with store.reading() as connection:
        dump = "".join(repr(connection.execute(select(table)).all()) for table in metadata.sorted_tables)
    cookies = repr([cookie.value for cookie in browser._cookies.values()])
    assert "ada-0001" in dump
    assert not any(word in dump + cookies for word in (*JWT, SECRET))


def test_our_own_keys(site):
    """The keys of our client assertions are published without their private parts, and only those (CR-04)."""
    told = site.browser().get("/workplace/keyed/oidc/jwks", base_url=SITE)
    none = site.browser().get("/workplace/login/oidc/jwks", base_url=SITE)

    (key,) = told.json["keys"]
    assert {"kty", "n", "e", "use", "alg", "kid"} == key.keys()
    assert 1 == len(KeySet.import_key_set(told.json).keys)
    assert {"keys": []} == none.json
    assert 404 == site.browser().get("/workplace/nobody/oidc/jwks", base_url=SITE).status_code
    provider = site.browser().get("/oidc/jwks", base_url=SITE).json["keys"]
    assert key["kid"] not in {one["kid"] for one in provider}
