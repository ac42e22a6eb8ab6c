"""Whom a draft concerns: numbers, pages with values, and the look at everybody by a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.organisation import person
from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.fakes.org import someone

BASE = "/admin/v1/configuration"
CHAT = DOCUMENT["mappings"]["chat"]
LOGIN = {"protocol": "oidc", "client_id": "c", "redirect_uris": ["https://c.example/cb"], "token_auth_method": "none"}
SIGNED = DOCUMENT | {"platforms": {"chat": DOCUMENT["platforms"]["chat"] | {"login": LOGIN}}}
SHORT = SIGNED | {"mappings": {"chat": CHAT | {"attributes": CHAT["attributes"] | {"displayName": "person.givenName"}}}}
NOBODY = SIGNED | {"mappings": {"chat": CHAT | {"for": "person.employeeNumber == 'E1'"}}}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """Two people who sign in to a platform and have accounts there."""
    made = AdminBridge(store, clock, keys, configured=False)
    desk = made.parts.configuration
    desk.apply(desk.propose(SIGNED, by="cli").draft.id, by="cli")
    return made


def plan(bridge: AdminBridge, document: dict) -> dict:
    """Draft a document."""
    return bridge.call("POST", f"{BASE}/plan", "mapper", json={"configuration": document}, seen=BASE).json


def people(bridge: AdminBridge, made: dict, query: str = "") -> dict:
    """Return a page of the people of a draft."""
    return bridge.call("GET", f"{BASE}/drafts/{made['draft']}/people{query}", "mapper").json


def grown(bridge: AdminBridge, count: int) -> None:
    """Put many people in the register."""
    rows = [someone(number, "sales", "E1", given_name="Ann") for number in range(100, 100 + count)]
    with bridge.store.writing() as connection:
        values = [
            {"id": one.id, "uuid": one.uuid, "source": "payroll", "key": one.key, "facts": person_facts(one),
             "digest": b"12345678", "strikes": 0, "changed_at": bridge.clock()}
            for one in rows
        ]  # fmt: skip
        connection.execute(insert(person), values)


def test_claims_and_accounts(bridge: AdminBridge) -> None:
    """A changed rule is told for both legs: so many people get another claim, so many another attribute."""
    told = plan(bridge, SHORT)

    assert [("chat", "changes", 2)] == [(one["platform"], one["what"], one["people"]) for one in told["people"]]
    assert {("claim", "name", 2), ("attribute", "displayName", 2)} == {
        (one["kind"], one["name"], one["changed"]) for one in told["parts"]
    }


def test_who_falls_out(bridge: AdminBridge) -> None:
    """Who falls out of scope loses sign-in and account, and all that comes with them."""
    told = plan(bridge, NOBODY)
    (one,) = people(bridge, told)["items"]

    assert {("sign_in", "", 1), ("account", "", 1)} <= {
        (part["kind"], part["name"], part["removed"]) for part in told["parts"]
    }
    assert ("loses", "E2") == (one["what"], one["number"])
    assert {"kind": "claim", "name": "name", "how": "removed", "before": "Bob Bakker", "after": None} in one["details"]


def test_platforms_as_a_whole(bridge: AdminBridge) -> None:
    """Switching off ends sign-in for everybody there, and is still one person's; another subject is told."""
    off = SIGNED | {"platforms": {"chat": SIGNED["platforms"]["chat"] | {"enabled": False}}}
    told = plan(bridge, off)

    assert "sign-in to chat ends" in told["turns"]
    assert ([], 2) == (told["second_person"], told["people"][0]["people"])
    other = SIGNED | {"platforms": {"chat": SIGNED["platforms"]["chat"] | {"login": LOGIN | {"subject": "uuid"}}}}
    assert ["everybody is known to chat by another name: pairwise -> uuid"] == plan(bridge, other)["turns"]


def test_pages(bridge: AdminBridge) -> None:
    """Everybody concerned is listed, page by page, with the values; filters narrow it down."""
    made = plan(bridge, SHORT)
    first = people(bridge, made, "?limit=1")
    second = people(bridge, made, f"?limit=1&after={first['next']}")

    assert ["E1", "E2"] == [one["items"][0]["number"] for one in (first, second)]
    claim = next(one for one in first["items"][0]["details"] if one["kind"] == "claim")
    assert ("Ada Lovelace", "Ada") == (claim["before"], claim["after"])
    assert [] == people(bridge, made, f"?after={second['next']}")["items"]
    assert [] == people(bridge, made, "?what=loses")["items"]
    assert [] == people(bridge, made, "?platform=other")["items"]


def test_many_people_are_a_workers(bridge: AdminBridge) -> None:
    """AD-08: what is too much for a request takes two, until a worker has looked; then it is known for an hour."""
    grown(bridge, 20_000)
    narrow = SIGNED | {"mappings": {"chat": CHAT | {"for": "person.active && person.employeeNumber != 'E1'"}}}
    made = plan(bridge, narrow)
    read = lambda: bridge.call("GET", f"{BASE}/drafts/{made['draft']}", "mapper").json  # noqa: E731 - asked thrice
    assert (False, {"state": "needed", "looked": 0}) == (made["complete"], read()["look"])
    assert made["second_person"]

    job = bridge.call("POST", f"{BASE}/drafts/{made['draft']}/look", "mapper")
    assert 202 == job.status_code
    bridge.work()

    told = read()
    assert (True, "done", []) == (told["complete"], told["look"]["state"], told["second_person"])
    assert [("chat", "loses", 1)] == [(one["platform"], one["what"], one["people"]) for one in told["people"]]
    bridge.clock.move(minutes=61)
    assert "needed" == read()["look"]["state"]


def test_a_look_that_goes_on(bridge: AdminBridge) -> None:
    """While a worker looks, one sees how far it has come."""
    grown(bridge, 20_000)
    made = plan(bridge, SHORT)
    seen = []
    desk = bridge.parts.configuration
    document = desk.revisions.draft(made["draft"]).document
    desk.weigh(document, most=None, progress=lambda at: seen.append((at, desk.scales.looked(document))))

    assert [1000, 2000] == [look.looked for at, look in seen if look][:10][4::5]
    assert timedelta(0) == bridge.clock() - desk.scales.looked(document).made_at


def test_bounded_pages(bridge: AdminBridge) -> None:
    """A page looks at so many people and no more, whoever is concerned."""
    grown(bridge, 4000)
    made = plan(bridge, NOBODY)

    page = people(bridge, made, "?what=gains")

    assert ([], True) == (page["items"], page["next"] is not None)
