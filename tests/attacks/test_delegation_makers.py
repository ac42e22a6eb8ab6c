"""What somebody made goes on after them, clients, tokens, proposals, webhooks: no further than they reach now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from sso_bridge.login.asked import Subject
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.staff.facts import unit_facts
from sso_bridge.store.staff.register import locked_version
from sso_bridge.store.tables.organisation import organisation, unit
from tests.fakes.delegated import DOCUMENT, UNITS, Delegated
from tests.fakes.machine_clients import Program
from tests.fakes.sign_in_bridge import ADA

BASE = "/admin/v1"
WEBHOOKS = f"{BASE}/webhooks"


@pytest.fixture
def bridge(store, clock, keys) -> Delegated:
    """Two departments, three platforms, and tokens that reach a part of them."""
    made = Delegated(store, clock, keys)
    for name in ("maker", "colleague"):
        made.token(name, "owner")
    return made


def put_below(bridge: Delegated, key: str, parent: str) -> None:
    """Let HR put a unit below another one."""
    facts = unit_facts(replace(next(one for one in UNITS if one.key == key), parent=parent))
    with bridge.store.writing() as connection:
        locked_version(connection)
        connection.execute(update(unit).where(unit.c.key == key).values(facts=facts))
        connection.execute(update(organisation).values(version=organisation.c.version + 1))


def test_a_unit_leaves_the_maker(bridge: Delegated) -> None:
    """AD-02, AD-04: a client and a token for a unit reach it only while it is below the unit of who made them."""
    program = Program(bridge, "sales owner", units=["inside"])
    bearer = program.ask().json["access_token"]
    body = {"name": "friend", "role": "viewer", "units": ["inside"]}
    bridge.texts["friend"] = bridge.call("POST", f"{BASE}/tokens", "sales owner", json=body).json["token"]

    def seen() -> tuple[list[str], list[str]]:
        lists = program.call(bearer, f"{BASE}/people"), bridge.call("GET", f"{BASE}/people", "friend")
        by_client, by_token = ([one["id"] for one in each.json["items"]] for each in lists)
        return by_client, by_token

    assert ([ADA.uuid], [ADA.uuid]) == seen()
    put_below(bridge, "inside", "finance")
    assert ([], []) == seen()
    assert 404 == program.call(bearer, f"{BASE}/people/{ADA.uuid}").status_code
    assert 404 == program.call(program.ask().json["access_token"], f"{BASE}/people/{ADA.uuid}").status_code
    put_below(bridge, "inside", "sales")
    assert ([ADA.uuid], [ADA.uuid]) == seen()


@pytest.mark.parametrize("end", ["revoked", "expired", "moved"])
def test_proposals_of_who_may_no_more(bridge: Delegated, end: str) -> None:
    """AD-04, AD-08: what somebody proposed counts only while they could still propose it."""
    bridge.token("proposer", "owner", days=1, bounds=bridge.kept["sales owner"].bounds)
    number, wish = bridge.doubt("a", ADA), {"decision": "link", "person": ADA.uuid}
    path = f"{BASE}/link-conflicts/{number}/decide"
    assert "proposed" == bridge.call("POST", path, "proposer", json=wish).json["state"]
    if end == "revoked":
        bridge.parts.tokens.revoke(bridge.kept["proposer"].id)
    elif end == "expired":
        bridge.clock.move(days=1)
    else:
        bridge.place(ADA, "finance")

    answers = [bridge.call("POST", path, who, json=wish).json for who in ("colleague", "maker")]
    assert ["proposed", "linked"] == [one["state"] for one in answers]
    assert bridge.kept["colleague"].actor == answers[0]["proposed_by"]


@pytest.mark.parametrize("end", ["revoked", "none"])
def test_proposals_about_pairs(bridge: Delegated, end: str) -> None:
    """AD-04, AD-08: two who both can sign in are made one by two hands that both may, when the second one agrees."""
    cleo = bridge.hire(13, "sales")
    for one in (ADA, cleo):
        Links(bridge.store).add("staff", Subject("staff", one.key).key, one.id, "employee_number", bridge.clock())
    path = f"{BASE}/correlation/pairs/{bridge.pair(ADA, cleo)}/decide"
    bridge.token("proposer", "owner", bounds=bridge.kept["sales owner"].bounds)
    assert "proposed" == bridge.call("POST", path, "proposer", json={"decision": "same"}).json["state"]
    if end == "revoked":
        bridge.parts.tokens.revoke(bridge.kept["proposer"].id)

    wish = {"decision": "same"}
    states = [bridge.call("POST", path, who, json=wish).json.get("state") for who in ("colleague", "maker")]
    assert (["proposed", "same"] if end == "revoked" else ["same", None]) == states


def subscribe(bridge: Delegated, who: str) -> str:
    """Return a new webhook of somebody."""
    body = {"name": who, "url": "https://receiver.example/", "events": ["run.finished", "webhook.test"]}
    made = bridge.call("POST", WEBHOOKS, who, json=body)
    assert 201 == made.status_code, made.text
    return str(made.json["id"])


def told(bridge: Delegated, number: str) -> dict[str, Any]:
    """Let workers look, and return a webhook as it stands."""
    bridge.clock.move(seconds=3)
    bridge.parts.telling.herald.tick()
    return next(one for one in bridge.call("GET", WEBHOOKS).json["items"] if one["id"] == number)


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_webhooks_of_who_may_no_more(bridge: Delegated, end: str) -> None:
    """AD-04, AD-11: a webhook stops when the access of its maker ends; it is audited, shown, and counted."""
    bridge.token("leaver", "owner", days=1)
    number, other = subscribe(bridge, "leaver"), subscribe(bridge, "owner")
    assert "enabled" == told(bridge, number)["state"]
    bridge.call("POST", f"{WEBHOOKS}/{number}/test")
    if end == "revoked":
        bridge.parts.tokens.revoke(bridge.kept["leaver"].id)
    else:
        bridge.clock.move(days=1)

    hook = told(bridge, number)
    assert ("disabled", "who answers for it has no such rights any more") == (hook["state"], hook["why_disabled"])
    assert [] == [job for job, _ in bridge.work() if job == "webhook"]
    assert "waiting" == bridge.call("GET", f"{WEBHOOKS}/{number}/deliveries").json["items"][0]["state"]
    (act,) = bridge.call("GET", f"{BASE}/audit?what=webhook.disabled").json["items"]
    assert (f"webhook:{number}", hook["why_disabled"]) == (act["target"], act["why"])
    assert b"sso_bridge_webhooks_disabled 1.0" in bridge.parts.metrics.page()
    assert "enabled" == told(bridge, other)["state"]


def test_a_job_that_waited(bridge: Delegated) -> None:
    """AD-04: what was queued before the access of the maker ended is not sent either."""
    bridge.token("leaver", "owner")
    number = subscribe(bridge, "leaver")
    bridge.call("POST", f"{WEBHOOKS}/{number}/test")
    told(bridge, number)
    bridge.parts.tokens.revoke(bridge.kept["leaver"].id)

    assert [("webhook", {"sent": 0})] == [(job, outcome.result) for job, outcome in bridge.work() if job == "webhook"]
    assert ("disabled", None) == (
        told(bridge, number)["state"],
        bridge.call("GET", f"{WEBHOOKS}/{number}/deliveries").json["items"][0]["tried_at"],
    )


def test_webhooks_of_an_emergency(bridge: Delegated) -> None:
    """AD-09: nothing that a break-glass account sets up outlives the emergency."""
    bridge.kept["glass"], bridge.texts["glass"] = bridge.parts.tokens.create(
        "break-glass red", "owner", lifetime=timedelta(hours=1), created_by="break_glass:red"
    )
    number = subscribe(bridge, "glass")
    assert "enabled" == told(bridge, number)["state"]
    bridge.clock.move(hours=1)

    assert "disabled" == told(bridge, number)["state"]


def test_answering_for_a_webhook(bridge: Delegated) -> None:
    """AD-04: whoever enables a webhook answers for it from then on: it lives and ends with their rights."""
    bridge.token("leaver", "owner")
    number = subscribe(bridge, "leaver")
    bridge.parts.tokens.revoke(bridge.kept["leaver"].id)
    assert "disabled" == told(bridge, number)["state"]

    seen = {"If-Match": told(bridge, number)["etag"]}
    taken = bridge.call("PUT", f"{WEBHOOKS}/{number}", "maker", json={"state": "enabled"}, headers=seen).json
    assert ("enabled", "", bridge.kept["maker"].actor) == (taken["state"], taken["why_disabled"], taken["created_by"])
    assert "enabled" == told(bridge, number)["state"]
    bridge.parts.tokens.revoke(bridge.kept["maker"].id)
    assert "disabled" == told(bridge, number)["state"]


def test_looking_at_a_document(bridge: Delegated) -> None:
    """AD-08: a colleague's look at one's own document is no second hand: its maker is who drafted it first."""
    document = {"configuration": DOCUMENT | {"guards": {"default": {"suspend": {"percent": 50}}}}}
    path = f"{BASE}/configuration"
    seen = {"If-Match": '"1"'}
    drafted = bridge.call("POST", f"{path}/plan", "maker", json=document, headers=seen).json
    looked = bridge.call("POST", f"{path}/plan", "colleague", json=document, headers=seen).json

    def approve(who: str, one: dict[str, Any]) -> int:
        body = {"digest": one["digest"]}
        return bridge.call("POST", f"{path}/drafts/{one['draft']}/approve", who, json=body).status_code

    assert [409, 409, 409] == [approve("maker", drafted), approve("maker", looked), approve("colleague", looked)]
    assert 409 == bridge.call("POST", f"{path}/drafts/{looked['draft']}/apply", "maker").status_code
    assert 200 == approve("colleague", drafted)
