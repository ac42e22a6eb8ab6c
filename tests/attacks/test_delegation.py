"""Delegated administrators try to look and reach beyond their units and platforms, and to become more than they are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sso_bridge.parts.machines import routes
from tests.fakes.delegated import DOCUMENT, RULE, Delegated
from tests.fakes.sign_in_bridge import ADA, BOB

BASE = "/admin/v1"
TOKENS = f"{BASE}/tokens"
CONFIGURATION = f"{BASE}/configuration"


@pytest.fixture
def bridge(store, clock, keys) -> Delegated:
    """Two departments, three platforms, and tokens that reach a part of them."""
    return Delegated(store, clock, keys)


def test_whatever_is_not_delegated(bridge: Delegated) -> None:
    """AD-01, AD-02: a route that does not say that it keeps a bound is closed to whoever has it, also as an owner."""
    closed = [(route, who) for route in routes(bridge.parts) for who in ("sales", "chat", "both")
              if not bridge.kept[f"{who} owner"].bounds.kinds <= set(route.within)]  # fmt: skip
    assert {"/admin/v1/keys", "/admin/v1/audit/verify", "/hr/v1/snapshots"} <= {route.path for route, _ in closed}

    for route, who in closed:
        path = "/".join("1" if part.startswith("{") else part for part in route.path.split("/"))
        bridge.clock.move(seconds=1)
        answer = bridge.call(route.method, path, f"{who} owner")
        known = answer.json or {}
        if route.path.startswith("/hr/"):  # which takes another scope
            assert (path, 403) == (path, answer.status_code)
        else:
            assert (path, 403, "out_of_reach") == (path, answer.status_code, known.get("code"))
            assert known["detail"].endswith(route.beyond)


OF_PEOPLE = [
    ("GET", f"{BASE}/people/{{}}"), ("GET", f"{BASE}/people/{{}}/explain"), ("GET", f"{BASE}/people/{{}}/sessions"),
    ("DELETE", f"{BASE}/people/{{}}/sessions"), ("GET", f"{BASE}/people/{{}}/second-factors"),
    ("POST", f"{BASE}/people/{{}}/second-factors/reset"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), OF_PEOPLE)
def test_people_of_other_units(bridge: Delegated, method: str, path: str) -> None:
    """AD-02: somebody of another unit is not there, whatever is asked; somebody below one's own unit is."""
    foreign, own, nobody = (
        bridge.call(method, path.format(one), "sales owner")
        for one in (BOB.uuid, ADA.uuid, "0" * 8 + ADA.uuid[8:-1] + "9")
    )

    assert [404, 200, 404] == [foreign.status_code, own.status_code, nobody.status_code]
    assert foreign.json["detail"] == nobody.json["detail"]


def test_lists_of_people(bridge: Delegated) -> None:
    """AD-02: the list has the people of the unit, also by search, and says nothing about how many others there are."""
    whole = bridge.call("GET", f"{BASE}/people", "sales viewer").json

    assert ([ADA.uuid], None) == ([one["id"] for one in whole["items"]], whole["next"])
    assert [] == bridge.call("GET", f"{BASE}/people?q=Bakker", "sales viewer").json["items"]
    assert 2 == len(bridge.call("GET", f"{BASE}/people", "chat viewer").json["items"])


def test_who_moves_away(bridge: Delegated) -> None:
    """AD-02: reach follows the org chart of today: who has left the unit is out of it, who begins next month is in."""
    bridge.place(ADA, "sales", valid_to=date(2026, 10, 31))
    bridge.place(BOB, "inside", valid_from=date(2026, 12, 1))

    answers = [bridge.call("GET", f"{BASE}/people/{one.uuid}", "sales viewer").status_code for one in (ADA, BOB)]

    assert [404, 200] == answers


def test_explanations_of_other_platforms(bridge: Delegated) -> None:
    """AD-02: what another platform gets is not explained, neither by name nor among all."""
    told = bridge.call("GET", f"{BASE}/people/{ADA.uuid}/explain", "chat viewer").json["platforms"]

    assert ["chat"] == [one["platform"] for one in told]
    assert 422 == bridge.call("GET", f"{BASE}/people/{ADA.uuid}/explain?platform=wiki", "chat viewer").status_code
    assert ["chat"] == [one["name"] for one in bridge.call("GET", f"{BASE}/platforms", "chat viewer").json["items"]]


@pytest.mark.parametrize(
    ("who", "wanted", "status"),
    [
        ("sales operator", {}, 403),
        ("sales operator", {"person": BOB.uuid}, 422),
        ("sales operator", {"person": ADA.uuid}, 202),
        ("chat operator", {"platforms": ["wiki"]}, 422),
        ("chat operator", {"platforms": ["chat", "wiki"]}, 422),
        ("chat operator", {}, 202),
        ("both operator", {}, 403),
        ("both operator", {"person": ADA.uuid}, 202),
    ],
)
def test_making_plans(bridge: Delegated, who: str, wanted: dict[str, Any], status: int) -> None:
    """AD-02: a plan is made for one's own platforms and people only; without a choice it is for all of one's own."""
    assert status == bridge.call("POST", f"{BASE}/plans", who, json=wanted).status_code


def test_plan_for_all_of_ones_own(bridge: Delegated) -> None:
    """AD-02: a plan made without naming platforms touches no foreign one."""
    number = bridge.plan("chat operator")

    changes = bridge.call("GET", f"{BASE}/plans/{number}/changes", "chat operator").json["items"]
    assert {"chat"} == {one["platform"] for one in changes}


@pytest.mark.parametrize("who", ["sales operator", "both operator"])
def test_foreign_plans(bridge: Delegated, who: str) -> None:
    """AD-02: a plan, its changes, its run and its actions are not there for whom it reaches beyond, on every verb."""
    number = bridge.plan("operator", platforms=["chat"])
    digest = bridge.call("GET", f"{BASE}/plans/{number}").json["digest"]
    bridge.call("POST", f"{BASE}/plans/{number}/approve", "operator", json={"digest": digest})
    bridge.call("POST", f"{BASE}/plans/{number}/rollout", "operator")
    bridge.work()
    run = bridge.call("GET", f"{BASE}/runs").json["items"][0]["id"]
    tries = [
        ("GET", f"plans/{number}", None), ("GET", f"plans/{number}/changes", None), ("GET", f"runs/{run}", None),
        ("POST", f"plans/{number}/approve", {"digest": digest}), ("POST", f"plans/{number}/rollout", None),
        ("GET", f"runs/{run}/actions", None), ("POST", f"runs/{run}/cancel", None),
    ]  # fmt: skip

    assert {404} == {bridge.call(method, f"{BASE}/{path}", who, json=body).status_code for method, path, body in tries}
    assert [] == bridge.call("GET", f"{BASE}/plans", who).json["items"]
    assert [] == bridge.call("GET", f"{BASE}/runs", who).json["items"]
    assert [200, 200] == [
        bridge.call("GET", f"{BASE}/{path}", "chat operator").status_code for path in (f"plans/{number}", f"runs/{run}")
    ]


def test_own_plan_to_the_end(bridge: Delegated) -> None:
    """AD-02: what touches nothing else is approved, rolled out and looked at with delegated rights."""
    number = bridge.plan("both operator", person=ADA.uuid)
    digest = bridge.call("GET", f"{BASE}/plans/{number}", "both operator").json["digest"]

    assert (
        200
        == bridge.call("POST", f"{BASE}/plans/{number}/approve", "both operator", json={"digest": digest}).status_code
    )
    assert 202 == bridge.call("POST", f"{BASE}/plans/{number}/rollout", "both operator").status_code
    bridge.work()
    assert 1 == len(bridge.call("GET", f"{BASE}/runs", "both operator").json["items"])
    assert 404 == bridge.call("GET", f"{BASE}/plans/{bridge.plan('chat operator')}", "both operator").status_code


def test_lifting_guards(bridge: Delegated) -> None:
    """AD-04, AD-08: guards count for everybody; no delegated operator lifts one, not even in a plan of their own."""
    number = bridge.plan("operator", platforms=["chat"])
    digest = bridge.call("GET", f"{BASE}/plans/{number}").json["digest"]
    body = {"digest": digest, "releases": ["suspend"]}

    assert 403 == bridge.call("POST", f"{BASE}/plans/{number}/approve", "chat operator", json=body).status_code


def test_jobs_and_audit(bridge: Delegated) -> None:
    """AD-02: jobs and acts of others are not there, neither read nor cancelled; one's own are."""
    bridge.call("POST", f"{BASE}/plans", "operator", json={})
    other = bridge.call("GET", f"{BASE}/jobs").json["items"][0]["id"]
    own = bridge.call("POST", f"{BASE}/plans", "chat operator", json={}).json["id"]

    assert [own] == [one["id"] for one in bridge.call("GET", f"{BASE}/jobs", "chat operator").json["items"]]
    assert [404, 404] == [bridge.call(verb, f"{BASE}/jobs/{other}{end}", "chat operator").status_code
                          for verb, end in (("GET", ""), ("POST", "/cancel"))]  # fmt: skip
    assert 200 == bridge.call("POST", f"{BASE}/jobs/{own}/cancel", "chat operator").status_code
    acts = bridge.call("GET", f"{BASE}/audit", "chat operator").json["items"]
    assert "job.cancelled" in {one["what"] for one in acts}
    assert {bridge.kept["chat operator"].actor} == {one["actor"] for one in acts}


def test_sign_ins(bridge: Delegated) -> None:
    """AD-02: the traces of other people and other platforms are not there, in lists and by their words."""
    for who, platform, words in ((ADA, "chat", "a-a"), (BOB, "chat", "b-b"), (ADA, "wiki", "c-c")):
        bridge.signed_in(who, platform, words)

    seen = {
        who: {one["reference"] for one in bridge.call("GET", f"{BASE}/traces", f"{who} viewer").json["items"]}
        for who in ("sales", "chat", "both")
    }
    assert {"sales": {"a-a", "c-c"}, "chat": {"a-a", "b-b"}, "both": {"a-a"}} == seen
    assert [404, 404, 200] == [
        bridge.call("GET", f"{BASE}/traces/{words}", "both viewer").status_code for words in ("b-b", "c-c", "a-a")
    ]


@pytest.mark.parametrize("path", ["", "/export?format=json", "/revisions/1", "/export?format=json&revision=1"])
def test_configuration_of_others(bridge: Delegated, path: str) -> None:
    """AD-02: configuration, exports and history show what belongs to the platforms alone, nothing that is shared."""
    told = bridge.call("GET", f"{CONFIGURATION}{path}", "chat viewer").json
    document = told.get("configuration", told)

    assert {"platforms": {"chat"}, "mappings": {"chat"}, "groups": {"talk"}} == {
        part: set(one) for part, one in document.items()
    }


def _changed(**parts: Any) -> dict[str, Any]:
    """Return what a chat administrator would send, with other parts."""
    own = {
        "platforms": {"chat": DOCUMENT["platforms"]["chat"]},
        "mappings": {"chat": RULE},
        "groups": {"talk": DOCUMENT["groups"]["talk"]},
    }
    return own | parts


CLIMBS = {
    "another platform": _changed(platforms={"wiki": {"enabled": False}}),
    "a new platform": _changed(platforms=_changed()["platforms"] | {"mine": {"mapping": "chat"}}),
    "shared mapping": _changed(mappings={"chat": RULE, "shared": RULE | {"for": "false"}}),
    "taking up a shared mapping": _changed(platforms={"chat": {"mapping": "shared"}}, mappings={}),
    "shared group": _changed(groups={"everywhere": {"on": ["chat"], "members": "false"}}),
    "group put elsewhere": _changed(groups={"talk": {"on": ["chat", "wiki"], "members": "true"}}),
    "new group elsewhere": _changed(groups={"mine": {"on": ["wiki"], "members": "true"}}),
    "guards": _changed(guards={"default": {"suspend": {"percent": 100}}}),
    "workplaces": _changed(workplaces={"mine": {"kind": "file", "path": "mine.yaml"}}),
    "hr sources": _changed(hr_sources={"mine": {"kind": "csv"}}),
    "somebody's secret": _changed(platforms={"chat": {"mapping": "chat", "provisioning": {
        "connector": "scim", "url": "https://evil.example/", "token": "env:WIKI_TOKEN"}}}),
    "somebody's file": _changed(platforms={"chat": {"mapping": "chat", "login": {
        "protocol": "saml", "metadata_file": "wiki-sp.xml"}}}),
}  # fmt: skip


@pytest.mark.parametrize("document", CLIMBS.values(), ids=CLIMBS.keys())
@pytest.mark.parametrize("who", ["chat mapper", "chat owner"])
def test_configuration_climbing(bridge: Delegated, who: str, document: dict[str, Any]) -> None:
    """AD-04: a change that reaches other platforms, what all share, or others' secrets is refused at every door."""
    doors = [("PUT", CONFIGURATION), ("POST", f"{CONFIGURATION}/plan"), ("POST", f"{CONFIGURATION}/check")]
    for method, path in doors:
        answer = bridge.call(method, path, who, json={"configuration": document}, headers={"If-Match": '"1"'})
        assert (403, "out_of_reach") == (answer.status_code, answer.json["code"])
    assert DOCUMENT == bridge.call("GET", CONFIGURATION).json["configuration"]


def test_changing_ones_own(bridge: Delegated) -> None:
    """AD-02: one's own platform is changed, and everything else stays letter by letter."""
    titled = _changed(platforms={"chat": DOCUMENT["platforms"]["chat"] | {"title": "Talk"}})

    answer = bridge.call(
        "PUT", CONFIGURATION, "chat mapper", json={"configuration": titled}, headers={"If-Match": '"1"'}
    )

    assert 200 == answer.status_code, answer.text
    platforms = DOCUMENT["platforms"] | titled["platforms"]
    assert DOCUMENT | {"platforms": platforms} == bridge.call("GET", CONFIGURATION).json["configuration"]


def test_drafts_of_others(bridge: Delegated) -> None:
    """AD-02, AD-04: a draft that changes anything beyond is neither shown nor approved nor applied; one's own is."""
    wide = DOCUMENT | {"platforms": DOCUMENT["platforms"] | {"wiki": DOCUMENT["platforms"]["wiki"] | {"title": "W"}}}
    foreign = bridge.call(
        "POST", f"{CONFIGURATION}/plan", "mapper", json={"configuration": wide}, seen=CONFIGURATION
    ).json
    mine = {"configuration": _changed(groups={})}
    own = bridge.call("POST", f"{CONFIGURATION}/plan", "chat mapper", json=mine, seen=CONFIGURATION).json

    drafts = f"{CONFIGURATION}/drafts/{foreign['draft']}"
    body = {"digest": foreign["digest"]}
    tries = [("GET", drafts, None), ("POST", f"{drafts}/approve", body), ("POST", f"{drafts}/apply", None)]
    assert {404} == {bridge.call(method, path, "chat owner", json=sent).status_code for method, path, sent in tries}
    told = bridge.call("GET", f"{CONFIGURATION}/drafts/{own['draft']}", "chat mapper").json
    assert {"platforms", "mappings"} == set(told["configuration"])


GRANTS = [
    ("chat owner", {}), ("chat owner", {"units": ["sales"]}), ("chat owner", {"platforms": ["chat", "wiki"]}),
    ("chat owner", {"platforms": ["wiki"]}), ("sales owner", {}), ("sales owner", {"platforms": ["chat"]}),
    ("sales owner", {"units": ["company"]}), ("sales owner", {"units": ["finance"]}),
    ("sales owner", {"units": ["sales", "finance"]}), ("both owner", {"units": ["sales"]}),
    ("both owner", {"platforms": ["chat"]}), ("both owner", {"units": ["sales"], "platforms": ["wiki"]}),
    ("chat owner", {"platforms": ["chat"], "scopes": ["hr"]}), ("sales owner", {"units": ["nowhere"]}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "bounds"), GRANTS)
def test_granting_more(bridge: Delegated, who: str, bounds: dict[str, Any]) -> None:
    """AD-04: a delegated owner makes no token that reaches further, in units, platforms or scopes."""
    before = len(bridge.parts.tokens.all())

    answer = bridge.call("POST", TOKENS, who, json={"name": "friend", "role": "viewer", **bounds})

    assert (422, "token_refused") == (answer.status_code, answer.json["code"])
    assert before == len(bridge.parts.tokens.all())


@pytest.mark.parametrize(
    "bounds", [{"units": ["sales"]}, {"units": ["inside"]}, {"units": ["inside"], "platforms": ["wiki"]}]
)
def test_granting_as_much(bridge: Delegated, bounds: dict[str, Any]) -> None:
    """AD-04: the same bounds or narrower ones, also a unit below one's own, may be handed on."""
    made = bridge.call("POST", TOKENS, "sales owner", json={"name": "friend", "role": "operator", **bounds})

    assert 201 == made.status_code
    assert bounds == {name: made.json[name] for name in bounds}


@pytest.mark.parametrize("role", ["viewer", "mapper", "operator"])
def test_granting_without_being_an_owner(bridge: Delegated, role: str) -> None:
    """AD-04: only owners make tokens, also within bounds."""
    body = {"name": "x", "role": "viewer", "platforms": ["chat"]}

    assert 403 == bridge.call("POST", TOKENS, f"chat {role}", json=body).status_code


def test_tokens_of_others(bridge: Delegated) -> None:
    """AD-02: a delegated owner sees and ends the tokens of its own line, no others."""
    made = bridge.call("POST", TOKENS, "chat owner", json={"name": "x", "role": "viewer", "platforms": ["chat"]}).json
    foreign = bridge.kept["chat viewer"].id

    listed = {one["id"] for one in bridge.call("GET", TOKENS, "chat owner").json["items"]}
    assert {made["id"], bridge.kept["chat owner"].id} == listed
    assert [404, 200] == [
        bridge.call("DELETE", f"{TOKENS}/{one}", "chat owner").status_code for one in (foreign, made["id"])
    ]
