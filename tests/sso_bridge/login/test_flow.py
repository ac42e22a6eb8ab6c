"""A sign-in, from the platform's wish to its answer."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import event

from sso_bridge.session.cookie import FLOW, SESSION
from tests.fakes.sign_in_bridge import ADA, SITE, SignInBridge, fields

ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


def trace_of(bridge: SignInBridge):
    """Return the newest trace."""
    return next(iter(bridge.traces.latest(1)))


def test_with_password(bridge: SignInBridge):
    """Somebody without a session signs in once, and the platform gets its own subject and the released claims."""
    answer = bridge.client().sign_in()
    who, released = bridge.chat.told[0]

    assert 303 == answer.status_code
    assert f"https://chat.test/cb?sub={released.subject}" == answer.location
    assert {"name": "Ada"} == released.claims
    assert ADA.uuid == who.person_uuid
    assert released.subject != ADA.uuid


def test_with_session(bridge: SignInBridge):
    """Whoever is signed in is answered at once, without a page."""
    browser = bridge.client()
    browser.sign_in()
    answer = browser.get("/fake")

    assert answer.location.startswith("https://chat.test/cb?sub=")
    assert not trace_of(bridge).prompted
    assert 2 == len(bridge.chat.told)


def test_session_is_one_write(bridge: SignInBridge):
    """A sign-in with an open session costs one write transaction."""
    browser = bridge.client()
    browser.sign_in()
    kept: list[object] = []
    event.listen(bridge.store.engine, "commit", kept.append)
    browser.get("/fake")

    assert 1 == len(kept)


def test_trace_and_audit(bridge: SignInBridge):
    """Every sign-in has a trace with both legs, and an audit event with the same words."""
    bridge.client().sign_in()
    trace = trace_of(bridge)

    assert ("answered", True, "staff", 1) == (trace.outcome, trace.prompted, trace.workplace, trace.person_id)
    assert {"platform", "workplace"} == {step["leg"] for step in trace.steps}
    assert ["link.made", "session.opened", "sign_in.answered"] == bridge.audit.what()
    assert trace.reference == bridge.audit.events[-1].reference
    assert 4 == len(trace.reference.split("-"))


def test_cookies(bridge: SignInBridge):
    """The session cookie is Lax, the flow cookie is None and short; both are __Host- and HttpOnly (SE-02)."""
    browser = bridge.client()
    flow = browser.get("/fake").headers["Set-Cookie"]
    session = browser.sign_in().headers["Set-Cookie"]

    assert flow.startswith(f"{FLOW.name}=")
    assert flow.endswith("; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=600")
    assert session.startswith(f"{SESSION.name}=")
    assert session.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")


def test_force(bridge: SignInBridge):
    """A forced sign-in asks again although somebody is signed in, and then is content (IDP-05, OP-18)."""
    browser = bridge.client()
    browser.sign_in()

    assert browser.get("/fake?force=1").location.startswith("/login?attempt=")
    assert browser.sign_in(path="/fake?force=1").location.startswith("https://chat.test/cb?sub=")


@pytest.mark.parametrize(("age", "asks"), [("60", False), ("1", True), ("0", True)])
def test_max_age(bridge: SignInBridge, age: str, asks: object):
    """A sign-in older than max_age is asked for again; one that is young enough is not (OP-18)."""
    browser = bridge.client()
    browser.sign_in()
    bridge.clock.move(seconds=3)

    assert asks == browser.get(f"/fake?max_age={age}").location.startswith("/login?attempt=")


def test_max_age_zero_ends(bridge: SignInBridge):
    """A sign-in made for this very attempt is fresh enough, even with max_age=0 and a slow directory (OP-18)."""
    browser = bridge.client()
    form = browser.start("/fake?max_age=0")
    answer = browser.post("/login/staff", form | {"username": "ada", "password": "correct horse"})

    assert answer.location.startswith("https://chat.test/cb?sub=")


def test_passive(bridge: SignInBridge):
    """Passive without a session is refused in the platform's protocol, without a page (IDP-05, OP-18)."""
    answer = bridge.client().get("/fake?passive=1")

    assert "https://chat.test/cb?error=login_required" == answer.location
    assert "login_required" == trace_of(bridge).outcome


def test_unmet_assurance(bridge: SignInBridge):
    """An assurance nobody can give is refused at once; nobody types a password for nothing (IDP-05)."""
    browser = bridge.client()

    assert browser.get("/fake?acr=urn:strong").location.endswith("error=assurance_not_met")
    browser.sign_in()
    assert browser.get("/fake?acr=urn:strong").location.endswith("error=assurance_not_met")


def test_by_cross_site_post(bridge: SignInBridge):
    """A request that came by another site's form goes round by GET, where the session cookie is seen (SE-02)."""
    browser = bridge.client()
    browser.sign_in()
    parked = browser.post("/fake", {"post": "x"}, headers=ELSEWHERE)
    answer = browser.get(parked.location)

    assert parked.location.startswith("/login/resume/")
    assert "https://chat.test/acs" in answer.text


def test_parked_without_session(bridge: SignInBridge):
    """A parked request without a session leads to the form, under the same attempt and the same reference."""
    browser = bridge.client()
    parked = browser.post("/fake")
    page = browser.get(parked.location)

    assert page.location == f"/login?attempt={parked.location.rpartition('/')[2]}"
    assert {"attempt", "csrf"} == set(fields(browser.get(page.location).text))
    assert 1 == len(list(bridge.traces.latest()))


def test_many_tabs(bridge: SignInBridge):
    """Several platforms opened at once in one browser all get their answer."""
    browser = bridge.client()
    tabs = [browser.start() for _ in range(3)]
    answers = [browser.post("/login/staff", tab | {"username": "ada", "password": "correct horse"}) for tab in tabs]

    assert [303] * 3 == [answer.status_code for answer in answers]


def test_out_of_scope(bridge: SignInBridge):
    """Somebody whom the mapping leaves out gets a page with the reference and the way back; the session stays."""
    bridge.rules.out.add("E1")
    browser = bridge.client()
    page = browser.sign_in()

    assert 403 == page.status_code
    assert trace_of(bridge).reference in page.text
    assert 'href="https://chat.test/cb?error=not_for_you"' in page.text
    assert 200 == browser.get("/session").status_code
    assert [] == bridge.chat.told


def test_leaver(bridge: SignInBridge):
    """A leaver's session dies at the next request, and a new sign-in is refused (SE-04, ID-05)."""
    browser = bridge.client()
    browser.sign_in()
    bridge.change(ADA, status="terminated")

    assert 401 == browser.get("/session").status_code
    assert browser.get("/fake").location.startswith("/login?attempt=")
    refused = browser.sign_in()
    assert 403 == refused.status_code
    assert "sign_in.refused" in bridge.audit.what()
    assert "session.ended" in bridge.audit.what()


def test_platform_removed(bridge: SignInBridge):
    """A platform taken out of the configuration while somebody signs in gets nothing."""
    browser = bridge.client()
    form = browser.start()
    bridge.platforms.clear()
    page = browser.post("/login/staff", form | {"username": "ada", "password": "correct horse"})

    assert 400 == page.status_code
    assert [] == bridge.chat.told


def test_session_tells_platforms(bridge: SignInBridge):
    """What a platform was told is kept with the session, once per platform: logout needs it."""
    browser = bridge.client()
    browser.sign_in()
    bridge.clock.move(minutes=5)
    browser.get("/fake")
    (session,) = bridge.sessions.of_person(1, bridge.clock())
    (use,) = bridge.sessions.uses(session.id)

    assert ("chat", "fake", bridge.chat.told[0][1].subject) == (use.platform, use.protocol, use.subject)
    assert use.first_at < use.last_at
    assert bridge.clock() == session.seen_at


def test_post_page(bridge: SignInBridge):
    """The page that posts works without a script, escapes its fields and may lead to the platform only (IDP-06)."""
    browser = bridge.client()
    browser.sign_in()
    relay = '"><script>alert(1)</script>' + "é" * 10_000
    page = browser.get("/fake", query_string={"post": relay})
    policy = page.headers["Content-Security-Policy"]

    assert "<script>alert" not in page.text
    assert "&#34;&gt;&lt;script&gt;" in page.text
    assert "é" * 10_000 in page.text
    assert 'action="https://chat.test/acs"' in page.text
    assert "<button" in page.text
    assert "form-action 'self' https://chat.test https:;" in policy
    assert "'nonce-" in policy
    assert "no-store" == page.headers["Cache-Control"]


def test_site_is_ours(bridge: SignInBridge):
    """Nothing on the sign-in page comes from another origin, however its address is written (SE-08)."""
    page = bridge.client()
    text = page.get(page.get("/fake").location).text
    wanted = re.findall(r"""(?:src|srcset|href|action|poster|data)\s*=\s*["']?([^"'\s>]+)""", text)
    origins = {urlsplit(urljoin(f"{SITE}/login", one))[:2] for one in wanted if not one.startswith("data:")}

    assert {urlsplit(SITE)[:2]} == origins
    assert not re.search(r"url\(|@import|http-equiv", text)
    assert "http" not in text.replace(SITE, "").replace("http://www.w3.org", "")
