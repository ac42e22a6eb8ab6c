"""Several workplaces at once: silent tries, tickets, and the page that leaves nobody behind."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit

import pytest

from sso_bridge.login.authenticate.choose import Manner, mark
from sso_bridge.session.cookie import DOOR
from tests.fakes.desktop import NTLM, Desktop
from tests.fakes.sign_in_bridge import RIGHT, SignInBridge, fields

SILENT = Manner(silent=True)


def negotiate(token: bytes) -> dict[str, str]:
    """Return the header of a browser with this ticket."""
    return {"Authorization": f"Negotiate {b64encode(token).decode()}"}


def last_steps(bridge: SignInBridge) -> list[str]:
    """Return what happened on the workplace's leg of the newest trace."""
    return [step["what"] for step in next(iter(bridge.traces.latest(1))).steps if step["leg"] == "workplace"]


def test_silently(bridge: SignInBridge):
    """Whoever is signed in at work gets in without any page of ours, and the trace says that nobody was asked."""
    office, browser = bridge.with_office(only=False), bridge.client()
    bridge.manners["office"] = SILENT
    away = browser.get("/fake").location
    answer = browser.come_back(office, away)

    assert "silent=True" in away
    assert "?sub=" in answer.location
    assert not next(iter(bridge.traces.latest(1))).prompted


def test_silent_comes_to_nothing(bridge: SignInBridge):
    """Whoever is not signed in there gets our page, once: no second try, no loop."""
    office, browser = bridge.with_office(only=False), bridge.client()
    bridge.manners["office"], office.here = SILENT, None
    page = browser.come_back(office, browser.get("/fake").location)

    assert page.location.startswith("/login?attempt=")
    assert 'action="/login/staff"' in browser.get(page.location).text
    assert page.location == browser.get(f"/login/resume/{page.location.rpartition('=')[2]}").location
    assert 1 == len(office.wishes)
    assert "not signed in there without a page" in last_steps(bridge)


def test_silent_one_after_the_other(bridge: SignInBridge):
    """The silent workplaces are tried one after the other, until one knows the person."""
    north, south = bridge.with_office("north"), bridge.with_office("south", only=False)
    bridge.manners.update(north=SILENT, south=SILENT)
    north.here, browser = None, bridge.client()
    second = browser.come_back(north, browser.get("/fake").location)

    assert second.location.startswith("https://south.test/")
    assert "?sub=" in browser.come_back(south, second.location).location


@pytest.mark.parametrize("wrong", ["down", "forged"])
def test_silent_failure_blocks_nobody(bridge: SignInBridge, wrong: str):
    """A silent workplace that is down or answers nonsense leaves the other ways open."""
    office, browser = bridge.with_office(only=False), bridge.client()
    bridge.manners["office"], office.down = SILENT, wrong == "down"
    step = browser.get("/fake")
    if wrong == "forged":
        step = browser.come_back(office, step.location, seal="forged")
    form = fields(browser.get(step.location).text)

    assert 303 == browser.post("/login/staff", form | {"username": "ada", "password": RIGHT}).status_code


def test_silently_too_weak(bridge: SignInBridge):
    """A workplace that cannot confirm so strongly without a page may do so with one: the platform hears nothing yet."""
    office, browser = bridge.with_office(only=False), bridge.client()
    bridge.manners["office"] = SILENT
    page = browser.come_back(office, browser.get("/fake").location, error="too_weak")

    assert page.location.startswith("/login?attempt=")


def test_passive(bridge: SignInBridge):
    """A platform that forbids pages is answered for whoever is signed in at work, and told at once for others."""
    office, browser = bridge.with_office(), bridge.client()
    bridge.manners["office"] = SILENT
    known = browser.come_back(office, browser.get("/fake?passive=1").location)
    office.here = None
    unknown = bridge.client()
    told = unknown.come_back(office, unknown.get("/fake?passive=1").location)

    assert "?sub=" in known.location
    assert "https://chat.test/cb?error=login_required" == told.location


def test_passive_in_a_frame(bridge: SignInBridge):
    """A hidden frame without our cookie is told at once: from the workplace its way back would not be found."""
    bridge.with_office()
    bridge.manners["office"] = SILENT
    told = bridge.client().get("/fake?passive=1", headers={"Sec-Fetch-Dest": "iframe"})

    assert "https://chat.test/cb?error=login_required" == told.location


def test_chooser(bridge: SignInBridge):
    """The page offers the workplace's own pages by title, and has the one password form on it."""
    bridge.with_office(only=False)
    bridge.manners["office"] = Manner(title="Head office")
    browser = bridge.client()
    page = browser.get(browser.get("/fake").location).text

    assert "Sign in with Head office" in page
    assert 'action="/login/staff"' in page
    assert "Sign in as somebody else" in page


def test_remembered(bridge: SignInBridge):
    """The browser remembers where it signed in, by a cookie that says nothing, and goes there at once."""
    office, browser = bridge.with_office(only=False), bridge.client()
    attempt = browser.start()["attempt"]
    away = browser.get(f"/login/office?attempt={attempt}").location
    kept = browser.come_back(office, away).headers.getlist("Set-Cookie")
    again = bridge.client()
    again.http.set_cookie(DOOR.name, mark("office"), domain="bridge.test", secure=True)

    assert any(one.startswith(f"{DOOR.name}={mark('office')}; Path=/; Secure; HttpOnly; SameSite=Lax") for one in kept)
    assert again.go_away().startswith("https://office.test/")


def test_nothing_to_remember(bridge: SignInBridge):
    """Where there is no choice there is no such cookie."""
    browser = bridge.client()
    browser.sign_in()

    assert "" == browser.cookie(DOOR.name)


def test_no_forward_trap(bridge: SignInBridge):
    """Whoever comes back from the workplace undecided gets a page: it does not push them away again."""
    bridge.with_office(only=False)
    bridge.manners["office"] = Manner(networks=(ip_network("127.0.0.0/8"),))
    browser = bridge.client()
    away = browser.get("/fake").location
    attempt = parse_qs(urlsplit(away).query)["state"][0].split(".")[0]
    second = browser.get(f"/login?attempt={attempt}")

    assert away.startswith("https://office.test/")
    assert 200 == second.status_code
    assert 'action="/login/staff"' in second.text


def test_at_once(bridge: SignInBridge):
    """With one way only the browser goes there at once; a workplace that cannot be reached is told on the page."""
    office = bridge.with_office()
    away = bridge.client().get("/fake").location
    office.down, late = True, bridge.client()
    page = late.get("/fake").location

    assert away.startswith("https://office.test/")
    assert page.startswith("/login?attempt=")
    assert 503 == late.get(page).status_code


def test_workplace_down(bridge: SignInBridge):
    """A workplace that is down is named, with what to do; the others still work (KR-02 for tickets likewise)."""
    office, browser = bridge.with_office(only=False), bridge.client()
    bridge.manners["office"], office.down = Manner(title="Head office"), True
    attempt = browser.start()["attempt"]
    page = browser.get(f"/login/office?attempt={attempt}")

    assert 503 == page.status_code
    assert "Head office cannot be reached at the moment. Sign in another way" in page.text
    assert next(iter(bridge.traces.latest(1))).reference in page.text
    done = browser.post("/login/staff", fields(page.text) | {"username": "ada", "password": RIGHT})
    assert 303 == done.status_code


def test_refused_then_another_way(bridge: SignInBridge):
    """Whoever is refused at one workplace can go on at another with the same request."""
    office, browser = bridge.with_office(only=False), bridge.client()
    attempt = browser.start()["attempt"]
    page = browser.come_back(office, browser.get(f"/login/office?attempt={attempt}").location, seal="forged")
    done = browser.post("/login/staff", fields(page.text) | {"username": "ada", "password": RIGHT})

    assert 401 == page.status_code
    assert "WWW-Authenticate" not in page.headers
    assert "?sub=" in done.location


def test_mail_page(bridge: SignInBridge):
    """The page asks for the mail address alone when that decides, and takes it along to the workplace."""
    north = bridge.with_office("north")
    bridge.with_office("south", only=False)
    bridge.manners.update(north=Manner(domains=("n.example",)), south=Manner(domains=("s.example",)))
    browser = bridge.client()
    page = browser.get(browser.get("/fake").location).text
    form = fields(page)

    assert 'name="mail"' in page
    assert 'type="password"' not in page
    unknown = browser.post("/login", form | {"mail": "ada@z.example"})
    assert "Nobody with this mail address signs in here." in unknown.text
    assert browser.post("/login", form | {"mail": " ada@n.example "}).location.startswith("https://north.test/")
    assert "ada@n.example" == north.wishes[0].login_hint


def test_mail_form_is_ours(bridge: SignInBridge):
    """The mail form takes our token, and each field once (SE-09, SE-10)."""
    bridge.with_office("north")
    bridge.with_office("south", only=False)
    browser = bridge.client()
    form = browser.start() | {"mail": "a@b.example"}

    assert 400 == browser.post("/login", {**form, "csrf": "x"}).status_code
    assert 400 == browser.post("/login", form | {"mail": ["a@b.example", "c@d.example"]}).status_code


def test_ticket(bridge: SignInBridge):
    """A ticket is asked for by a 401 that is the whole page, and signs in without a prompt (RFC 4559)."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    browser = bridge.client()
    login = browser.get("/fake").location
    page = browser.get(login)
    done = browser.get(login, headers=negotiate(b"E1"))

    assert (401, "Negotiate") == (page.status_code, page.headers["WWW-Authenticate"])
    assert 'action="/login/staff"' in page.text
    assert "<script" not in page.text
    assert (303, f"Negotiate {b64encode(b'mutual').decode()}") == (done.status_code, done.headers["WWW-Authenticate"])
    assert "?sub=" in done.location
    assert not next(iter(bridge.traces.latest(1))).prompted


def test_ticket_of_this_morning(bridge: SignInBridge):
    """A ticket of an earlier sign-in than the platform wants leads to the form, which gives a new one (OP-18)."""
    desktop = bridge.workplaces["desktop"] = Desktop(bridge.clock)
    desktop.since = bridge.clock() - timedelta(hours=3)
    browser = bridge.client()
    login = browser.get("/fake?max_age=600").location
    page = browser.get(login, headers=negotiate(b"E1"))
    done = browser.post("/login/staff", fields(page.text) | {"username": "ada", "password": RIGHT})

    assert (200, False) == (page.status_code, "WWW-Authenticate" in page.headers)
    assert "?sub=" in done.location


@pytest.mark.parametrize("token", [NTLM + b"\x01", b"", b"garbage", b"\xff" * 70_000])
def test_ticket_refused(bridge: SignInBridge, token: bytes):
    """NTLM and any other bad ticket get the form with 200, and no second question: no loop, no pop-up (KR-02)."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    browser = bridge.client()
    login = browser.get("/fake").location
    browser.get(login)
    page, again = browser.get(login, headers=negotiate(token)), browser.get(login)

    assert [200, 200] == [page.status_code, again.status_code]
    assert "WWW-Authenticate" not in page.headers
    assert "WWW-Authenticate" not in again.headers
    assert 'role="alert"' not in page.text
    assert 303 == browser.post("/login/staff", fields(page.text) | {"username": "ada", "password": RIGHT}).status_code


@pytest.mark.parametrize(
    "header", ["Negotiate", "Negotiate ***", "Basic YTpi", "Bearer x", "Negotiate " + "A" * 200_000]
)
def test_odd_headers(bridge: SignInBridge, header: str):
    """Whatever the header says, the form is there."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    browser = bridge.client()
    page = browser.get(browser.get("/fake").location, headers={"Authorization": header})

    assert page.status_code in {200, 401}
    assert 'action="/login/staff"' in page.text


def test_ticket_of_a_stranger(bridge: SignInBridge):
    """A ticket of somebody HR does not know is refused with a way on for somebody else."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    browser = bridge.client()
    login = browser.get("/fake").location
    page = browser.get(login, headers=negotiate(b"E404"))
    other = browser.get(f"{login}&other=1")

    assert 403 == page.status_code
    assert f"{login.replace('?', '?other=1&amp;')}" in page.text
    assert (200, False) == (other.status_code, "WWW-Authenticate" in other.headers)
    assert "?sub=" in browser.post(
        "/login/staff", fields(other.text) | {"username": "ada", "password": RIGHT}
    ).location  # fmt: skip


def test_wrong_password_beside_a_ticket(bridge: SignInBridge):
    """After a wrong password the browser is not asked for a ticket on top."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    page = bridge.client().sign_in(password="wrong")

    assert 401 == page.status_code
    assert "WWW-Authenticate" not in page.headers


def test_no_ticket_elsewhere(bridge: SignInBridge):
    """Browsers of other networks are not asked (KR-02)."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock, near="10.")
    browser = bridge.client()

    assert 200 == browser.get(browser.get("/fake").location).status_code


def test_somebody_else(bridge: SignInBridge):
    """Somebody else is led past tickets, silent tries and memory, and signs in afresh at the workplace."""
    office, browser = bridge.with_office(only=False), bridge.client()
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    bridge.manners["office"] = Manner(silent=True, networks=(ip_network("127.0.0.0/8"),))
    browser.sign_in_at(office)
    login = browser.get("/login?other=1").location
    page = browser.get(login)
    office.here = ("bob-at-office", "E2")
    attempt = fields(page.text)["attempt"]
    browser.come_back(office, browser.get(f"/login/office?attempt={attempt}").location)

    assert 200 == page.status_code
    assert office.wishes[-1].force
    assert "bob-at-office" == browser.get("/session").json["subject"]


def test_other_tab_signed_in(bridge: SignInBridge):
    """A sign-in page that is loaded again after another tab has signed in goes on at once."""
    browser = bridge.client()
    waiting = browser.get("/fake").location
    bridge.clock.move(seconds=5)
    browser.sign_in(path="/login")

    assert "?sub=" in browser.get(waiting).location


def test_bookmark_of_a_workplace(bridge: SignInBridge):
    """A bookmark of a workplace's address begins a sign-in there, and leads on to a page of ours only (SP-26)."""
    office, browser = bridge.with_office(only=False), bridge.client()
    away = browser.go_away("/login/office?next=//evil.test")
    done = browser.come_back(office, away)

    assert "/" == done.location
    assert "/" == browser.get("/login/office").location
    assert "/login" == browser.get("/login/nowhere?attempt=x").location
