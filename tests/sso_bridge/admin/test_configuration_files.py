"""The configuration as a file over the API, and what differs between two states."""

from __future__ import annotations

import pytest

from tests.fakes.admin import DOCUMENT, AdminBridge

BASE = "/admin/v1/configuration"
SEEN = {"If-Match": '"1"', "Content-Type": "application/yaml"}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with revision 1 in force."""
    return AdminBridge(store, clock, keys)


def take(bridge: AdminBridge, body: str | bytes, **headers: str):
    """Send a file."""
    return bridge.call("POST", f"{BASE}/import?why=file", "mapper", data=body, headers=SEEN | headers)


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_export_comes_back(bridge: AdminBridge, kind: str) -> None:
    """Of what was exported, an import changes nothing, for nobody."""
    text = bridge.call("GET", f"{BASE}/export?format={kind}").text

    told = take(bridge, text, **{"Content-Type": f"application/{kind}"}).json

    assert ([], [], []) == (told["changes"], told["people"], told["second_person"])


def test_import_is_a_draft(bridge: AdminBridge) -> None:
    """A file becomes a draft like any other, comments and all; `diff` shows it by path, and it can be applied."""
    text = bridge.call("GET", f"{BASE}/export").text.replace("mapping: chat", "mapping: chat  # ours\n    title: Chat")
    made = take(bridge, text).json

    (change,) = bridge.call("GET", f"{BASE}/diff?draft={made['draft']}").json["changes"]
    assert ("platforms.chat.title", None, "Chat") == (change["path"], change["before"], change["after"])
    assert 200 == bridge.call("POST", f"{BASE}/drafts/{made['draft']}/apply", "mapper").status_code
    told = bridge.call("GET", f"{BASE}/diff?before=1&after=2").json
    assert (1, 2, ["platforms.chat.title"]) == (told["before"], told["after"], [one["path"] for one in told["changes"]])
    assert [] == bridge.call("GET", f"{BASE}/diff?before=2").json["changes"]


def test_what_is_no_file(bridge: AdminBridge) -> None:
    """A file that cannot be read is told with line and column; nothing is kept."""
    answer = take(bridge, "platforms: [\n")

    assert (422, 2) == (answer.status_code, answer.json["errors"][0]["line"])
    assert 422 == take(bridge, b"\xff\xfe").status_code
    assert 413 == take(bridge, b"a" * (4 * 1024 * 1024 + 1)).status_code
    assert 415 == take(bridge, "{}", **{"Content-Type": "text/plain"}).status_code
    assert 412 == take(bridge, "{}", **{"If-Match": '"7"'}).status_code
    assert [] == bridge.call("GET", f"{BASE}/drafts").json["items"]


def test_diff_of_what_is_not_there(bridge: AdminBridge) -> None:
    """An unknown revision or draft is not found; two things to compare with are one too many."""
    assert 404 == bridge.call("GET", f"{BASE}/diff?before=7").status_code
    assert 404 == bridge.call("GET", f"{BASE}/diff?draft=7").status_code
    assert 422 == bridge.call("GET", f"{BASE}/diff?draft=1&after=1").status_code
    assert DOCUMENT["platforms"] == bridge.call("GET", f"{BASE}/export?format=json").json["platforms"]
