"""Midnight at the door: who may sign in a minute before the day ends where they work, and who when it has ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from mappings.people import Assignment
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.organisation import person
from tests.fakes.sign_in_bridge import ADA, BOB
from tests.fakes.whole_site import SITE, WholeSite, document

JUNE_30, JULY_1 = date(2026, 6, 30), date(2026, 7, 1)
OFFICES = {"New York": "America/New_York", "Singapore": "Asia/Singapore"}


def moment(text: str, zone: str) -> datetime:
    """Return a local time as a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Offices(WholeSite):
    """Ada works in New York and Bob in Singapore; the bridge is at home in Amsterdam."""

    def works(self, who, place: str, **facts: date) -> None:
        """Let HR state where somebody works, and since or until when."""
        one = replace(who, assignments=(Assignment("job", location=place),), **facts)
        with self.parts.store.writing() as connection:
            values = {"facts": person_facts(one), "next_change": JULY_1}
            connection.execute(update(person).where(person.c.id == who.id).values(**values))

    def lets_in(self, name: str) -> bool:
        """Return whether a new sign-in leads back to the chat."""
        try:
            self.sign_in(self.browser(), name=name)
        except KeyError:
            return False
        return True

    def housekeeping(self) -> int:
        """Do what is due by now, as a worker would, and return how many people it found to have left."""
        crew = self.parts.crew
        crew.worker()._schedules[0].tick()
        job = crew.queue.lease("w")
        if job is None:
            return 0
        outcome = crew.handlers()[job.what](job)
        crew.queue.finish(job, "w", outcome)
        return outcome.result["departed"]


@pytest.fixture
def site(store, clock, keys, tmp_path: Path) -> Offices:
    """A site with the zones of the offices."""
    clock.now = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
    site = Offices(store, clock, keys, tmp_path)
    site.apply(document() | {"zones": {"by": "location", "values": OFFICES}})
    return site


@pytest.mark.parametrize(("place", "zone"), OFFICES.items())
def test_last_day(site: Offices, clock, place: str, zone: str) -> None:
    """At 23:59 of the last day sessions and tokens hold; at 00:00 nothing does, where she works (SE-04)."""
    site.works(ADA, place, leaves_on=JUNE_30)
    clock.now = moment("2026-06-30 23:59", zone)
    browser = site.browser()
    token = site.trade(site.sign_in(browser)).json["refresh_token"]
    before = (browser.get("/session", base_url=SITE).status_code, site.lets_in("ada"), site.housekeeping())

    clock.now = moment("2026-07-01 00:00", zone)
    after = (browser.get("/session", base_url=SITE).status_code, site.lets_in("ada"), site.housekeeping())

    assert (200, True, 0) == before
    assert (401, False, 1) == after
    assert 400 == site.refresh(token).status_code


def test_refused_at_once(site: Offices, clock) -> None:
    """A token is refused from midnight on though no worker has done anything yet (SE-05)."""
    site.works(BOB, "Singapore", leaves_on=JUNE_30)
    clock.now = moment("2026-06-30 23:59", "Asia/Singapore")
    token = site.trade(site.sign_in(site.browser(), name="bob")).json["refresh_token"]

    clock.now = moment("2026-07-01 00:00", "Asia/Singapore")

    assert 400 == site.refresh(token).status_code


@pytest.mark.parametrize(("place", "zone"), OFFICES.items())
def test_first_day(site: Offices, clock, place: str, zone: str) -> None:
    """Who starts tomorrow is refused at 23:59 and let in at 00:00 of the place where the job is (ID-05)."""
    site.works(ADA, place, hired_on=JULY_1)

    clock.now = moment("2026-06-30 23:59", zone)
    before = site.lets_in("ada")
    clock.now = moment("2026-07-01 00:00", zone)

    assert (False, True) == (before, site.lets_in("ada"))


def test_new_zones_hold_at_once(site: Offices, clock) -> None:
    """A zone that is named, or taken away, counts from the next request on; nothing needs a restart."""
    site.works(ADA, "New York", leaves_on=JUNE_30)
    clock.now = moment("2026-07-01 01:00", "Europe/Amsterdam")
    browser = site.browser()
    code = site.sign_in(browser)

    site.apply(document())

    assert code
    assert (401, False) == (browser.get("/session", base_url=SITE).status_code, site.lets_in("ada"))
