"""Plans, approvals and runs over the API: one makes, another lifts a guard, and what was approved is what runs."""

from __future__ import annotations

import pytest

from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.fakes.sign_in_bridge import ADA

TIGHT = DOCUMENT | {"guards": {"default": {"create": {"count": 1}}}}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """Two people, one platform, and a guard that holds more than one new account."""
    made = AdminBridge(store, clock, keys)
    made.token("colleague", "operator")
    desk = made.parts.configuration
    draft = desk.propose(TIGHT, by="cli").draft.id
    desk.approve(draft, by="cli")
    desk.apply(draft, by="cli")
    return made


def _approve(bridge: AdminBridge, who: str, number: int, digest: str, *releases: str):
    body = {"digest": digest, "releases": list(releases)}
    return bridge.call("POST", f"/admin/v1/plans/{number}/approve", who, json=body)


def test_made_by_a_worker_under_our_name(bridge: AdminBridge) -> None:
    """PR-03: making a plan is queued, tells its job, and changes nothing but that there is a plan."""
    answer = bridge.call("POST", "/admin/v1/plans", "operator", json={"platforms": ["chat"], "person": ADA.uuid})
    assert (202, "waiting") == (answer.status_code, answer.json["state"])

    bridge.work()
    job = bridge.call("GET", answer.headers["Location"], "operator").json
    plan = bridge.call("GET", f"/admin/v1/plans/{job['result']['plan']}", "viewer").json
    assert (bridge.kept["operator"].actor, {"account_create": 1}) == (plan["made_by"], plan["counts"]["chat"])
    assert [] == bridge.call("GET", "/admin/v1/runs", "viewer").json["items"]


def test_nobody_lifts_a_guard_alone(bridge: AdminBridge) -> None:
    """AD-08: who made the plan cannot lift its guards; a second token made by the first is the same hand."""
    number, digest = bridge.made_plan("owner")
    bridge.token("mine", "owner", created_by=bridge.kept["owner"].actor)
    bridge.token("mine too", "owner", created_by=bridge.kept["mine"].actor)

    for who in ("owner", "mine", "mine too"):
        answer = _approve(bridge, who, number, digest, "create")
        assert (409, "second_person_needed") == (answer.status_code, answer.json["code"])
    assert 200 == _approve(bridge, "colleague", number, digest, "create").status_code


def test_makers_token_approves_for_its_child(bridge: AdminBridge) -> None:
    """AD-08: nor can the maker of a token lift guards of a plan that this token made."""
    bridge.token("helper", "operator", created_by=bridge.kept["owner"].actor)
    number, digest = bridge.made_plan("helper")

    assert 409 == _approve(bridge, "owner", number, digest, "create").status_code


def test_two_tokens_from_one_hand(bridge: AdminBridge) -> None:
    """AD-08: two tokens that one owner made are one hand: whoever holds the owner's token could hold both."""
    for name in ("left", "right"):
        bridge.token(name, "operator", created_by=bridge.kept["owner"].actor)
    number, digest = bridge.made_plan("left")

    answer = _approve(bridge, "right", number, digest, "create")

    assert (409, "second_person_needed") == (answer.status_code, answer.json["code"])


def test_plan_of_a_schedule(bridge: AdminBridge) -> None:
    """AD-08: a plan that nobody made needs a person who wants its guards lifted, then another one who lifts them."""
    number, plan = bridge.parts.looking()

    asked = _approve(bridge, "colleague", number, plan.digest, "create")
    assert (200, []) == (asked.status_code, asked.json["releases"])
    assert 409 == _approve(bridge, "colleague", number, plan.digest, "create").status_code
    assert ["create"] == _approve(bridge, "operator", number, plan.digest, "create").json["releases"]


def test_looking_makes_nobody_a_maker(bridge: AdminBridge) -> None:
    """AD-08: a colleague who only looks at a plan is no second hand: it still takes two who want it."""
    number, plan = bridge.parts.looking()
    assert (number, plan.digest) == bridge.made_plan("operator")

    assert [] == _approve(bridge, "colleague", number, plan.digest, "create").json["releases"]
    assert 409 == _approve(bridge, "colleague", number, plan.digest, "create").status_code
    assert ["create"] == _approve(bridge, "operator", number, plan.digest, "create").json["releases"]


def test_drafting_the_rules_of_a_plan(bridge: AdminBridge) -> None:
    """AD-08: who drafted the rules behind a plan does not lift its guards, whoever made the plan; others do."""
    desk, drafter = bridge.parts.configuration, bridge.kept["owner"].actor
    title = {"chat": DOCUMENT["mappings"]["chat"] | {"for": "person.active && true"}}
    draft = desk.propose(TIGHT | {"mappings": title}, by=drafter).draft
    desk.approve(draft.id, by=bridge.kept["colleague"].actor)
    desk.apply(draft.id, by=bridge.kept["colleague"].actor)
    number, digest = bridge.made_plan("operator")

    assert 409 == _approve(bridge, "owner", number, digest, "create").status_code
    assert ["create"] == _approve(bridge, "colleague", number, digest, "create").json["releases"]


def test_only_what_was_looked_at(bridge: AdminBridge) -> None:
    """AD-08, PR-03: an approval names the digest; another digest or an unknown guard approves nothing."""
    number, digest = bridge.made_plan()

    assert 422 == _approve(bridge, "operator", number, "0" * 64).status_code
    assert 422 == _approve(bridge, "colleague", number, digest, "everything").status_code
    assert 409 == bridge.call("POST", f"/admin/v1/plans/{number}/rollout", "operator").status_code


def test_rollout(bridge: AdminBridge) -> None:
    """PR-03: an approved plan is carried out once; what a guard holds stays undone and says so."""
    number, digest = bridge.made_plan()
    _approve(bridge, "operator", number, digest)
    address = f"/admin/v1/plans/{number}/rollout"

    first, again = (bridge.call("POST", address, "operator") for _ in range(2))
    assert (202, first.json["id"]) == (first.status_code, again.json["id"])
    bridge.work()

    run = bridge.call("GET", f"/admin/v1/jobs/{first.json['id']}", "viewer").json["result"]["run"]
    actions = bridge.call("GET", f"/admin/v1/runs/{run}/actions?state=skipped", "viewer").json["items"]
    assert ["held"] * 2 == [one["code"] for one in actions]


def test_approval_ends(bridge: AdminBridge) -> None:
    """AD-08: after 24 hours an approval opens no run."""
    number, digest = bridge.made_plan()
    _approve(bridge, "operator", number, digest)
    bridge.clock.move(hours=24)

    assert 409 == bridge.call("POST", f"/admin/v1/plans/{number}/rollout", "operator").status_code


def test_cancel_and_undo(bridge: AdminBridge) -> None:
    """A run is cancelled once; undoing one makes a plan like any other."""
    number, digest = bridge.made_plan()
    _approve(bridge, "colleague", number, digest, "create")
    bridge.call("POST", f"/admin/v1/plans/{number}/rollout", "operator")
    bridge.work()

    assert [200, 409] == [bridge.call("POST", "/admin/v1/runs/1/cancel", "operator").status_code for _ in range(2)]
    job = bridge.call("POST", "/admin/v1/runs/1/rollback", "operator")
    bridge.work()
    assert "done" == bridge.call("GET", job.headers["Location"], "viewer").json["state"]
    assert 404 == bridge.call("POST", "/admin/v1/runs/2/rollback", "operator").status_code


def test_pages_of_changes(bridge: AdminBridge) -> None:
    """Changes come in pages, in order, and can be filtered."""
    number, _ = bridge.made_plan()
    address = f"/admin/v1/plans/{number}/changes"

    first = bridge.call("GET", f"{address}?limit=1").json
    second = bridge.call("GET", f"{address}?limit=1&after={first['next']}").json
    assert [0, 1] == [page["items"][0]["position"] for page in (first, second)]
    assert second["next"] is None
    assert 2 == len(bridge.call("GET", f"{address}?held=create").json["items"])
    assert 1 == len(bridge.call("GET", f"{address}?person={ADA.uuid}").json["items"])
    assert [] == bridge.call("GET", f"{address}?kind=account_delete").json["items"]
