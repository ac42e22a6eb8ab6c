"""`/login/<workplace>/password`: a person who may not sign in before she has changed her password."""

from __future__ import annotations

import pytest

from sso_bridge.errors import NewPasswordRefused, SignInRefused, WorkplaceDown
from sso_bridge.login.arrival import Limits
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.change_password import PasswordChange
from sso_bridge.web import change_password
from tests.fakes.sign_in_bridge import Client, SignInBridge, fields

OLD, NEW = "winter 2019", "a longer one, new"


class Directory:
    """One person, whose password must be changed."""

    name, assurance = "staff", "urn:password"

    def __init__(self, clock) -> None:
        self.clock, self.password, self.must_change, self.down = clock, OLD, True, False

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        if username != "ada" or password != self.password:
            raise SignInRefused("wrong_password")
        if self.must_change:
            raise SignInRefused("password_must_change")
        keys = {"employee_number": "E1"}
        return VerifiedLogin(Subject("staff", "id-1"), self.clock(), ("pwd",), self.assurance, keys)

    def change_password(self, username: str, old: str, new: str) -> Subject:
        if self.down:
            raise WorkplaceDown("no server")
        if username != "ada" or old != self.password:
            raise SignInRefused("wrong_password")
        if len(new) < 8:
            raise NewPasswordRefused("too short")
        self.password, self.must_change = new, False
        return Subject("staff", "id-1")


@pytest.fixture
def directory(bridge: SignInBridge) -> Directory:
    """The bridge with such a workplace, and the page."""
    known = bridge.workplaces["staff"] = Directory(bridge.clock)
    arrival = bridge.sign_in.arrival
    changing = PasswordChange(
        bridge.sign_in.visits, arrival.live, arrival.throttle, Limits(account=(3, 60.0)), bridge.store, bridge.audit,
        bridge.clock,
    )  # fmt: skip
    bridge.site.register_blueprint(change_password.blueprint(changing))
    return known


def page(browser: Client) -> str:
    """Begin a sign-in and return the address of the page behind its link."""
    form = browser.get(browser.get("/fake").location).text
    place = form.partition('href="/login/staff/password')[2].partition('"')[0]
    return f"/login/staff/password{place}".replace("&amp;", "&")


def send(browser: Client, place: str, old: str = OLD, new: str = NEW, again: str = NEW, name: str = "ada"):
    """Fill in the form and send it."""
    typed = {"username": name, "password": old, "new": new, "again": again}
    return browser.post("/login/staff/password", fields(browser.get(place).text) | typed)


def test_changed_and_signed_in(bridge: SignInBridge, directory: Directory):
    """The password is changed, and the sign-in that waited goes on with the new one."""
    browser = bridge.client()
    done = send(browser, page(browser))
    onward = done.text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")

    form = fields(browser.get(onward).text)
    answer = browser.post("/login/staff", form | {"username": "ada", "password": NEW})

    assert 200 == done.status_code
    assert answer.location.startswith("https://chat.test/cb?sub=")
    assert "password.changed" in bridge.audit.what()


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"old": "wrong"}, 401, "The name or password is not right"),
        ({"name": "eve"}, 401, "The name or password is not right"),
        ({"old": "   "}, 401, "The name or password is not right"),
        ({"again": "another"}, 422, "are not the same"),
        ({"new": "short", "again": "short"}, 422, "does not accept this new password"),
    ],
    ids=["wrong", "unknown", "blank", "differ", "short"],
)
def test_not_changed(bridge: SignInBridge, directory: Directory, typed: dict[str, str], status: int, words: str):
    """What is wrong is said in one sentence; a wrong name and a wrong password in the same one (LD-09)."""
    browser = bridge.client()

    answer = send(browser, page(browser), **typed)

    assert (status, True) == (answer.status_code, words in answer.text)
    assert (OLD, True) == (directory.password, directory.must_change)
    assert OLD not in answer.text
    assert NEW not in answer.text


def test_guessing(bridge: SignInBridge, directory: Directory):
    """Tries here count like tries at a sign-in, and are recorded (LD-08)."""
    browser = bridge.client()
    place = page(browser)

    statuses = [send(browser, place, old=f"guess {number}").status_code for number in range(5)]

    assert [401, 401, 401, 429, 429] == statuses
    assert 5 == bridge.audit.what().count("password.not_changed")


def test_down(bridge: SignInBridge, directory: Directory):
    """A directory that does not answer is not the person's mistake."""
    browser, directory.down = bridge.client(), True

    assert 503 == send(browser, page(browser)).status_code


def test_another_site(bridge: SignInBridge, directory: Directory):
    """Another site's form changes nobody's password (SE-09)."""
    browser = bridge.client()
    place = page(browser)
    typed = {"username": "ada", "password": OLD, "new": NEW, "again": NEW}
    hidden = fields(browser.get(place).text)

    for changed in ({"csrf": "0" * 64}, {"csrf": ""}, {"attempt": "x" * 43}):
        assert 400 == browser.post("/login/staff/password", hidden | typed | changed).status_code
    far = browser.post("/login/staff/password", hidden | typed, headers={"Sec-Fetch-Site": "cross-site"})

    assert 400 == far.status_code
    assert OLD == directory.password


def test_where_nobody_may(bridge: SignInBridge, directory: Directory):
    """A workplace that changes no passwords has no such page, and a bookmark leads to the sign-in."""
    browser = bridge.client()

    assert "/login/office" == browser.get("/login/office/password?attempt=x").location
    assert "/login/staff" == browser.get("/login/staff/password").location
