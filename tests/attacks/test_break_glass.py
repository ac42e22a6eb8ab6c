"""The envelope in the safe: it opens when nothing else does, everybody hears of it, nothing opens twice (AD-09)."""

from __future__ import annotations

import base64
import re

import pytest
from sqlalchemy import select

from sso_bridge.store.tables import metadata
from tests.fakes.sign_in_bridge import fields
from tests.fakes.two_factors import App
from tests.fakes.whole_site import SITE, WholeSite

PAGE = "/login/break-glass"
KEYS = "/admin/v1/keys/proposals"
TOKEN = re.compile(r"ssob_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")


class Safe:
    """A site with the account `red` in an envelope."""

    def __init__(self, site: WholeSite) -> None:
        self.site = site
        self.take(site.parts.sealing.create("red", "cli:root"))

    def take(self, envelope) -> None:
        """Open the envelope."""
        self.password = envelope.password
        secret = base64.b32decode(envelope.secret + "=" * (-len(envelope.secret) % 8))
        self.app = App(secret, self.site.clock)

    def sign_in(self, browser=None, **other: str):
        """Send the form."""
        browser = browser or self.site.browser()
        form = fields(browser.get(PAGE, base_url=SITE).text)
        typed = {"name": "red", "password": self.password, "code": self.app.code()}
        return browser.post(PAGE, data=form | typed | other, base_url=SITE)

    def call(self, token: str, method: str = "GET", path: str = "/admin/v1/me", **more):
        """Ask the admin API."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.site.browser().open(path, method=method, headers=headers, base_url=SITE, **more)

    def why(self, what: str) -> list[str]:
        """Return why this was recorded."""
        return [one.why for one in self.site.parts.audit.records() if one.what == what]


@pytest.fixture
def site(store, clock, keys, tmp_path) -> WholeSite:
    return WholeSite(store, clock, keys, tmp_path)


@pytest.fixture
def safe(site) -> Safe:
    return Safe(site)


def token_of(answer) -> str:
    """Return the token on a page."""
    return TOKEN.findall(answer.text)[0]


def test_opens_when_everything_is_down(safe, site, tmp_path, capfd):
    """Without any workplace it gives an owner's token for an hour, and log, audit and metrics tell at once (AD-09)."""
    (tmp_path / "users.yaml").unlink()
    answer = safe.sign_in()
    out = capfd.readouterr()
    me = safe.call(token_of(answer)).json

    assert (200, "owner") == (answer.status_code, me["role"])
    assert "no-store" in answer.headers["Cache-Control"]
    assert "critical" in out.out + out.err
    assert ["seal broken"] == safe.why("break_glass.used")
    assert b'sso_bridge_break_glass_total{outcome="used"} 1.0' in site.parts.metrics.page()
    assert b"sso_bridge_break_glass_broken 1.0" in site.parts.metrics.page()
    site.clock.move(minutes=61)
    assert 401 == safe.call(token_of(answer)).status_code


def test_nobody_at_first(site):
    """A new bridge has no account of this kind, whatever is tried (ASVS 6.3.2)."""
    browser = site.browser()
    form = fields(browser.get(PAGE, base_url=SITE).text)
    tried = [browser.post(PAGE, data=form | {"name": name, "password": "admin", "code": "000000"}, base_url=SITE)
             for name in ("admin", "root", "red")]  # fmt: skip

    assert () == site.parts.break_glass_accounts.all()
    assert {401} == {one.status_code for one in tried}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"password": "wrong"}, "wrong_password"),
        ({"name": "blue"}, "unknown_account"),
        ({"code": "000000"}, "wrong_code"),
        ({"code": ""}, "wrong_code"),
        ({"password": "x" * 300}, "too_long"),
    ],
)
def test_wrong(safe, other: dict[str, str], reason: str):
    """Whatever is wrong, the page says the same, the audit says which, and there is no token (LD-09)."""
    answer = safe.sign_in(**other)

    assert (401, []) == (answer.status_code, TOKEN.findall(answer.text))
    assert "That is not right, or the account is closed." in answer.text
    assert [reason] == safe.why("break_glass.refused")


def test_code_twice(safe):
    """A code opens once."""
    first, second = safe.sign_in(), safe.sign_in()

    assert [200, 401] == [first.status_code, second.status_code]


def test_broken_for_a_day(safe, site):
    """A broken seal holds for a day; then it is closed until it is sealed anew, with another password and key."""
    safe.sign_in()
    site.clock.move(hours=23)
    again, old = safe.sign_in(), safe.password
    site.clock.move(hours=1)
    closed = safe.sign_in()
    safe.take(site.parts.sealing.renew("red", "cli:root"))
    renewed, with_old = safe.sign_in(), safe.sign_in(password=old)

    assert [200, 401, 200, 401] == [one.status_code for one in (again, closed, renewed, with_old)]
    assert ["closed", "wrong_password"] == safe.why("break_glass.refused")


def test_no_second_hand(safe, site):
    """Two tokens of one account are one hand, and such a token makes no others (AD-04, AD-08)."""
    first = token_of(safe.sign_in())
    site.clock.move(minutes=1)
    second = token_of(safe.sign_in())
    made = safe.call(first, "POST", KEYS, json={"act": "rotate", "target": "saml"}).json
    refused = safe.call(second, "POST", f"{KEYS}/{made['id']}/approve", json={"digest": made["digest"]})
    daughter = safe.call(first, "POST", "/admin/v1/tokens", json={"name": "x", "role": "viewer"})

    assert (409, "second_person_needed") == (refused.status_code, refused.json["code"])
    assert 422 == daughter.status_code


def test_many_tries(safe):
    """Five tries of one network at once, then one a minute; the account itself cannot be locked."""
    tried = [safe.sign_in(password="wrong").status_code for _ in range(7)]
    safe.site.clock.move(minutes=1)

    assert [401] * 5 + [429] * 2 == tried
    assert 200 == safe.sign_in().status_code


def test_form_of_another_site(safe):
    """The form is of this browser, and of our own page (SE-09)."""
    browser = safe.site.browser()
    form = {"name": "red", "password": safe.password, "code": safe.app.code(), "csrf": "0" * 64}

    assert 400 <= browser.post(PAGE, data=form, base_url=SITE).status_code < 500
    assert 400 <= safe.sign_in(csrf="0" * 64).status_code < 500


def test_sealed_in_the_database(safe, store):
    """Neither password nor key stand in the database, log or audit (CR-01)."""
    safe.sign_in()
    with store.reading() as connection:
        dump = "".join(repr(connection.execute(select(one)).all()) for one in metadata.sorted_tables)

    assert safe.password not in dump
    assert repr(safe.app.secret)[2:-1] not in dump
    assert "$argon2id$" in dump


def test_names(site):
    """A name that is there, or cannot be, is refused; a removed account opens nothing."""
    safe = Safe(site)
    for wrong in ("red", "", "Red", "a b", "x" * 64):
        with pytest.raises(Exception, match=r"already|small letters"):
            site.parts.sealing.create(wrong, "cli")
    site.parts.sealing.remove("red", "cli")

    assert 401 == safe.sign_in().status_code
    with pytest.raises(Exception, match="no account"):
        site.parts.sealing.renew("red", "cli")
