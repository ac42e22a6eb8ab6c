"""Asking only for what has changed, and changing only what was looked at."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from sso_bridge.admin.bounds import Bounds
from sso_bridge.parts.machines import routes
from tests.fakes.admin import AdminBridge
from tests.fakes.lived_in import LivedIn

HELD = "/admin/v1/configuration"
CLIENTS, WEBHOOKS = "/admin/v1/clients", "/admin/v1/webhooks"
HOOK = {"name": "desk", "url": "https://hooks.example.org/", "events": ["run.failed"]}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with revision 1 in force."""
    return AdminBridge(store, clock, keys)


def again(bridge: AdminBridge, path: str, tag: str, who: str = "owner", method: str = "GET") -> Any:
    """Ask for what is perhaps known."""
    return bridge.call(method, path, who, headers={"If-None-Match": tag})


def test_every_resource_with_a_tag(store, clock, keys) -> None:
    """RFC 9110 13.1.2: whatever has an ETag answers 304 without content to who has it, and 200 to everybody else."""
    bridge, seen = LivedIn(store, clock, keys), []
    for route in routes(bridge.parts):
        if not route.conditional:
            continue
        path = route.path.replace("{part}", "platforms").replace("{name}", "chat")
        for name in route.parameters:
            path = path.replace(f"{{{name}}}", str(bridge.known.get(name, "")))
        tag = bridge.call("GET", path).headers["ETag"]

        for same in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            for method in ("GET", "HEAD"):
                answer = again(bridge, path, same, method=method)
                assert (304, b"", tag) == (answer.status_code, answer.data, answer.headers["ETag"])
                assert ("no-store", None) == (answer.headers["Cache-Control"], answer.headers.get("Content-Type"))
        for other in ('"other"', "", tag.strip('"')[:-1]):
            assert 200 == again(bridge, path, other).status_code
        seen.append(route.path)

    assert {HELD, f"{HELD}/{{part}}/{{name}}", f"{WEBHOOKS}/{{webhook}}", f"{CLIENTS}/{{client}}"} <= set(seen)


def test_not_what_may_not_be_seen(bridge: AdminBridge) -> None:
    """AD-02: who has no right to an answer any more is not told that it is unchanged."""
    bridge.token("chat mapper", "mapper", bounds=Bounds(platforms=("chat",)))
    bridge.token("wiki mapper", "mapper", bounds=Bounds(platforms=("wiki",)))
    whole, part = bridge.call("GET", HELD).headers["ETag"], bridge.call("GET", HELD, "chat mapper").headers["ETag"]
    assert 304 == again(bridge, HELD, part, "chat mapper").status_code

    assert [200, 200] == [again(bridge, HELD, tag, "wiki mapper").status_code for tag in (whole, part)]
    tag = bridge.call("GET", f"{HELD}/platforms/chat").headers["ETag"]
    for known in (tag, "*"):
        assert 404 == again(bridge, f"{HELD}/platforms/chat", known, "wiki mapper").status_code
    bridge.parts.tokens.revoke(bridge.kept["chat mapper"].id)
    assert 401 == again(bridge, HELD, part, "chat mapper").status_code
    assert 403 == again(bridge, HELD, whole, "hr").status_code


def test_a_part_is_changed_by_its_tag(bridge: AdminBridge) -> None:
    """The tag of the part that somebody sees serves for changing it, too."""
    bridge.token("chat mapper", "mapper", bounds=Bounds(platforms=("chat",)))
    document = bridge.call("GET", HELD, "chat mapper").json["configuration"]
    document["mappings"]["chat"]["release"] = []

    body = {"configuration": document}
    assert 200 == bridge.call("PUT", HELD, "chat mapper", json=body, seen=HELD).status_code


def test_only_what_was_looked_at(bridge: AdminBridge) -> None:
    """Who has not looked (428), at something else (412) or says nonsense (400) changes nothing."""
    hook = f"{WEBHOOKS}/{bridge.call('POST', WEBHOOKS, json=HOOK).json['id']}"
    client = f"{CLIENTS}/{bridge.call('POST', CLIENTS, json={'name': 'board', 'role': 'viewer'}).json['id']}"
    draft = {"configuration": bridge.call("GET", HELD).json["configuration"]}
    writes = [("PUT", hook, hook, {"json": {"name": "new"}}), ("POST", f"{hook}/secret", hook, {}),
              ("POST", f"{client}/secret", client, {}), ("POST", f"{HELD}/plan", HELD, {"json": draft})]  # fmt: skip
    for method, path, seen, more in writes:
        before = bridge.call("GET", seen).headers["ETag"]
        other = '"99"' if seen == HELD else f'"{"0" * 32}"'
        for tag, status in (("", 428), (other, 412), ("*", 400), (f"W/{before}", 400)):
            headers = {"If-Match": tag} if tag else {}
            assert status == bridge.call(method, path, headers=headers, **more).status_code
        assert before == bridge.call("GET", seen).headers["ETag"]

        answer = bridge.call(method, path, seen=seen, **more)
        assert 200 == answer.status_code
        if seen != HELD:
            now = bridge.call("GET", seen).headers["ETag"]
            assert answer.headers["ETag"] == now != before
            assert 412 == bridge.call(method, path, headers={"If-Match": before}, **more).status_code


def test_what_happens_by_itself(bridge: AdminBridge) -> None:
    """The log of a webhook, and the use of a client, are no changes that an administrator must look at."""
    hook = bridge.call("POST", WEBHOOKS, json=HOOK)
    bridge.parts.telling.webhooks.change(hook.json["id"], failures=3, failing_since=bridge.clock())

    place = f"{WEBHOOKS}/{hook.json['id']}"
    assert hook.headers["ETag"] == bridge.call("GET", place).headers["ETag"] == hook.json["etag"]


def test_two_at_once(bridge: AdminBridge) -> None:
    """Of two who renew one secret at the same moment, one is told to look again: no secret dies unnoticed."""
    made = bridge.call("POST", CLIENTS, json={"name": "board", "role": "viewer"})
    path, tag, found = f"{CLIENTS}/{made.json['id']}", made.headers["ETag"], []

    def renew() -> None:
        found.append(bridge.call("POST", f"{path}/secret", headers={"If-Match": tag}).status_code)

    both = [Thread(target=renew) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert [200, 412] == sorted(found)
