"""A mapping for one person while it is being written."""

from __future__ import annotations

import pytest

from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import BOB

ADDRESS = "/admin/v1/mappings/preview"
GOOD = {"attributes": {"userName": "person.employeeNumber", "title": "primary.title"}, "release": ["name"]}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with revision 1 in force."""
    return AdminBridge(store, clock, keys)


def typed(bridge: AdminBridge, mapping: dict, who: str = "mapper", **more):
    """Try a mapping for Bob."""
    body = {"mapping": mapping, "platform": "chat", "person": BOB.uuid} | more
    return bridge.call("POST", ADDRESS, who, json=body)


def values(answer) -> dict:
    """Return what and name -> value."""
    return {(one["what"], one["name"]): one["value"] for one in answer.json["values"]}


def test_what_it_gives(bridge: AdminBridge) -> None:
    """Attributes, claims and groups of the mapping as it is typed; nothing that holds changes, nothing is kept."""
    answer = typed(bridge, GOOD, groups={"all": {"on": ["chat"], "members": "person.active"}})

    assert ("E2", "Bob Bakker", True) == tuple(
        values(answer)[key] for key in (("attribute", "userName"), ("claim", "name"), ("group", "all"))
    )
    assert (True, []) == (answer.json["in_scope"], answer.json["problems"])
    assert [] == bridge.call("GET", "/admin/v1/configuration/drafts").json["items"]


def test_while_typing(bridge: AdminBridge) -> None:
    """A mistake is told with its place, line and column; what is good of the rest is shown all the same."""
    half = GOOD | {
        "attributes": GOOD["attributes"] | {"title": "primary.titel", "nickName": "person."},
        "for": "person.kind ==",
        "releas": [],
        "examples": [{"person": {}, "expect": {"userName": "x"}}],
    }
    answer = typed(bridge, half)

    assert "E2" == values(answer)["attribute", "userName"]
    told = {one["pointer"]: one for one in answer.json["problems"]}
    assert {"#/mapping/attributes/title", "#/mapping/attributes/nickName", "#/mapping/for", "#/mapping/releas"} <= set(
        told
    )
    assert (1, "did you mean title?") == (
        told["#/mapping/attributes/title"]["line"],
        told["#/mapping/attributes/title"]["hint"],
    )


def test_groups_and_presets(bridge: AdminBridge) -> None:
    """A preset is laid under it; a wrong group rule does not hide the others."""
    groups = {"good": {"on": ["chat"], "members": ["E2"]}, "bad": {"on": ["chat"], "members": "1 +"}}
    answer = typed(bridge, {"preset": "scim"}, groups=groups)

    assert ("group", "good") in values(answer)
    assert ("attribute", "userName") in values(answer)
    assert ["#/groups/bad/members"] == [one["pointer"] for one in answer.json["problems"]]


@pytest.mark.parametrize("expression", ["dyn(person)", "type(person.email)", "'a'.matches('(a+)+')", "Person{}"])
def test_same_sandbox(bridge: AdminBridge, expression: str) -> None:
    """PR-02: what is refused at save is refused here, and nothing of it is run."""
    answer = typed(bridge, {"attributes": {"userName": expression}})

    assert answer.json["problems"]
    assert ("attribute", "userName") not in values(answer)


def test_same_right_as_editing(bridge: AdminBridge) -> None:
    """PR-02: who may not change a mapping may not try one either."""
    assert [403, 403, 200] == [typed(bridge, GOOD, who).status_code for who in ("viewer", "operator", "mapper")]


def test_whom_and_where(bridge: AdminBridge) -> None:
    """AD-02: an unknown person or platform is a mistake."""
    assert 422 == typed(bridge, GOOD, person="nobody").status_code
    assert 422 == typed(bridge, GOOD, platform="nowhere").status_code


def test_nothing_of_it(bridge: AdminBridge) -> None:
    """A mapping of which nothing can be used yet is told as such."""
    answer = typed(bridge, {"attributes": [], "release": {}, "leaver": 1, "preset": "nope"})

    assert answer.json["problems"]
    assert answer.status_code == 200
