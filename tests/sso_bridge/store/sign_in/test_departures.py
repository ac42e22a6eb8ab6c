"""Open access of people who have left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from sso_bridge.jobs.housekeeping import JOB
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.organisation import person
from tests.fakes.sign_in_bridge import ADA, BOB
from tests.fakes.whole_site import SITE, WholeSite


@pytest.fixture
def site(store, clock, keys, tmp_path: Path) -> WholeSite:
    """A site where Ada and Bob have signed in."""
    return WholeSite(store, clock, keys, tmp_path)


def states(site: WholeSite, **facts) -> None:
    """Let HR state other facts about Ada."""
    with site.parts.store.writing() as connection:
        values = {"facts": person_facts(replace(ADA, **facts)), "next_change": date(2026, 11, 3)}
        connection.execute(update(person).where(person.c.id == ADA.id).values(**values))


def work(site: WholeSite) -> dict:
    """Do today's housekeeping, as a worker would."""
    crew = site.parts.crew
    crew.worker()._schedules[0].tick()
    job = crew.queue.lease("w")
    outcome = crew.handlers()[job.what](job)
    crew.queue.finish(job, "w", outcome)
    assert JOB == job.what
    return outcome.result


def test_last_day_is_over(site: WholeSite, clock) -> None:
    """When the last day is over, access ends for good, and does not come back with the person (SE-04, PR-09)."""
    ada, bob = site.browser(), site.browser()
    hers = site.trade(site.sign_in(ada)).json["refresh_token"]
    his = site.trade(site.sign_in(bob, name="bob")).json["refresh_token"]
    states(site, leaves_on=date(2026, 11, 2))
    assert 0 == work(site)["departed"]

    clock.move(hours=15)
    assert 1 == work(site)["departed"]
    states(site)

    assert 401 == ada.get("/session", base_url=SITE).status_code
    assert (400, 200) == (site.refresh(hers).status_code, site.refresh(his).status_code)


def test_told_once(site: WholeSite, clock) -> None:
    """The end is audited with its reason, once."""
    site.sign_in(site.browser())
    states(site, status="left")

    work(site)
    clock.move(days=1)
    again = work(site)

    told = [one for one in site.parts.audit.records() if one.what == "access.ended"]
    assert [(f"person:{ADA.uuid}", "HR status is left")] == [(one.target, one.why) for one in told]
    assert 0 == again["departed"]


def test_only_these(site: WholeSite) -> None:
    """Before accounts are suspended, exactly their people are looked at; who still works here keeps the session."""
    ada, bob = site.browser(), site.browser()
    site.sign_in(ada)
    site.sign_in(bob, name="bob")
    states(site, status="left")
    leave = site.parts.crew.rollout.sign_out

    assert (0, 0, 1) == (leave([]), leave([BOB.id]), leave([ADA.id, BOB.id]))

    assert 401 == ada.get("/session", base_url=SITE).status_code
    assert 200 == bob.get("/session", base_url=SITE).status_code
