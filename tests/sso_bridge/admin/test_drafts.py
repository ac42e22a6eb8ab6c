"""Four eyes on the configuration: one proposes, another approves exactly that, and then it comes into force."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.admin import DOCUMENT, AdminBridge

BASE = "/admin/v1/configuration"
CHAT = DOCUMENT["mappings"]["chat"]
EVERYBODY = DOCUMENT | {
    "mappings": {"chat": CHAT | {"attributes": CHAT["attributes"] | {"title": "person.employeeNumber"}}}
}
OTHER_DOOR = DOCUMENT | {"workplaces": {"staff": {"kind": "file", "path": "others.yaml"}}}
HARMLESS = DOCUMENT | {"platforms": {"chat": DOCUMENT["platforms"]["chat"] | {"title": "Chat"}}}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """Two people, a configuration, and colleagues whose tokens were made on the machine."""
    made = AdminBridge(store, clock, keys)
    for name, role in (("colleague", "owner"), ("second mapper", "mapper")):
        made.token(name, role)
    return made


def draft(bridge: AdminBridge, document: dict[str, Any], who: str = "owner") -> dict[str, Any]:
    """Propose a document."""
    return bridge.call("POST", f"{BASE}/plan", who, json={"configuration": document}, seen=BASE).json


def approve(bridge: AdminBridge, made: dict[str, Any], who: str = "colleague", digest: str = ""):
    """Approve a draft."""
    body = {"digest": digest or made["digest"]}
    return bridge.call("POST", f"{BASE}/drafts/{made['draft']}/approve", who, json=body)


def apply(bridge: AdminBridge, made: dict[str, Any], who: str = "owner"):
    """Bring a draft into force."""
    return bridge.call("POST", f"{BASE}/drafts/{made['draft']}/apply", who)


def told(answer: Any) -> tuple[int, str]:
    """Return status and code."""
    return answer.status_code, answer.json.get("code", "")


@pytest.mark.parametrize("document", [EVERYBODY, OTHER_DOOR], ids=["people", "workplace"])
def test_it_takes_two(bridge: AdminBridge, document: dict[str, Any]) -> None:
    """AD-08: neither by PUT nor by draft can one administrator alone do it; with a colleague's approval it goes."""
    made = draft(bridge, document)
    assert made["second_person"]

    put = {"json": {"configuration": document}, "headers": {"If-Match": '"1"'}}
    assert (409, "second_person_needed") == told(bridge.call("PUT", BASE, "owner", **put))
    assert (409, "second_person_needed") == told(apply(bridge, made))
    assert 200 == approve(bridge, made).status_code

    assert (200, '"2"') == ((answer := apply(bridge, made)).status_code, answer.headers["ETag"])
    assert document == bridge.call("GET", BASE).json["configuration"]


def test_put_of_what_was_approved(bridge: AdminBridge) -> None:
    """AD-08: an approval is for the document, letter by letter; another one does not pass with it."""
    approve(bridge, draft(bridge, EVERYBODY))
    other = EVERYBODY | {"targets": {"all": {"metric": "coverage", "goal": 1, "owner": "E1", "due": "2027-01-01"}}}

    answers = [
        bridge.call("PUT", BASE, "owner", json={"configuration": one}, headers={"If-Match": '"1"'})
        for one in (other, EVERYBODY)
    ]

    assert [409, 200] == [one.status_code for one in answers]


def test_nobody_approves_their_own(bridge: AdminBridge) -> None:
    """AD-08: not the maker, not a token of the maker, not the maker of the token, not a sister token."""
    owner = bridge.kept["owner"].actor
    bridge.token("mine", "owner", created_by=owner)
    bridge.token("mine too", "owner", created_by=owner)
    by_owner, by_mine = draft(bridge, EVERYBODY), draft(bridge, EVERYBODY, "mine")

    for made, who in ((by_owner, "owner"), (by_owner, "mine"), (by_mine, "owner"), (by_mine, "mine too")):
        assert (409, "second_person_needed") == told(approve(bridge, made, who))
    assert (409, "second_person_needed") == told(apply(bridge, by_owner))


def test_only_what_was_looked_at(bridge: AdminBridge) -> None:
    """AD-08: an approval names the digest that was looked at."""
    made = draft(bridge, EVERYBODY)

    assert 422 == approve(bridge, made, digest="0" * 64).status_code
    assert 409 == apply(bridge, made).status_code


def test_it_ends_after_a_day(bridge: AdminBridge, clock) -> None:
    """AD-08: an approval holds for 24 hours, not longer; then it can be given again."""
    made = draft(bridge, EVERYBODY)
    approve(bridge, made)
    clock.move(hours=24)

    assert (409, "second_person_needed") == told(apply(bridge, made))
    read = bridge.call("GET", f"{BASE}/drafts/{made['draft']}", "colleague").json
    assert [False] == [one["good"] for one in read["approvals"]]
    approve(bridge, made)
    assert 200 == apply(bridge, made).status_code


def test_it_ends_with_its_base(bridge: AdminBridge) -> None:
    """AD-08: what was approved for one state is not applied to another, and not approved for it any more."""
    made = draft(bridge, EVERYBODY)
    approve(bridge, made)
    assert 200 == apply(bridge, draft(bridge, HARMLESS)).status_code

    assert (412, "revision_moved") == told(apply(bridge, made))
    assert (412, "revision_moved") == told(approve(bridge, made))


def test_small_changes_take_one(bridge: AdminBridge) -> None:
    """What touches nobody, no key and no address is one administrator's."""
    made = draft(bridge, HARMLESS, "mapper")

    assert [] == made["second_person"]
    assert 200 == apply(bridge, made, "mapper").status_code


def test_rights_of_the_approver(bridge: AdminBridge) -> None:
    """AD-04, AD-08: a mapper approves rules, and nothing that a mapper could not change; others approve nothing."""
    rules, door = draft(bridge, EVERYBODY), draft(bridge, OTHER_DOOR)

    assert 403 == approve(bridge, door, "mapper").status_code
    assert 403 == apply(bridge, door, "mapper").status_code
    assert [403, 403] == [approve(bridge, rules, who).status_code for who in ("viewer", "operator")]
    assert 200 == approve(bridge, rules, "mapper").status_code


def test_two_mappers(bridge: AdminBridge) -> None:
    """AD-08: two mappers can change rules for everybody, without an owner."""
    made = draft(bridge, EVERYBODY, "mapper")
    approve(bridge, made, "second mapper")

    assert 200 == apply(bridge, made, "mapper").status_code


def test_going_back_takes_two_as_well(bridge: AdminBridge) -> None:
    """AD-08: an earlier revision is a change like any other."""
    approve(bridge, made := draft(bridge, EVERYBODY))
    apply(bridge, made)
    back = {"json": {"revision": 1}, "headers": {"If-Match": '"2"'}}
    assert (409, "second_person_needed") == told(bridge.call("POST", f"{BASE}/rollback", **back))

    approve(bridge, draft(bridge, DOCUMENT))
    assert 200 == bridge.call("POST", f"{BASE}/rollback", **back).status_code


def test_a_fresh_bridge(store, clock, keys) -> None:
    """AD-08: over the API not even the first configuration is one person's; at the machine it is."""
    bridge = AdminBridge(store, clock, keys, configured=False)
    put = {"json": {"configuration": DOCUMENT}, "headers": {"If-Match": '"0"'}}
    assert (409, "second_person_needed") == told(bridge.call("PUT", BASE, **put))

    desk = bridge.parts.configuration
    assert 1 == desk.apply(desk.propose(DOCUMENT, by="cli:root").draft.id, by="cli:root").number


def test_approval_is_audited(bridge: AdminBridge) -> None:
    """AD-08, AD-11: the audit has who approved whose draft, by its digest."""
    made = draft(bridge, EVERYBODY)
    approve(bridge, made)

    (act,) = bridge.call("GET", "/admin/v1/audit?what=configuration.approved").json["items"]
    assert (bridge.kept["colleague"].actor, f"draft:{made['draft']}") == (act["actor"], act["target"])
    assert (made["digest"], bridge.kept["owner"].actor) == (act["after"]["digest"], act["after"]["made_by"])


def test_an_applied_draft_is_none(bridge: AdminBridge) -> None:
    """AD-02: a draft that came into force is a revision; there is nothing left to approve."""
    made = draft(bridge, HARMLESS)
    apply(bridge, made)

    assert 404 == approve(bridge, made).status_code
    assert 404 == bridge.call("GET", f"{BASE}/drafts/{made['draft']}").status_code
    assert 404 == bridge.call("GET", f"{BASE}/drafts/999").status_code
