"""Access that somebody believed to have ended (SE-04, SE-05)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from mappings.people import EXTERNAL_MARK
from sso_bridge.session.cookie import SESSION
from sso_bridge.store.tables.organisation import person
from tests.fakes.whole_site import SITE, WholeSite, document


@pytest.fixture
def site(store, clock, keys, tmp_path: Path) -> WholeSite:
    """A site with a chat that may refresh."""
    return WholeSite(store, clock, keys, tmp_path)


def offline(site: WholeSite, browser, **more: str) -> str:
    """Sign in and return a refresh token."""
    return site.trade(site.sign_in(browser, **more)).json["refresh_token"]


def test_sign_out_after_signing_in_again(site: WholeSite) -> None:
    """Signing out ends offline access from every sign-in of this browser, not only from the last one (SE-05)."""
    browser = site.browser()
    first = offline(site, browser)
    second = offline(site, browser, prompt="login")

    assert 200 == site.refresh(first).status_code
    site.sign_out(browser)

    first_again = site.trade(site.sign_in(site.browser(), name="bob")).json["refresh_token"]
    assert 400 == site.refresh(second).status_code
    assert 200 == site.refresh(first_again).status_code


def test_first_token_after_sign_out(site: WholeSite) -> None:
    """The refresh token of the first of two sign-ins is dead after signing out (SE-05)."""
    browser = site.browser()
    first = offline(site, browser)
    offline(site, browser, prompt="login")

    site.sign_out(browser)

    assert 400 == site.refresh(first).status_code


def test_everywhere_means_yesterday_too(site: WholeSite, clock) -> None:
    """Signing out everywhere ends offline access of sessions whose own hours are over (SE-05)."""
    old = offline(site, site.browser())
    clock.move(hours=13)
    browser = site.browser()
    site.sign_in(browser)

    site.sign_out(browser, everywhere="1")

    assert 400 == site.refresh(old).status_code


def test_colleague_at_the_same_browser(site: WholeSite) -> None:
    """When a colleague signs in at the same browser, what the first one gave away there is over (SE-01)."""
    browser = site.browser()
    adas = offline(site, browser)
    bobs = offline(site, browser, name="bob", prompt="login")

    assert 400 == site.refresh(adas).status_code
    assert 200 == site.refresh(bobs).status_code
    assert "signed_in_as_another" in {record.why for record in site.parts.audit.records()}


def test_old_cookie_after_signing_in_again(site: WholeSite) -> None:
    """Whoever signs in once more holds a new cookie, and the old one is nothing (SE-01)."""
    browser = site.browser()
    site.sign_in(browser)
    before = browser.get_cookie(SESSION.name, domain="bridge.test").value
    site.sign_in(browser, prompt="login")
    thief = site.browser()
    thief.set_cookie(SESSION.name, before, domain="bridge.test", secure=True)

    assert 401 == thief.get("/session", base_url=SITE).status_code
    assert 200 == browser.get("/session", base_url=SITE).status_code


def test_external_people_not_admitted_any_more(site: WholeSite, store) -> None:
    """Tokens of people whom HR does not know die with the workplace's rule that admitted them (SE-04)."""
    wanted = document()
    wanted["workplaces"]["staff"]["external"] = wanted["mappings"]["all"]["external"] = True
    site.apply(wanted)
    token = offline(site, site.browser())
    with store.writing() as connection:
        connection.execute(update(person).where(person.c.key == "E1").values(source=f"{EXTERNAL_MARK}staff"))
    admitted = site.refresh(token)
    del wanted["workplaces"]["staff"]["external"]
    site.apply(wanted)

    assert [200, 400] == [admitted.status_code, site.refresh(admitted.json["refresh_token"]).status_code]
