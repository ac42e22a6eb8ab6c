"""Somebody who has the password of another person wants past the second factor."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.second_factor import second_factor
from tests.fakes.soft_key import PRESENT, SoftKey, b64, options_of
from tests.fakes.two_factors import MFA, App, Person, TwoFactors, hidden
from tests.fakes.whole_site import SITE

STEP = "/login/second-factor"


@pytest.fixture
def site(store, clock, keys, tmp_path) -> TwoFactors:
    return TwoFactors(store, clock, keys, tmp_path)


@pytest.fixture
def ada(site) -> Person:
    """Ada, who has an app, signed in elsewhere a while ago."""
    ada = site.person()
    ada.enrol()
    site.clock.move(minutes=30)
    return ada


def with_key(site: TwoFactors, key: SoftKey, name: str = "ada") -> Person:
    """Return somebody who registered this key."""
    who = site.person(name)
    page = who.open("/security/begin")
    form = hidden(page.text, "/security/key")
    assert (
        200
        == who.post(
            "/security/key", form | {"response": key.create(options_of(page.text, "create")), "title": ""}
        ).status_code
    )
    site.clock.move(minutes=30)
    return who


def got_in(answer) -> bool:
    """Return whether the platform got a code."""
    return "code=" in (answer.location or "")


def test_code_twice(site, ada):
    """A code that was used is refused in another browser within its own thirty seconds (RFC 6238 5.2)."""
    good, thief = site.person(), site.person()
    pages = [one.open() for one in (good, thief)]
    code = ada.app.code()

    assert [True, False] == [got_in(one.type(page, code)) for one, page in zip((good, thief), pages, strict=True)]
    assert not got_in(thief.type(pages[1], ada.app.code(-1)))
    assert "wrong_code" in site.audit("second_factor.refused")


def test_code_of_setting_up(site):
    """The code with which an app was set up is used up by that."""
    ada = site.person()
    ada.enrol()
    thief = site.person()

    assert not got_in(thief.type(thief.open(), ada.app.code()))


def test_hundred_guesses(site, ada):
    """Of a hundred guesses five are looked at; the right code is not taken after them, and is an hour later (AD-10)."""
    thief = site.person()
    page = thief.open()
    taken = [thief.type(page, f"{number:06d}").status_code for number in range(100) if number != int(ada.app.code())]
    right = thief.type(page, ada.app.code())

    assert {401: 5} == {status: taken.count(status) for status in set(taken) - {429}}
    assert (429, True) == (right.status_code, int(right.headers["Retry-After"]) > 60)
    site.clock.move(hours=1)
    assert got_in(thief.type(thief.open(), ada.app.code()))


def test_another_address_and_browser(site, ada):
    """The limit is the person's: another browser has no tries of its own."""
    for _ in range(5):
        thief = site.person()
        thief.type(thief.open(), "000000")
    other = site.person()

    assert 429 == other.type(other.open(), "000001").status_code


def test_own_code_for_another(site, ada):
    """A code or recovery code of one's own opens nobody else's session."""
    bob = site.person("bob")
    bob.enrol()
    thief = site.person("ada")
    page = thief.open()

    assert not got_in(thief.type(page, App(bob.app.secret, site.clock).code(1)))
    assert not got_in(thief.type(page, bob.codes[0]))


def test_key_of_another(site):
    """A genuine answer of one's own key is nothing in another person's sign-in."""
    key, own = SoftKey(), SoftKey()
    with_key(site, key)
    with_key(site, own, "bob")
    thief = site.person("ada")
    page = thief.open()
    answer = thief.post(STEP, hidden(page.text, STEP) | {"response": own.get(options_of(page.text, "get"))})

    assert not got_in(answer)
    assert ["foreign_key"] == site.audit("second_factor.refused")


def test_key_moved_in_the_database(site, store):
    """A row that is copied to another person opens nothing: what it holds is sealed to its row (CR-01)."""
    key = SoftKey()
    with_key(site, key, "bob")
    ada = site.person("ada")
    ada.enrol()
    with store.writing() as connection:
        connection.execute(update(second_factor).where(second_factor.c.kind == "webauthn").values(person_id=1))
    site.clock.move(minutes=30)
    thief = site.person("ada")
    page = thief.open()
    answer = thief.post(STEP, hidden(page.text, STEP) | {"response": key.get(options_of(page.text, "get"))})

    assert 500 == answer.status_code
    assert not got_in(thief.open())


def test_secrets_are_sealed(site, ada, store):
    """Neither the app's secret nor a recovery code is readable in the database."""
    with store.reading() as connection:
        dump = b"".join(repr(connection.execute(select(one)).all()).encode() for one in metadata.sorted_tables)
    codes = [code.replace("-", "").encode() for code in ada.codes]

    assert not any(secret in dump for secret in (ada.app.secret, repr(ada.app.secret).encode()[2:-1], *codes))


@pytest.mark.parametrize(
    "changed", ["origin", "host", "absent", "kind", "challenge", "signature", "counter", "garbage"]
)
def test_forged_answers_of_a_key(site, changed):
    """A key's answer for another origin or challenge, without a touch, or with a count that fell, is refused."""
    key = SoftKey()
    key.counter = 10
    with_key(site, key)
    thief = site.person()
    page = thief.open()
    options, more = options_of(page.text, "get"), {}
    if changed == "origin":
        key.origin = "https://bridge.test.evil.example"
    elif changed == "host":
        key.host = "evil.example"
    elif changed == "absent":
        key.flags &= ~PRESENT
    elif changed == "challenge":
        options["challenge"] = b64(b"x" * 32)
    elif changed == "signature":
        more["signature"] = b"\x30\x06\x02\x01\x01\x02\x01\x01"
    elif changed == "counter":
        key.counter = 3
    response = key.create(options) if changed == "kind" else key.get(options, **more)
    response = '{"id": "' + b64(key.id) + '"}' if changed == "garbage" else response
    answer = thief.post(STEP, hidden(page.text, STEP) | {"response": response})

    assert (401, False) == (answer.status_code, got_in(answer))


def test_replayed_challenge(site):
    """What a key signed once is nothing in another sign-in, in the same one again, or in another browser."""
    key = SoftKey()
    with_key(site, key)
    good, thief = site.person(), site.person()
    page, other = good.open(), thief.open()
    response = key.get(options_of(page.text, "get"))
    form = hidden(page.text, STEP) | {"response": response}
    assert got_in(good.post(STEP, form))
    theirs = hidden(other.text, STEP) | {"response": response}

    assert not got_in(thief.post(STEP, theirs))
    assert not got_in(thief.post(STEP, theirs | {"ticket": form["ticket"]}))
    assert ["key_not_proved", "ticket"] == site.audit("second_factor.refused")


def test_ticket_twice(site):
    """A challenge is answered once, also wrongly: after that a new one is shown."""
    key, wrong = SoftKey(), SoftKey()
    with_key(site, key)
    thief = site.person()
    page = thief.open()
    wrong.id = key.id
    form = hidden(page.text, STEP)
    thief.post(STEP, form | {"response": wrong.get(options_of(page.text, "get"))})
    again = thief.post(STEP, form | {"response": key.get(options_of(page.text, "get"))})

    assert not got_in(again)
    assert "replay" == site.audit("second_factor.refused")[-1]


def test_skipped_step(site, ada):
    """No address leads past the question: not the request again, not going on, not the start page's link (SE-10)."""
    thief = site.person()
    page = thief.open()
    attempt = hidden(page.text, STEP)["attempt"]
    ways = [
        site.whole.authorize(),
        f"/login/resume/{attempt}",
        f"/login?attempt={attempt}",
        f"{STEP}?attempt={attempt}",
    ]
    ways += [f"/login/staff?attempt={attempt}", f"/login?attempt={attempt}&all=1"]

    assert not any(got_in(thief.open(way)) for way in ways)
    assert "error=login_required" in thief.open(prompt="none").location
    assert "oidc" not in site.audit("sign_in.answered")


@pytest.mark.parametrize(
    "given", [{}, {"code": ""}, {"response": ""}, {"response": "", "ticket": ""}, {"code": "1" * 9000}]
)
def test_empty_step(site, ada, given):
    """An empty, unfinished or endless form raises nothing (SE-10)."""
    thief = site.person()
    page = thief.open()
    form = {name: text for name, text in hidden(page.text, STEP).items() if name != "ticket"}
    answer = thief.post(STEP, form | given)

    assert 400 <= answer.status_code < 500
    assert not got_in(thief.open())


def test_code_into_an_attempt_that_wants_a_new_sign_in(site, ada):
    """A platform that wants a new sign-in does not get an old one with a new code on top (OP-18)."""
    thief = site.person()
    thief.type(thief.open(), ada.app.code())
    site.clock.move(minutes=20)
    login = thief.get(site.whole.authorize(prompt="login")).location
    attempt = login.partition("attempt=")[2]
    page = thief.get(f"{STEP}?attempt={attempt}")
    elsewhere = thief.get(site.whole.authorize(prompt="login"))
    form = hidden(thief.follow(elsewhere).text, STEP) | {"attempt": attempt, "code": ada.app.code()}
    answer = thief.post(STEP, form)

    assert page.location.startswith("/login")
    assert not got_in(answer)


def test_form_of_another_site(site, ada):
    """Another site cannot send the form, nor one made in another browser (SE-09)."""
    victim, thief = site.person(), site.person()
    page, other = victim.open(), thief.open()
    form = hidden(page.text, STEP) | {"code": ada.app.code()}
    foreign = victim.http.post(STEP, data=form, base_url=SITE, headers={"Sec-Fetch-Site": "cross-site"})
    mixed = victim.post(STEP, form | {"csrf": hidden(other.text, STEP)["csrf"]})

    assert not got_in(foreign)
    assert not got_in(mixed)
    assert got_in(victim.post(STEP, form))


def test_another_browser(site, ada):
    """The page of one browser's sign-in is nothing in another one."""
    victim, thief = site.person(), site.person()
    page = victim.open()
    thief.open("/")

    assert 400 == thief.get(f"{STEP}?attempt={hidden(page.text, STEP)['attempt']}").status_code


def test_second_tab(site, ada):
    """Two tabs ask; the code in one is enough, and the other goes on by itself, with whatever is typed."""
    other = site.person()
    one, two = other.open(), other.open()
    first = other.type(one, ada.app.code())
    second = other.type(two, "000000")

    assert [True, True] == [got_in(first), got_in(second)]
    assert MFA == other.id_token(second)["acr"]


def test_setting_up_from_an_old_session(site):
    """A screen left open sets nothing up: forms of a session that is too old are refused (SE-01)."""
    ada = site.person()
    page = ada.open("/security/begin")
    secret = re.findall(r'class="secret">([A-Z2-7]+)<', page.text)[0]
    site.clock.move(minutes=6)
    thief = replace_browser(ada)
    answer = thief.enrol(page)

    assert secret
    assert answer.status_code in {401, 403}
    assert [] == site.audit("second_factor.added")


def test_setting_up_another_one_without_the_first(site, ada):
    """Whoever has only the password adds no app of their own, nor removes Ada's, nor makes recovery codes."""
    thief = site.person()
    thief.open("/")
    page = thief.get("/security")
    fresh = site.person("bob")
    forms = fresh.open("/security/begin")
    added = [thief.post(f"/security/{way}", hidden(forms.text, "/security/app")).status_code
             for way in ("app", "key", "remove", "codes")]  # fmt: skip

    assert "/security/app" not in page.text
    assert all(400 <= status < 500 for status in added)
    assert 1 == len(site.whole.parts.factors.of_person(1))


def test_removing_anothers(site, ada):
    """One's own form removes nobody else's factor."""
    bob = site.person("bob")
    home = bob.open("/security/begin")
    bob.enrol(home)
    (adas,) = site.whole.parts.factors.of_person(1)
    page = bob.open("/security")
    bob.post("/security/remove", hidden(page.text, "/security/remove") | {"id": adas.id})

    assert (adas,) == site.whole.parts.factors.of_person(1)


def test_nothing_in_the_logs(site, ada, capfd):
    """No code, secret or recovery code is logged, traced or audited (AD-12)."""
    other = site.person()
    page = other.open()
    other.type(page, "123454")
    other.type(page, ada.codes[0])
    out = capfd.readouterr()
    traces = repr([trace.steps for trace in site.whole.parts.traces.latest(50)])
    audit = repr(list(site.whole.parts.audit.records()))

    for word in ("123454", ada.codes[0], ada.codes[0].replace("-", "")):
        assert word not in out.out + out.err + traces + audit


def replace_browser(who: Person) -> Person:
    """Return the same open browser, in somebody else's hands."""
    thief = Person(who.site, who.name)
    thief.http = who.http
    return thief
