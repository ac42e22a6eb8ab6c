"""Two factors by form: setting up, signing in, recovery, changing, and what platforms are told of it."""

from __future__ import annotations

import re

import pytest

from sso_bridge.second_factor.security_keys import SecurityKeys
from tests.fakes.soft_key import SoftKey, options_of
from tests.fakes.two_factors import MFA, TwoFactors, hidden


@pytest.fixture
def site(store, clock, keys, tmp_path) -> TwoFactors:
    return TwoFactors(store, clock, keys, tmp_path)


@pytest.fixture
def easy(store, clock, keys, tmp_path) -> TwoFactors:
    """A site whose chat asks for nothing by itself."""
    return TwoFactors(store, clock, keys, tmp_path, required=False)


def again(site: TwoFactors, who):
    """Return the same person, with the same app, at another browser."""
    other = site.person(who.name)
    other.app, other.codes = who.app, who.codes
    site.clock.move(minutes=1)
    return other


def test_first_time(site):
    """Who has no factor yet sets one up on the way, types its code once, and goes on to the platform."""
    ada = site.person()
    page = ada.open()
    begin = re.findall(r'href="(/security/begin\?[^"]+)"', page.text)[0]
    done = ada.enrol(ada.open(begin))
    said = ada.id_token(ada.open(re.findall(r'href="(/login/resume/[^"]+)"', done.text)[0]))

    assert 10 == len(ada.codes)
    assert (MFA, ["pwd", "otp", "mfa"]) == (said["acr"], said["amr"])
    assert ["totp"] == [why.split()[0] for why in site.audit("second_factor.added")]


def test_code(site):
    """With a factor the code is asked for after the password; the token tells both, and the moment of the second."""
    ada = site.person()
    ada.enrol()
    other = again(site, ada)
    page = other.open()
    before, _ = other.cookie(), site.clock.move(seconds=40)
    answer = other.type(page, other.app.code())
    said = other.id_token(answer)

    assert site.asked(page)
    assert before != other.cookie()
    assert (MFA, ["pwd", "otp", "mfa"]) == (said["acr"], said["amr"])
    assert int(site.clock().timestamp()) == said["auth_time"]
    assert ["otp mfa"] * 2 == site.audit("session.stepped_up")


def test_session_is_raised_once(site):
    """The raised session serves the next sign-in without a question, and the old cookie is dead (SE-01)."""
    ada = site.person()
    ada.open("/")
    before = ada.cookie()
    ada.enrol()
    after = ada.cookie()
    assert ada.open().location.startswith("https://chat.test/cb?code=")
    ada.http.set_cookie("__Host-session", before, domain="bridge.test", secure=True)

    assert 401 == ada.get("/session").status_code
    assert before != after


def test_not_required(easy):
    """Where nobody wants two, one is enough, also for somebody who has a second one."""
    ada = easy.person()
    ada.enrol()
    said = again(easy, ada)

    assert "PasswordProtectedTransport" in said.id_token(said.open())["acr"]


def test_asked_for(easy):
    """A platform that insists on two factors gets them, or hears that it cannot without a page (OP-18)."""
    ada = easy.person()
    ada.enrol()
    other = again(easy, ada)
    other.open()
    claims = f'{{"id_token":{{"acr":{{"essential":true,"value":"{MFA}"}}}}}}'
    silent = other.open(claims=claims, prompt="none")
    answer = other.type(other.open(claims=claims), other.app.code())

    assert "error=login_required" in silent.location
    assert MFA == other.id_token(answer)["acr"]


def test_wished_for(easy):
    """`acr_values` leads to the question only for people who have a factor: a wish makes nobody set one up."""
    ada, bob = easy.person(), easy.person("bob")
    ada.enrol()
    other = again(easy, ada)

    assert easy.asked(other.open(acr_values=MFA))
    assert "code=" in bob.open(acr_values=MFA).location


def test_first_class_holds_still(easy):
    """A raised session still satisfies a platform that asks for exactly the class of the password."""
    ada = easy.person()
    ada.enrol()
    password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    claims = f'{{"id_token":{{"acr":{{"essential":true,"value":"{password}"}}}}}}'
    answer = ada.get(easy.whole.authorize(claims=claims))

    assert password == ada.id_token(answer)["acr"]
    assert MFA == ada.id_token(ada.get(easy.whole.authorize()))["acr"]


def test_recovery_code(site):
    """A recovery code stands in for the app, once."""
    ada = site.person()
    ada.enrol()
    other, third = again(site, ada), again(site, ada)
    good = other.type(other.open(), ada.codes[3].upper().replace("-", " "))
    bad = third.type(third.open(), ada.codes[3])

    assert "code=" in good.location
    assert (401, True) == (bad.status_code, site.asked(bad))
    assert "9 unused" in other.open("/security").text


def test_key(site):
    """A security key is registered and used; what it is, the token says."""
    ada, key = site.person(), SoftKey()
    page = ada.open("/security/begin")
    done = ada.post(
        "/security/key",
        hidden(page.text, "/security/key") | {"response": key.create(options_of(page.text, "create")), "title": "blue"},
    )
    other = again(site, ada)
    asked = other.open()
    response = key.get(options_of(asked.text, "get"))
    answer = other.post("/login/second-factor", hidden(asked.text, "/login/second-factor") | {"response": response})

    assert 10 == len(re.findall(r"<code>", done.text))
    assert ["pwd", "hwk", "user", "mfa"] == other.id_token(answer)["amr"]
    assert "blue" in other.open("/security").text


def test_changing_takes_a_factor(site):
    """An open session is not enough to change factors, nor is a password: one of the factors is asked for first."""
    ada = site.person()
    ada.enrol()
    site.clock.move(minutes=6)
    shown = ada.open("/security")
    page = ada.open("/security/begin")
    home = ada.follow(ada.type(page, ada.app.code()))
    (first,) = re.findall(r'name="id" value="([^"]+)"', home.text)
    form = hidden(home.text, "/security/remove")
    removed = ada.follow(ada.post("/security/remove", form | {"id": first}))

    assert "/security/remove" not in shown.text
    assert site.asked(page)
    assert "You have none yet." in removed.text
    assert [first] == site.audit("second_factor.removed")


def test_new_codes(site):
    """New recovery codes void those before."""
    ada = site.person()
    ada.enrol()
    page = ada.open("/security")
    shown = ada.post("/security/codes", hidden(page.text, "/security/codes"))
    other = again(site, ada)

    assert not set(ada.codes) & set(re.findall(r"<code>([a-z2-7-]+)</code>", shown.text))
    assert 401 == other.type(other.open(), ada.codes[0]).status_code


def test_mistyped_at_setting_up(site):
    """A wrong code while setting up shows the same key again, so that the app need not be set up twice."""
    ada = site.person()
    page = ada.open("/security/begin")
    secret = re.findall(r'class="secret">([A-Z2-7]+)<', page.text)[0]
    wrong = ada.post("/security/app", hidden(page.text, "/security/app") | {"code": "000000", "title": ""})

    assert (401, True) == (wrong.status_code, secret in wrong.text)
    assert 10 == len(re.findall("<code>[a-z2-7]", ada.enrol(wrong).text))


def test_dutch(site):
    """The pages are there in Dutch."""
    ada = site.person()
    page = ada.http.get("/security", base_url="https://bridge.test", headers={"Accept-Language": "nl"})
    assert 303 == page.status_code
    ada.open("/")
    page = ada.http.get("/security", base_url="https://bridge.test", headers={"Accept-Language": "nl"})

    assert "Jouw tweede factoren" in page.text


def test_without_a_host_name():
    """Where browsers know us by an address, no key is offered: they would refuse it."""
    assert [False, False, True, True] == [
        SecurityKeys(origin, "x").possible
        for origin in ("https://127.0.0.1:8080", "https://[::1]", "http://localhost:8080", "https://sso.example")
    ]


def test_fresh_sign_in_for_the_first(site):
    """For the first factor the sign-in is of this minute: an old session leads to the password again."""
    ada = site.person()
    ada.open("/")
    site.clock.move(minutes=6)
    shown = ada.get("/security")
    form = ada.get(ada.get("/security/begin").location)

    assert "/security/app" not in shown.text
    assert 'action="/login/staff"' in form.text
