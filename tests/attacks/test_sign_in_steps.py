"""Steps skipped, repeated, stolen or planted (SE-01, SE-09, SE-10)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from sso_bridge.login.arrival import Limits
from sso_bridge.session.cookie import FLOW, SESSION
from sso_bridge.store.tables.login import bridge_session, sign_in_attempt, sign_in_trace
from tests.fakes.sign_in_bridge import RIGHT, SITE, SignInBridge, fields

ADA = {"username": "ada", "password": RIGHT}
TOKEN = "A" * 43


def refused(answer) -> bool:
    """Return whether a step was refused plainly: an error page, no session, no answer for a platform."""
    return 400 <= answer.status_code < 500 and SESSION.name not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("lost", ["attempt", "csrf", "username", "password"])
def test_field_missing(bridge: SignInBridge, lost: str):
    """A form that lacks a field, or has it twice, signs nobody in (SE-10)."""
    browser = bridge.client()
    form = browser.start() | ADA
    without = {name: value for name, value in form.items() if name != lost}

    assert refused(browser.post("/login/staff", without))
    assert refused(browser.post("/login/staff", form | {lost: [form[lost], form[lost]]}))
    assert [] == bridge.chat.told


@pytest.mark.parametrize("path", ["/login/staff", "/login/nowhere", "/logout", "/login", "/", "/session"])
def test_empty_post(bridge: SignInBridge, path: str):
    """An empty POST to any step gets a plain answer and no session (SE-10)."""
    answer = bridge.client().post(path)

    assert 200 <= answer.status_code < 500
    assert 401 == bridge.client().get("/session").status_code
    assert [] == bridge.chat.told


def test_jump_to_the_end(bridge: SignInBridge):
    """Resuming without having signed in leads to the form, not to an answer (SE-10)."""
    browser = bridge.client()
    attempt = browser.start()["attempt"]

    assert browser.get(f"/login/resume/{attempt}").location == f"/login?attempt={attempt}"
    assert [] == bridge.chat.told


def test_replay(bridge: SignInBridge):
    """A form sent a second time is over, and answers nothing."""
    browser = bridge.client()
    form = browser.start() | ADA
    browser.post("/login/staff", form)

    assert refused(browser.post("/login/staff", form))
    assert refused(browser.get(f"/login/resume/{form['attempt']}"))
    assert 1 == len(bridge.chat.told)


def test_race(bridge: SignInBridge):
    """Of eight forms sent at once, one is answered."""
    browser = bridge.client()
    form = browser.start() | ADA
    cookie = {"Cookie": f"{FLOW.name}={browser.cookie(FLOW.name)}"}

    def send(_number: int) -> int:
        fresh = bridge.site.test_client(use_cookies=False)
        return fresh.post("/login/staff", data=form, base_url=SITE, headers=cookie).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(send, range(8)))

    assert [303, *[400] * 7] == codes
    assert 1 == len(bridge.chat.told)


def test_too_late(bridge: SignInBridge):
    """An attempt ends after ten minutes."""
    browser = bridge.client()
    form = browser.start() | ADA
    bridge.clock.move(minutes=10)

    assert refused(browser.post("/login/staff", form))


def test_other_browser(bridge: SignInBridge):
    """An attempt taken from an address or a log is worthless in another browser."""
    victim, thief = bridge.client(), bridge.client()
    form, own = victim.start(), thief.start()

    assert refused(thief.post("/login/staff", form | ADA))
    assert refused(thief.post("/login/staff", form | ADA | {"csrf": own["csrf"]}))
    assert refused(thief.get(f"/login/resume/{form['attempt']}"))
    assert refused(thief.get("/login", query_string={"attempt": form["attempt"]}))


def test_fixation(bridge: SignInBridge):
    """A session cookie from before the sign-in is dead after it; an invented one never lives (SE-01)."""
    browser = bridge.client()
    browser.sign_in("bob")
    before = browser.cookie(SESSION.name)
    browser.sign_in("ada", path="/fake?force=1")
    old = bridge.client()
    old.http.set_cookie(SESSION.name, before, domain="bridge.test", secure=True)
    planted = bridge.client()
    planted.http.set_cookie(SESSION.name, TOKEN, domain="bridge.test", secure=True)
    planted.sign_in()

    assert before != browser.cookie(SESSION.name)
    assert 401 == old.get("/session").status_code
    assert TOKEN != planted.cookie(SESSION.name)


def test_hashed_at_rest(bridge: SignInBridge):
    """Nothing that a browser holds can be read from the database (SE-01)."""
    browser = bridge.client()
    form = browser.start()
    browser.post("/login/staff", form | ADA)
    with bridge.store.reading() as connection:
        rows = [
            str(connection.execute(select(table)).all()) for table in (sign_in_attempt, bridge_session, sign_in_trace)
        ]
    held = (form["attempt"], browser.cookie(SESSION.name), browser.cookie(FLOW.name), RIGHT)

    assert not [text for text in held for row in rows if text in row]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "https://bridge.test.evil.test"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": SITE},
    ],
)
def test_foreign_form(bridge: SignInBridge, headers: dict[str, str]):
    """A form from another site is refused even with the right token (SE-09)."""
    browser = bridge.client()
    form = browser.start() | ADA

    assert refused(browser.post("/login/staff", form, headers=headers))
    assert (
        303
        == browser.post("/login/staff", form, headers={"Sec-Fetch-Site": "same-origin", "Origin": "null"}).status_code
    )


def test_token_of_another(bridge: SignInBridge):
    """A token of another browser or of another form does not fit (SE-09)."""
    browser, other = bridge.client(), bridge.client()
    form = browser.start() | ADA
    browser.sign_in()
    logout = fields(browser.get("/logout").text)

    assert refused(browser.post("/login/staff", form | {"csrf": other.start()["csrf"]}))
    assert refused(browser.post("/login/staff", form | logout))
    assert refused(browser.post("/logout", {"csrf": form["csrf"]}))
    assert 200 == browser.get("/session").status_code


def test_logout_by_link(bridge: SignInBridge):
    """A link cannot sign somebody out; the button can, and the session is over for every holder of the cookie."""
    browser = bridge.client()
    browser.sign_in()
    copy = bridge.client()
    copy.http.set_cookie(SESSION.name, browser.cookie(SESSION.name), domain="bridge.test", secure=True)
    browser.get("/logout")

    assert 200 == browser.get("/session").status_code
    browser.post("/logout", fields(browser.get("/logout").text))
    assert [401, 401] == [one.get("/session").status_code for one in (browser, copy)]


def test_guessing(store, clock, tmp_path):
    """Wrong passwords are stopped well before a directory would lock the account (LD-08).

    A hundred tries in half an hour reach the workplace seven times at most.
    """
    bridge = SignInBridge(store, clock, tmp_path, Limits())
    browser = bridge.client()
    form = browser.start()
    codes = []
    for _ in range(100):
        form = browser.start() if bridge.clock().minute % 9 == 0 else form
        codes.append(browser.post("/login/staff", form | {"username": " ADA", "password": "x"}).status_code)
        bridge.clock.move(seconds=18)

    assert codes[:5] == [401, 401, 401, 401, 429]
    assert codes.count(401) <= 7


def test_throttled_answer(store, clock, tmp_path):
    """A throttled sign-in says when to come back, on the same page (AD-10)."""
    bridge = SignInBridge(store, clock, tmp_path, Limits(account=(1, 60.0)))
    browser = bridge.client()
    browser.sign_in(password="x")
    answer = browser.sign_in()

    assert (429, "60") == (answer.status_code, answer.headers["Retry-After"])
    bridge.clock.move(seconds=60)
    assert 303 == browser.sign_in().status_code
    assert 303 == browser.sign_in(path="/fake?force=1").status_code


def test_flood_of_beginnings(bridge: SignInBridge):
    """One address cannot fill the database with sign-ins it never ends (AD-10)."""
    browser = bridge.client()
    codes = [browser.get("/fake").status_code for _ in range(603)]

    assert ([303] * 600, [429] * 3) == (codes[:600], codes[600:])
