"""Single resources of the configuration, and drafts made of them."""

from __future__ import annotations

import pytest

from tests.fakes.admin import DOCUMENT, AdminBridge

BASE = "/admin/v1/configuration"
CHAT = DOCUMENT["platforms"]["chat"]
TARGET = {"metric": "coverage", "goal": 0.9, "owner": "E1", "due": "2027-01-01"}
NEW = {"If-None-Match": "*"}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with revision 1 in force, and a colleague."""
    made = AdminBridge(store, clock, keys)
    made.token("colleague", "owner")
    return made


def tag(bridge: AdminBridge, place: str) -> dict[str, str]:
    """Return the precondition: what is there now."""
    return {"If-Match": bridge.call("GET", f"{BASE}/{place}").headers["ETag"]}


def put(bridge: AdminBridge, place: str, value: dict, seen: dict[str, str], who: str = "mapper"):
    """Set one resource."""
    return bridge.call("PUT", f"{BASE}/{place}", who, json={"value": value, "why": "w"}, headers=seen)


def draft(bridge: AdminBridge, *changes: dict, seen: str = '"1"', **more):
    """Draft changes of single resources."""
    body = {"changes": list(changes)} | more
    return bridge.call("POST", f"{BASE}/drafts", "mapper", json=body, headers={"If-Match": seen})


def test_one_resource(bridge: AdminBridge) -> None:
    """A resource is read, changed, made and removed by itself; the rest stays letter by letter, in its order."""
    assert 200 == put(bridge, "platforms/chat", CHAT | {"title": "Chat"}, tag(bridge, "platforms/chat")).status_code
    assert 200 == put(bridge, "targets/all", TARGET, NEW).status_code
    expected = DOCUMENT | {"platforms": {"chat": CHAT | {"title": "Chat"}}, "targets": {"all": TARGET}}

    assert list(expected.items()) == list(bridge.call("GET", BASE).json["configuration"].items())
    assert ["all"] == [one["name"] for one in bridge.call("GET", f"{BASE}/targets").json["items"]]
    gone = bridge.call("DELETE", f"{BASE}/targets/all?why=reached", "mapper", headers=tag(bridge, "targets/all"))
    assert (4, "reached") == (gone.json["revision"], gone.json["why"])
    assert 404 == bridge.call("GET", f"{BASE}/targets/all").status_code
    assert "targets" not in bridge.call("GET", BASE).json["configuration"]


def test_others_changes_are_not_in_the_way(bridge: AdminBridge) -> None:
    """The tag is the resource's own: a change of another one leaves it, a change of this one is not overwritten."""
    seen = tag(bridge, "platforms/chat")
    put(bridge, "targets/all", TARGET, NEW)

    assert 200 == put(bridge, "platforms/chat", CHAT | {"title": "A"}, seen).status_code
    late = put(bridge, "platforms/chat", CHAT | {"title": "B"}, seen)
    assert (412, "revision_moved") == (late.status_code, late.json["code"])
    assert 412 == put(bridge, "platforms/chat", CHAT, NEW).status_code


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        ({}, 428),
        ({"If-Match": "*"}, 400),
        ({"If-Match": '"1"'}, 400),
        ({"If-None-Match": '"1"'}, 400),
        (NEW | {"If-Match": f'"{"0" * 32}"'}, 400),
        ({"If-Match": f'"{"0" * 32}"'}, 412),
    ],
)
def test_preconditions(bridge: AdminBridge, seen: dict[str, str], status: int) -> None:
    """A change says what it was made from (RFC 9110 13.1, RFC 6585)."""
    assert status == put(bridge, "platforms/chat", CHAT | {"title": "x"}, seen).status_code
    assert status == bridge.call("DELETE", f"{BASE}/targets/all", "mapper", headers=seen).status_code


def test_mistakes_of_a_resource(bridge: AdminBridge) -> None:
    """AD-03: a mistake is told with its place in the value that was sent, or in the document it would break."""
    wrong = DOCUMENT["mappings"]["chat"] | {"for": "person.activ"}
    (flaw,) = put(bridge, "mappings/chat", wrong, tag(bridge, "mappings/chat")).json["errors"]
    assert ("#/value/for", 1, "did you mean active?") == (flaw["pointer"], flaw["line"], flaw["hint"])

    broken = bridge.call("DELETE", f"{BASE}/mappings/chat", "mapper", headers=tag(bridge, "mappings/chat"))
    assert "#/configuration/platforms/chat/mapping" in [one["pointer"] for one in broken.json["errors"]]
    assert 404 == put(bridge, "nowhere/chat", {}, NEW).status_code
    assert 422 == put(bridge, "targets/A.b", TARGET, NEW).status_code


def test_no_plain_secret(bridge: AdminBridge) -> None:
    """AD-06: a secret is a reference; one that is written out is refused, not kept and not repeated."""
    value = CHAT | {"provisioning": {"connector": "scim", "url": "https://a.example", "token": "hunter2"}}

    answer = put(bridge, "platforms/chat", value, tag(bridge, "platforms/chat"), "owner")

    assert 422 == answer.status_code
    assert "hunter2" not in answer.text
    assert [] == bridge.call("GET", f"{BASE}/drafts").json["items"]


def test_limits_and_two_people(bridge: AdminBridge) -> None:
    """AD-04, AD-08: who may not change guards may not so either; what takes two is refused with the way to do it."""
    guard = {"suspend": {"percent": 50}}
    assert 403 == put(bridge, "guards/default", guard, NEW).status_code

    alone = put(bridge, "guards/default", guard, NEW, "owner")
    assert (409, "second_person_needed") == (alone.status_code, alone.json["code"])
    assert "/drafts" in alone.json["detail"]
    made = draft(bridge, {"part": "guards", "name": "default", "value": guard}).json
    approve = {"json": {"digest": made["digest"]}}
    assert 200 == bridge.call("POST", f"{BASE}/drafts/{made['draft']}/approve", "colleague", **approve).status_code
    assert 200 == put(bridge, "guards/default", guard, NEW, "owner").status_code


def test_drafts_of_changes(bridge: AdminBridge) -> None:
    """Several changes make one draft, one after the other or together; nothing holds because of it."""
    first = draft(bridge, {"part": "targets", "name": "a", "value": TARGET}, why="more").json
    second = draft(bridge, {"part": "targets", "name": "b", "value": TARGET}, onto=first["draft"]).json

    assert {"targets.a.metric", "targets.a.goal"} <= {one["path"] for one in first["changes"]}
    assert {"targets.a.goal", "targets.b.goal"} <= {one["path"] for one in second["changes"]}
    listed = bridge.call("GET", f"{BASE}/drafts", "mapper").json["items"]
    assert [(second["draft"], ""), (first["draft"], "more")] == [(one["draft"], one["why"]) for one in listed]
    assert 1 == bridge.call("GET", BASE).json["revision"]
    assert 200 == bridge.call("POST", f"{BASE}/drafts/{second['draft']}/apply", "mapper").status_code
    assert [] == bridge.call("GET", f"{BASE}/drafts", "mapper").json["items"]


def test_drafts_of_something_else(bridge: AdminBridge) -> None:
    """A draft is made of what its maker has seen, and of what is there."""
    change = {"part": "targets", "name": "a", "value": TARGET}

    assert 412 == draft(bridge, change, seen='"9"').status_code
    assert 404 == draft(bridge, change | {"value": None}).status_code
    assert 404 == draft(bridge, change, onto=99).status_code
    made = draft(bridge, change).json
    bridge.call("POST", f"{BASE}/drafts/{made['draft']}/apply", "mapper")
    assert 412 == draft(bridge, change, seen='"2"', onto=made["draft"]).status_code
