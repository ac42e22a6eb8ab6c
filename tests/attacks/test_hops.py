"""Answers of workplaces replayed, stolen, swapped and sent in circles (RP-01, SP-19, SP-20, SP-21, SP-26)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from sso_bridge.login.authenticate.attempt import MOST_HOPS
from sso_bridge.session.cookie import FLOW, SESSION
from sso_bridge.store.tables.login import sign_in_attempt
from tests.fakes.office import SEAL
from tests.fakes.sign_in_bridge import SITE, SignInBridge

BACK = "/workplace/office/saml/acs"


def refused(answer) -> bool:
    """Return whether an answer was refused plainly: a page with a reference and a way on, no session."""
    return (
        400 <= answer.status_code < 500
        and SESSION.name not in answer.headers.get("Set-Cookie", "")
        and 'href="/login' in answer.text
    )


def attempt_of(away: str) -> str:
    """Return the attempt that a browser on its way to a workplace is in."""
    return parse_qs(urlsplit(away).query)["state"][0].partition(".")[0]


def test_replayed(bridge: SignInBridge):
    """The same answer a second time is refused, also after a forged one used the hop up (RP-01, SP-21)."""
    office, browser = bridge.with_office(), bridge.client()
    first = browser.go_away()
    second = browser.go_away()
    browser.come_back(office, first)
    browser.come_back(office, second, seal="forged")

    assert refused(browser.come_back(office, first))
    assert refused(browser.come_back(office, second))
    assert 1 == len(bridge.chat.told)


def test_race(bridge: SignInBridge):
    """Of eight answers posted at once one wins (SP-21)."""
    office, browser = bridge.with_office(), bridge.client()
    said = office.answer(browser.go_away())
    cookie = {"Cookie": f"{FLOW.name}={browser.cookie(FLOW.name)}"}

    def send(_number: int) -> int:
        fresh = bridge.site.test_client(use_cookies=False)
        return fresh.post(BACK, data=said, base_url=SITE, headers=cookie).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(send, range(8)))

    assert [303, *[400] * 7] == codes
    assert 1 == len(bridge.chat.told)


def test_other_browser(bridge: SignInBridge):
    """An answer fits the browser only that was sent; a stolen or a planted one signs nobody in (RP-01, SP-19)."""
    office, victim, thief = bridge.with_office(), bridge.client(), bridge.client()
    planted = office.answer(thief.go_away())
    stolen = office.answer(victim.go_away())

    assert refused(victim.post(BACK, planted))
    assert refused(thief.post(BACK, stolen))
    assert refused(bridge.client().post(BACK, stolen))
    assert [] == bridge.chat.told


def test_other_workplace(bridge: SignInBridge):
    """A workplace cannot answer for a hop to another one, also when it says the right request (RP-02, SP-24)."""
    office = bridge.with_office()
    annex, browser = bridge.with_office("annex", only=False), bridge.client()
    away = browser.go_away("/login/office")

    assert refused(browser.come_back(annex, away))
    assert "/" == browser.come_back(office, away).location


def test_older_hop(bridge: SignInBridge):
    """Whoever was sent a second time is no longer expected from the first (SP-19)."""
    office, browser = bridge.with_office(), bridge.client()
    first = browser.go_away()
    second = browser.get(f"/login/office?attempt={attempt_of(first)}").location

    assert refused(browser.come_back(office, first))
    assert 303 == browser.come_back(office, second).status_code


def test_request_of_another_hop(bridge: SignInBridge):
    """The handle of one hop with the request of another is refused: the note is the hop's own (SP-19)."""
    office, browser = bridge.with_office(), bridge.client()
    first, second = browser.go_away(), browser.go_away()
    mixed = office.answer(first) | {"request": office.answer(second)["request"]}

    assert refused(browser.post(BACK, mixed))


def test_seven_hops(bridge: SignInBridge):
    """A sign-in goes away six times and not once more; the platform is told, and a new one can begin."""
    bridge.with_office()
    browser = bridge.client()
    again = f"/login/office?attempt={attempt_of(browser.go_away())}"
    codes = [browser.get(again).status_code for _ in range(MOST_HOPS)]
    page = browser.get(again)

    assert [303] * 5 + [400] == codes
    assert refused(page)
    assert browser.go_away().startswith("https://office.test/")


def test_too_late(bridge: SignInBridge):
    """An answer after ten minutes is refused, with a link to begin again where it was going (RP-01)."""
    office, browser = bridge.with_office(), bridge.client()
    away = browser.go_away()
    bridge.clock.move(minutes=10)
    page = browser.come_back(office, away)

    assert refused(page)
    assert 'href="/login?to=chat"' in page.text
    assert "/fake?platform=chat" == browser.get("/login?to=chat").location


@pytest.mark.parametrize("handle", ["", "x", "A" * 43, f"{'A' * 43}.{'A' * 16}", f"{'A' * 43}.{'A' * 16}\n", "é" * 60])
def test_invented_handles(bridge: SignInBridge, handle: str):
    """A handle nobody was given leads nowhere."""
    office, browser = bridge.with_office(), bridge.client()
    said = office.answer(browser.go_away()) | {"state": handle}

    assert refused(browser.post(BACK, said))


def test_unsolicited(bridge: SignInBridge):
    """An answer nobody asked for is refused, unless the workplace allows it; then it leads home (SP-20, SP-26)."""
    office = bridge.with_office()
    said = {"seal": SEAL, "subject": "ada-at-office", "number": "E1"}
    off = bridge.client().post(BACK, said)
    office.unsolicited = True
    browser = bridge.client()
    on = browser.post(BACK, said)

    assert refused(off)
    assert "/" == on.location
    assert 200 == browser.get("/session").status_code
    assert [] == bridge.chat.told


@pytest.mark.parametrize(
    "relay",
    [
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "/admin/v1",
        "/saml/launch/chat",
        "javascript:alert(1)",
        "\tjavascript:alert(1)",
        "/%2f%2fevil.test",
        "/?next=//evil.test",
        "https:evil.test",
        "https://bridge.test@evil.test/",
        "%0d%0aLocation: https://evil.test",
        "data:text/html,x",
        "..//evil.test",
        "http://bridge.test.evil.test",
        "/logout",
        "?x=https://evil.test",
        "#//evil.test",
        "@evil.test",
    ],
)
def test_no_deep_link(bridge: SignInBridge, relay: str):
    """What an unsolicited answer carries along never decides where the browser goes (SP-20, SP-26)."""
    bridge.with_office().unsolicited = True
    said = {"seal": SEAL, "subject": "ada-at-office", "number": "E1", "state": relay}

    assert "/" == bridge.client().post(BACK, said).location


def test_unsolicited_cannot_pose_as_an_answer(bridge: SignInBridge):
    """Where unsolicited answers are allowed, one with a used or foreign handle is still refused (SP-20)."""
    office, browser = bridge.with_office(), bridge.client()
    office.unsolicited = True
    away = browser.go_away()
    browser.come_back(office, away)

    assert refused(browser.come_back(office, away))
    assert refused(bridge.client().come_back(office, away))


@pytest.mark.parametrize("field", ["state", "request", "seal", "subject", "SAMLResponse"])
def test_duplicate_fields(bridge: SignInBridge, field: str):
    """A field that comes twice is refused, in the form and in the query, before anybody reads it (SP-29)."""
    office, browser = bridge.with_office(), bridge.client()
    said = office.answer(browser.go_away())
    twice = said | {field: [said.get(field, "x"), said.get(field, "x")]}

    assert refused(browser.post(BACK, twice))
    assert refused(browser.get("/workplace/office/oidc/callback", query_string=twice))
    assert 303 == browser.post(BACK, said).status_code


def test_sizes(bridge: SignInBridge):
    """Too long, too many, no text: refused before the workplace's own code sees it (SP-12)."""
    bridge.with_office()
    browser = bridge.client()
    many = {f"f{number}": "x" for number in range(60)}

    assert refused(browser.post(BACK, {"SAMLResponse": "A" * 2_000_000}))
    assert refused(browser.post(BACK, many))
    assert refused(browser.get("/workplace/office/oidc/callback", query_string=many))
    assert refused(browser.get("/workplace/office/oidc/callback?state=" + "A" * 70_000))
    assert refused(browser.get("/workplace/office/oidc/callback?state=%ff%fe"))


@pytest.mark.parametrize("path", ["/workplace/nowhere/saml/acs", "/workplace/staff/saml/acs"])
def test_no_such_workplace(bridge: SignInBridge, path: str):
    """A workplace that is gone, or has no pages of its own, is refused on this path too (SP-25)."""
    assert refused(bridge.client().post(path, {"state": "x", "seal": SEAL, "subject": "ada"}))


def test_removed_meanwhile(bridge: SignInBridge):
    """A workplace taken out of the configuration while somebody is there does not sign them in (SP-25)."""
    office, browser = bridge.with_office(), bridge.client()
    away = browser.go_away()
    bridge.workplaces.clear()

    assert refused(browser.come_back(office, away))


def test_by_the_wrong_method(bridge: SignInBridge):
    """A message for POST does not come by GET (SP-29)."""
    office, browser = bridge.with_office(), bridge.client()
    said = office.answer(browser.go_away())

    assert 405 == browser.get(BACK, query_string=said).status_code
    assert refused(browser.post(BACK, {}, query_string=said))


def test_notes_stay_here(bridge: SignInBridge):
    """What must be known at the return is not in the browser, and not in the database either once it was used."""
    office, browser = bridge.with_office(), bridge.client()
    away = browser.go_away()
    browser.come_back(office, away)
    with bridge.store.reading() as connection:
        (row,) = connection.execute(select(sign_in_attempt.c.hop, sign_in_attempt.c.hop_id)).all()

    assert ({}, "") == tuple(row)
    assert office.answer(away)["state"] not in str(list(bridge.traces.latest()))
