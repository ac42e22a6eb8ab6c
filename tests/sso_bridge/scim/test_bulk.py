"""Bulk: each operation by itself, references among them, and limits."""

from __future__ import annotations

import pytest

from tests.fakes.scim_bridge import ENTERPRISE, GROUP, PATCH, USER, ScimBridge

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def bulk(bridge: ScimBridge, *operations: dict, **more: object):
    """Send operations."""
    return bridge.call("POST", "/Bulk", {"schemas": [REQUEST], "Operations": list(operations), **more})


def user(name: str, **more: object) -> dict:
    """Return an operation that makes a person."""
    data = {"schemas": [USER], "userName": name, **more}
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}


def group(name: str, *members: str) -> dict:
    """Return an operation that makes a group."""
    data = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}


def test_references(bridge: ScimBridge) -> None:
    """RFC 7644 section 3.7.2: a group may name people, and a person a manager, that come later in the request."""
    manager = {ENTERPRISE: {"manager": {"value": "bulkId:boss"}}}

    answer = bulk(bridge, group("sales", "bulkId:ada"), user("ada", **manager), user("boss"))

    told = answer.json["Operations"]
    assert (200, ["sales", "ada", "boss"]) == (answer.status_code, [one["bulkId"] for one in told])
    assert {"201"} == {one["status"] for one in told}
    sales, ada, boss = (one["location"].rpartition("/")[2] for one in told)
    assert ("sales",) == bridge.person(ada).source_groups
    assert boss == bridge.person(ada).assignments[0].manager
    assert [ada] == [one["value"] for one in bridge.call("GET", f"/Groups/{sales}").json["members"]]


def test_every_method(bridge: ScimBridge) -> None:
    """PUT, PATCH and DELETE work on what is there, with versions; one that is refused stops no other."""
    ada, bob = bridge.user("ada"), bridge.user("bob")
    title = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "x"}]}

    told = bulk(
        bridge,
        {"method": "PATCH", "path": f"/Users/{ada['id']}", "data": title, "version": ada["meta"]["version"]},
        {"method": "PATCH", "path": f"/Users/{ada['id']}", "data": {**title}, "version": 'W/"old"'},
        {"method": "put", "path": f"/Users/{bob['id']}", "data": {"schemas": [USER], "userName": "bert"}},
        {"method": "DELETE", "path": f"/Users/{bob['id']}"},
        {"method": "DELETE", "path": f"/Users/{bob['id']}"},
        user("ada"),
    ).json["Operations"]

    assert ["200", "412", "200", "204", "404", "409"] == [one["status"] for one in told]
    assert "uniqueness" == told[5]["response"]["scimType"]
    assert "x" == bridge.call("GET", f"/Users/{ada['id']}").json["title"]


def test_fail_on_errors(bridge: ScimBridge) -> None:
    """After so many errors the rest is left undone, and not told."""
    told = bulk(bridge, user("ada"), user("ADA") | {"bulkId": "2"}, user("bob"), failOnErrors=1).json["Operations"]

    assert ["201", "409"] == [one["status"] for one in told]
    assert [] == bridge.found("/Users", 'userName eq "bob"')


def test_circle(bridge: ScimBridge) -> None:
    """References in a circle are refused one by one; nothing hangs and nothing is half made."""
    a = user("a", **{ENTERPRISE: {"manager": {"value": "bulkId:b"}}})
    b = user("b", **{ENTERPRISE: {"manager": {"value": "bulkId:a"}}})

    told = bulk(bridge, a, b, group("sales", "bulkId:unknown")).json["Operations"]

    assert ["400", "400", "400"] == [one["status"] for one in told]
    assert 0 == bridge.call("GET", "/Users").json["totalResults"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"Operations": []},
        {"schemas": [REQUEST]},
        {"schemas": [REQUEST], "Operations": ["x"]},
        {"schemas": [REQUEST], "Operations": [{"method": "GET", "path": "/Users"}]},
        {"schemas": [REQUEST], "Operations": [{"method": "POST", "path": "/Users", "data": {}}]},
        {"schemas": [REQUEST], "Operations": [user("a") | {"path": "/Bulk"}]},
        {"schemas": [REQUEST], "Operations": [user("a") | {"path": "/Users/../../admin/v1/tokens"}]},
        {"schemas": [REQUEST], "Operations": [user("a"), user("a")]},
        {"schemas": [REQUEST], "Operations": [], "failOnErrors": "1"},
    ],
)
def test_refused(bridge: ScimBridge, body: object) -> None:
    """A request that is no bulk request is refused as a whole."""
    answer = bridge.call("POST", "/Bulk", body)

    assert (400, "invalidSyntax") == (answer.status_code, answer.json["scimType"])


def test_too_many(bridge: ScimBridge) -> None:
    """PR-14: at most as many operations as the configuration announces."""
    most = bridge.call("GET", "/ServiceProviderConfig").json["bulk"]["maxOperations"]

    assert 413 == bulk(bridge, *(user(f"u{number}") for number in range(most + 1))).status_code
