"""The configuration over the API."""

from __future__ import annotations

import pytest

from tests.fakes.admin import DOCUMENT, AdminBridge

BASE = "/admin/v1/configuration"
OTHER = DOCUMENT | {"platforms": {"chat": DOCUMENT["platforms"]["chat"] | {"title": "Our chat"}}}
FEWER = DOCUMENT | {"mappings": {"chat": DOCUMENT["mappings"]["chat"] | {"for": "person.employeeNumber == 'E1'"}}}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with revision 1 in force."""
    return AdminBridge(store, clock, keys)


def _put(bridge: AdminBridge, document: dict, seen: str, who: str = "mapper"):
    return bridge.call("PUT", BASE, who, json={"configuration": document, "why": "w"}, headers={"If-Match": seen})


def test_replace(bridge: AdminBridge) -> None:
    """Who has seen the revision in force may replace it; the lost update is refused."""
    tag = bridge.call("GET", BASE, "viewer").headers["ETag"]

    assert (200, '"2"') == ((answer := _put(bridge, OTHER, tag)).status_code, answer.headers["ETag"])
    assert (412, "revision_moved") == ((late := _put(bridge, DOCUMENT, tag)).status_code, late.json["code"])
    assert OTHER == bridge.call("GET", BASE, "viewer").json["configuration"]


@pytest.mark.parametrize(("seen", "status"), [("*", 400), ('W/"1"', 400), ("1", 400), ('"1", "2"', 400), ('"0"', 412)])
def test_precondition(bridge: AdminBridge, seen: str, status: int) -> None:
    """Only one strong ETag counts, never whatever is there."""
    assert status == _put(bridge, OTHER, seen).status_code


def test_without_precondition(bridge: AdminBridge) -> None:
    """A change without If-Match is refused (RFC 6585)."""
    answer = bridge.call("PUT", BASE, "mapper", json={"configuration": OTHER})

    assert (428, "unconditional") == (answer.status_code, answer.json["code"])


@pytest.mark.parametrize(
    "change",
    [
        {"guards": {"default": {"suspend": {"percent": 100}}}},
        {"workplaces": {}},
        {"hr_sources": {"payroll": {"kind": "csv", "complete": {"min_percent": 1}}}},
        {"platforms": {"chat": DOCUMENT["platforms"]["chat"] | {"protected": ["root"]}}},
    ],
)
def test_limits_take_an_owner(bridge: AdminBridge, change: dict) -> None:
    """AD-04, AD-08: a mapper cannot change guards, workplaces, HR sources or protected accounts, also by going back."""
    desk = bridge.parts.configuration
    assert (403, "forbidden") == ((no := _put(bridge, DOCUMENT | change, '"1"')).status_code, no.json["code"])
    desk.approve(desk.propose(DOCUMENT | change, by="cli").draft.id, by="cli")
    assert 403 == _put(bridge, DOCUMENT | change, '"1"').status_code
    assert 200 == _put(bridge, DOCUMENT | change, '"1"', "owner").status_code
    back = {"json": {"revision": 1}, "headers": {"If-Match": '"2"'}}
    assert 403 == bridge.call("POST", f"{BASE}/rollback", "mapper", **back).status_code
    desk.approve(desk.propose(DOCUMENT, by="cli").draft.id, by="cli")
    assert 200 == bridge.call("POST", f"{BASE}/rollback", "owner", **back).status_code


def test_preview(bridge: AdminBridge) -> None:
    """PR-02: what would change, and for whom, is shown to who may edit it, and nothing holds because of it."""
    told = bridge.call("POST", f"{BASE}/plan", "mapper", json={"configuration": FEWER}, seen=BASE).json

    assert [("chat", "loses", 1)] == [(one["platform"], one["what"], one["people"]) for one in told["people"]]
    assert ["mappings.chat.for"] == [one["path"] for one in told["changes"]]
    assert 403 == bridge.call("POST", f"{BASE}/plan", "viewer", json={"configuration": FEWER}).status_code
    assert 1 == bridge.call("GET", BASE, "viewer").json["revision"]


def test_mistakes_have_places(bridge: AdminBridge) -> None:
    """AD-03: each mistake is named by its JSON pointer, with line and column inside an expression."""
    wrong = DOCUMENT | {"mappings": {"chat": {"for": "person.activ", "attributes": {"userName": "1 +"}}}}

    errors = bridge.call("POST", f"{BASE}/check", "mapper", json={"configuration": wrong}).json["errors"]
    assert {"#/configuration/mappings/chat/for", "#/configuration/mappings/chat/attributes/userName"} <= {
        one["pointer"] for one in errors
    }
    assert any(one.get("column") for one in errors)


def test_export_and_history(bridge: AdminBridge) -> None:
    """What is exported can be applied again; each revision says who and why."""
    _put(bridge, OTHER, '"1"')

    assert "title: Our chat" in bridge.call("GET", f"{BASE}/export", "viewer").text
    assert DOCUMENT == bridge.call("GET", f"{BASE}/export?format=json&revision=1", "viewer").json
    items = bridge.call("GET", f"{BASE}/revisions?limit=1", "viewer").json
    assert (2, "w", bridge.kept["mapper"].actor) == tuple(
        items["items"][0][k] for k in ("revision", "why", "applied_by")
    )
    assert [1] == [
        one["revision"] for one in bridge.call("GET", f"{BASE}/revisions?before={items['next']}").json["items"]
    ]
    assert 404 == bridge.call("GET", f"{BASE}/revisions/9").status_code
