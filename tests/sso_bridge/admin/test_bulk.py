"""Many calls in one: each with its own rights, limits, audit and answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.delegated import Delegated

BULK = "/admin/v1/bulk"
TOKENS = "/admin/v1/tokens"


@pytest.fixture
def bridge(store, clock, keys) -> Delegated:
    """Two departments, three platforms, and tokens of every kind."""
    return Delegated(store, clock, keys)


def bulk(bridge: Delegated, who: str, *items: dict[str, Any]) -> Any:
    """Send many calls in one."""
    return bridge.call("POST", BULK, who, json={"items": list(items)})


def revoke(token: str) -> dict[str, Any]:
    """Return the order to end a token."""
    return {"method": "DELETE", "path": f"{TOKENS}/{token}"}


def test_each_on_its_own(bridge: Delegated) -> None:
    """One that fails stops no other, and each is told with the status it would have had alone."""
    good = [bridge.token(name, "viewer").id for name in ("a", "b")]

    told = bulk(bridge, "owner", revoke(good[0]), revoke("0" * 16), revoke(good[0]), revoke(good[1])).json

    assert [200, 404, 409, 200] == [one["status"] for one in told["items"]]
    assert 2 == told["done"]
    assert "revoked" == told["items"][0]["body"]["state"]
    assert "not_found" == told["items"][1]["body"]["code"]


def test_approving_many(bridge: Delegated) -> None:
    """Plans are approved and rolled out in one call, each under its own digest."""
    plans = [bridge.plan("chat operator"), bridge.plan("operator", platforms=["wiki"])]
    digests = [bridge.call("GET", f"/admin/v1/plans/{one}").json["digest"] for one in plans]
    orders = [{"method": "POST", "path": f"/admin/v1/plans/{one}/approve", "body": {"digest": digest}}
              for one, digest in zip(plans, digests, strict=True)]  # fmt: skip

    told = bulk(bridge, "operator", *orders, {"method": "POST", "path": f"/admin/v1/plans/{plans[0]}/rollout"}).json

    assert [200, 200, 202] == [one["status"] for one in told["items"]]
    assert [200, 404] == [one["status"] for one in bulk(bridge, "chat operator", *orders).json["items"]]


def test_with_a_precondition(bridge: Delegated) -> None:
    """A call that needs If-Match gets the one of its item, and tells its ETag."""
    document = bridge.call("GET", "/admin/v1/configuration").json["configuration"]
    order = {"method": "PUT", "path": "/admin/v1/configuration", "body": {"configuration": document}}

    told = bulk(bridge, "mapper", order, order | {"if_match": '"9"'}, order | {"if_match": '"1"'}).json["items"]

    assert [428, 412, 200] == [one["status"] for one in told]
    assert '"2"' == told[2]["etag"]


@pytest.mark.parametrize("who", ["viewer", "hr", "chat viewer", "sales owner"])
def test_no_way_around(bridge: Delegated, who: str) -> None:
    """AD-01, AD-02: a call in a bulk takes the same permission, and keeps the same bounds, as alone."""
    victim = bridge.token("victim", "viewer").id
    orders = [revoke(victim), {"method": "POST", "path": "/admin/v1/keys/proposals",
                               "body": {"act": "rotate", "target": "saml"}}]  # fmt: skip

    alone = [bridge.call(one["method"], one["path"], who, json=one.get("body")).status_code for one in orders]
    assert alone == [one["status"] for one in bulk(bridge, who, *orders).json["items"]]
    assert set(alone) <= {403, 404}


@pytest.mark.parametrize("path", ["/admin/v1/bulk", "/admin/v1/bulk/", "/admin/v1/%62ulk", "/admin/v1/bulk?x=1",
                                  "/admin/v1/bulk#x", "/admin/v1/bulk%23"])  # fmt: skip
def test_no_bulk_in_a_bulk(bridge: Delegated, path: str) -> None:
    """AD-10: a bulk holds no bulk, however it is written."""
    inner = {"items": [revoke("0" * 16)]}

    told = bulk(bridge, "owner", {"method": "POST", "path": path, "body": inner}).json
    assert 404 == told["items"][0]["status"]


@pytest.mark.parametrize(
    "path", ["/login", "//evil.example/admin/v1/", "https://evil.example/", "/admin/oauth/token",
     "/admin/v1/../../metrics"]
)  # fmt: skip
def test_nowhere_else(bridge: Delegated, path: str) -> None:
    """A bulk reaches the admin API and nothing else."""
    answer = bulk(bridge, "owner", {"method": "POST", "path": path})

    assert 422 == answer.status_code or {404, 405} >= {one["status"] for one in answer.json["items"]}


def test_limited_and_audited(bridge: Delegated) -> None:
    """AD-10, AD-11: each call counts, is slowed down, and leaves its own record."""
    made = [bridge.token(f"t{number}", "viewer").id for number in range(3)]
    for _ in range(3):
        statuses = [one["status"] for one in bulk(bridge, "owner", *([revoke("0" * 16)] * 99)).json["items"]]

    assert 429 in statuses or 429 == bulk(bridge, "owner", revoke(made[0])).status_code
    bridge.clock.move(minutes=5)
    bulk(bridge, "owner", *(revoke(one) for one in made))
    acts = bridge.call("GET", "/admin/v1/audit?what=token.revoked&limit=3").json["items"]
    assert set(made) == {one["target"] for one in acts}
    assert 3 == len({one["request"] for one in acts})
