"""Attempts to be somebody else, or somebody at all: at the workplace, and through every route of the API."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update

from sso_bridge.login.asked import Subject
from sso_bridge.login.identify.doubt import Doubt
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.login import bridge_session, link
from sso_bridge.store.tables.organisation import person
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB, SignInBridge

NEW = Subject("staff", "mallory")
HOLE = re.compile(r"<[^>]+>")
FOREIGN = {"person": BOB.uuid, "person_id": BOB.id, "subject": NEW.value, "decision": "link", "link": {"id": 1}}


def rows(store, table) -> int:
    """Return how many there are."""
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def why(bridge: SignInBridge) -> str:
    """Return how the newest sign-in ended."""
    (trace,) = bridge.traces.latest(1)
    return trace.outcome


@pytest.fixture
def administrators(store, clock, keys) -> AdminBridge:
    """Administrators of every role, Ada linked, and a doubt about somebody who claims to be her."""
    made = AdminBridge(store, clock, keys)
    Links(store).add("staff", "ada", ADA.id, "employee_number", clock())
    Conflicts(store).queue(Doubt(NEW, "employee_number", "E1", (ADA.id,), "known already"), "a-b-c-d", clock())
    return made


@pytest.mark.parametrize("who", ["nobody", "viewer", "mapper", "operator", "hr", "scim", "revoked"])
def test_links_through_every_route(administrators: AdminBridge, who: str):
    """No route lets anybody below an owner change whose subject it is, whatever the body says (ID-01)."""
    answers = set()
    for rule in administrators.app.url_map.iter_rules():
        for method in {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ()):
            path = HOLE.sub("1", rule.rule)
            answers.add(administrators.call(method, path, who, json=FOREIGN).status_code // 100)

    assert 5 not in answers
    links = Links(administrators.store)
    assert (ADA.id, None) == (links.person_of("staff", "ada"), links.person_of("staff", NEW.key))


def test_one_owner_alone(administrators: AdminBridge):
    """One owner alone proposes a link and cannot finish it, however often and by whichever answer (ID-01, AD-08)."""
    path = "/admin/v1/link-conflicts/1/decide"
    for body in ({"decision": "link", "person": ADA.uuid}, {"decision": "link", "person": ADA.uuid, "approved": True}):
        administrators.call("POST", path, "owner", json=body)

    assert Links(administrators.store).person_of("staff", NEW.key) is None


def test_proof_of_another_subject(administrators: AdminBridge):
    """What was agreed about one subject is nothing for another one that claims the same person (ID-06)."""
    administrators.token("colleague", "owner")
    Conflicts(administrators.store).queue(
        Doubt(replace(NEW, value="eve"), "employee_number", "E1", (ADA.id,), "known already"),
        "e-f-g-h",
        administrators.clock(),
    )
    body = {"decision": "link", "person": ADA.uuid}
    administrators.call("POST", "/admin/v1/link-conflicts/1/decide", "owner", json=body)
    second = administrators.call("POST", "/admin/v1/link-conflicts/2/decide", "colleague", json=body)

    assert "proposed" == second.json["state"]
    assert Links(administrators.store).person_of("staff", replace(NEW, value="eve").key) is None


@pytest.mark.parametrize(
    "here",
    [
        ("stranger", ""),
        ("stranger", "E404"),
        ("stranger", "e1"),
        ("stranger", "E1 "),
        ("stranger", "1"),
        ("stranger", ADA.uuid),
        ("stranger", "../E1"),
        ("stranger", "E1\x00"),
    ],
)
def test_unknown_to_hr(bridge: SignInBridge, here: tuple[str, str]):
    """A valid answer of the workplace about somebody whom HR does not know opens and makes nothing (ID-05, ID-03)."""
    office, browser = bridge.with_office(), bridge.client()
    office.here, before = here, rows(bridge.store, person)
    answer = browser.sign_in_at(office)

    assert (403, "unknown_person") == (answer.status_code, why(bridge))
    assert (before, 0, 0) == tuple(rows(bridge.store, table) for table in (person, bridge_session, link))


@pytest.mark.parametrize("facts", [{"status": "left"}, {"leaves_on": date(2026, 11, 1)}])
def test_leaver_with_a_valid_answer(bridge: SignInBridge, facts: dict[str, object]):
    """A leaver whom the workplace still knows gets in nowhere; the session of before is dead too (ID-05, SE-04)."""
    office, browser = bridge.with_office(), bridge.client()
    browser.sign_in_at(office)
    with bridge.store.writing() as connection:
        gone = person_facts(replace(ADA, **facts))
        connection.execute(update(person).where(person.c.id == ADA.id).values(facts=gone))
    answer = bridge.client().sign_in_at(office)

    assert (403, "person_inactive") == (answer.status_code, why(bridge))
    assert 401 == browser.get("/session").status_code


def test_subject_of_a_leaver(bridge: SignInBridge):
    """A newcomer who is given a leaver's number, name and address is not the leaver: the key stays taken (ID-04)."""
    office, browser = bridge.with_office(), bridge.client()
    browser.sign_in_at(office)
    with bridge.store.writing() as connection:
        connection.execute(update(person).where(person.c.id == ADA.id).values(gone_on=date(2026, 10, 1)))
    office.here, office.mails = ("newcomer-at-office", "E1"), (ADA.email,)
    answer = bridge.client().sign_in_at(office)

    assert (403, "link_conflict") == (answer.status_code, why(bridge))
    assert 1 == rows(bridge.store, link)
