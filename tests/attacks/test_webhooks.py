"""Webhooks would be a way into the network, and out of it: addresses, answers and rights are attacked."""

from __future__ import annotations

import pytest

from tests.fakes.admin import AdminBridge

WEBHOOKS = "/admin/v1/webhooks"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application, which may send nowhere but to public addresses."""
    return AdminBridge(store, clock, keys)


def tell(bridge: AdminBridge, url: str) -> list[dict]:
    """Subscribe, send a test, and return the log."""
    made = bridge.call("POST", WEBHOOKS, json={"name": "x", "url": url, "events": ["run.finished"]})
    assert 201 == made.status_code, made.text
    number = made.json["id"]
    bridge.call("POST", f"{WEBHOOKS}/{number}/test")
    bridge.clock.move(seconds=3)
    bridge.parts.telling.herald.tick()
    bridge.work()
    return bridge.call("GET", f"{WEBHOOKS}/{number}/deliveries").json["items"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5432/", "https://127.0.0.1/", "https://localhost/", "http://169.254.169.254/latest/meta-data",
        "https://[::1]/", "https://[::ffff:10.0.0.1]/", "http://0x7f.1/", "https://10.0.0.1/", "https://0/",
    ],
)  # fmt: skip
def test_into_the_network(bridge: AdminBridge, url: str) -> None:
    """AD-14: an address inside is not called; the log says so without a word of what might be there."""
    log = tell(bridge, url)

    assert [("waiting", None)] == [(one["state"], one["status"]) for one in log]
    assert {"OutgoingRefused"} == {one["error"] for one in log}


@pytest.mark.parametrize(
    "url", ["https://user:planted@x.example/", "https://planted@x.example", "https://a\\@x.example/"]
)
def test_secret_in_an_address(bridge: AdminBridge, url: str) -> None:
    """AD-06: an address with a name and password is not kept: lists and the audit would show it."""
    body = {"name": "x", "url": url, "events": ["run.finished"]}
    kept = bridge.call("POST", WEBHOOKS, json=body | {"url": "https://x.example:8443/a@b?c=d@e"})

    assert 201 == kept.status_code
    assert 422 == bridge.call("POST", WEBHOOKS, json=body).status_code
    assert 422 == bridge.call("PUT", f"{WEBHOOKS}/{kept.json['id']}", json={"url": url}).status_code
    told = bridge.call("GET", "/admin/v1/audit?limit=200").text + bridge.call("GET", WEBHOOKS).text
    assert "planted" not in told


@pytest.mark.parametrize("url", ["ftp://x.example/", "file:///etc/passwd", "javascript:alert(1)", "https://a b/", "x"])
def test_what_is_no_address(bridge: AdminBridge, url: str) -> None:
    """AD-03: what is no web address is refused at once."""
    body = {"name": "x", "url": url, "events": ["run.finished"]}

    assert 422 == bridge.call("POST", WEBHOOKS, json=body).status_code


@pytest.mark.parametrize("field", ["id", "secret", "state", "created_by", "failures"])
def test_fields_that_are_not_the_callers(bridge: AdminBridge, field: str) -> None:
    """AD-03: nobody chooses a secret or an id, or says who made it."""
    body = {"name": "x", "url": "https://x.example/", "events": ["run.finished"], field: "planted"}

    assert 422 == bridge.call("POST", WEBHOOKS, json=body).status_code


def test_events_that_are_none(bridge: AdminBridge) -> None:
    """Only known events can be asked for, in a new subscription and in a changed one."""
    for event in ("*", "run.*", "sign_in.answered", ""):
        body = {"name": "x", "url": "https://x.example/", "events": [event]}
        assert 422 == bridge.call("POST", WEBHOOKS, json=body).status_code


@pytest.mark.parametrize("who", ["viewer", "mapper", "operator", "hr", "scim"])
def test_only_owners(bridge: AdminBridge, who: str) -> None:
    """AD-04: a webhook tells of everything, so only an owner makes, reads or tests one."""
    for method, path in (("GET", WEBHOOKS), ("POST", WEBHOOKS), ("POST", f"{WEBHOOKS}/{'0' * 16}/test")):
        assert 403 == bridge.call(method, path, who).status_code
