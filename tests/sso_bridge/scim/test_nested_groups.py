"""Groups in groups: told as they are, never in a circle, and a new name of one touches no member."""

from __future__ import annotations

import pytest

from sso_bridge.scim.errors import InvalidValue
from sso_bridge.scim.limits import DEEPEST_GROUPS
from sso_bridge.scim.memberships import MemberChange
from sso_bridge.scim.nesting import Nesting
from sso_bridge.store.staff.scim_nesting import ScimNesting
from sso_bridge.store.tables.organisation import person
from tests.fakes.scim_bridge import BASE, GROUP, ScimBridge


def put(bridge: ScimBridge, group: str, *members: object):
    """Add members to a group."""
    return bridge.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": list(members)})


def nested(uuid: str) -> dict:
    """Return a group as a member."""
    return {"value": uuid, "type": "Group"}


@pytest.fixture
def tree(bridge: ScimBridge) -> dict[str, str]:
    """Ada in Sales NL, which is in Sales, which is in All; Bob in Sales himself."""
    ada, bob = (bridge.user(name)["id"] for name in ("ada", "bob"))
    made = {"ada": ada, "bob": bob}
    for name, members in (("Sales NL", [ada]), ("Sales", [bob]), ("All", [])):
        made[name] = bridge.group(name, *members)["id"]
    for outer, inner in (("Sales", "Sales NL"), ("All", "Sales")):
        assert 200 == put(bridge, made[outer], nested(made[inner])).status_code
    return made


def groups_of(bridge: ScimBridge, uuid: str) -> list[tuple[str, str]]:
    """Return name and sort of the groups of somebody."""
    return [(one["display"], one["type"]) for one in bridge.call("GET", f"/Users/{uuid}").json.get("groups", ())]


def test_told_with_type_and_address(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """RFC 7643 section 4.2: a group that is a member has the type Group and its own address; people come first."""
    told = bridge.call("GET", f"/Groups/{tree['Sales']}").json["members"]

    assert [
        {"value": tree["bob"], "$ref": f"{BASE}/Users/{tree['bob']}", "type": "User"},
        {"value": tree["Sales NL"], "$ref": f"{BASE}/Groups/{tree['Sales NL']}", "type": "Group"},
    ] == told
    assert [tree["All"]] == bridge.found("/Groups", f'members.value eq "{tree["Sales"]}"')


def test_people_are_indirect(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """RFC 7643 section 4.1.2: groups that hold one's group are told as indirect, and found by the filter alike."""
    put(bridge, tree["All"], {"value": tree["bob"]})

    assert [("Sales NL", "direct"), ("Sales", "indirect"), ("All", "indirect")] == groups_of(bridge, tree["ada"])
    assert [("Sales", "direct"), ("All", "direct")] == groups_of(bridge, tree["bob"])
    assert [tree["ada"], tree["bob"]] == bridge.found("/Users", f'groups.value eq "{tree["All"]}"')
    assert [tree["ada"]] == bridge.found("/Users", f'groups[value eq "{tree["Sales NL"]}"] and title ne "x"')


def test_rules_see_all_of_them(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """`person.sourceGroups` has the names of all groups that somebody is in, also through others, by today's names."""
    before = bridge.person(tree["ada"]).source_groups
    bridge.patch(f"/Groups/{tree['Sales']}", {"op": "replace", "path": "displayName", "value": "Verkoop"})
    renamed = bridge.person(tree["ada"]).source_groups
    bridge.patch(f"/Groups/{tree['All']}", {"op": "remove", "path": f'members[value eq "{tree["Sales"]}"]'})

    assert (("All", "Sales", "Sales NL"), ("All", "Sales NL", "Verkoop")) == (before, renamed)
    assert ("Sales NL", "Verkoop") == bridge.person(tree["ada"]).source_groups


def test_nobody_is_touched(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """A new name, or another group around it, writes no person; the sync sees that those in it are other ones."""

    def digests() -> dict[str, bytes]:
        return {one.uuid: one.digest for one in bridge.parts.people.everyone()}

    def written() -> list[str]:
        with bridge.store.reading() as connection:
            return [row.uuid for row in connection.execute(person.select().where(person.c.changed_at > began))]

    carl = bridge.user("carl")["id"]
    bridge.clock.move(hours=1)
    before, version, began = digests(), bridge.parts.people.version(), bridge.clock()
    bridge.clock.move(minutes=1)
    bridge.patch(f"/Groups/{tree['Sales']}", {"op": "replace", "path": "displayName", "value": "Verkoop"})
    after = digests()

    assert ([], version + 1) == (written(), bridge.parts.people.version())
    assert {tree["ada"], tree["bob"]} == {uuid for uuid, digest in after.items() if digest != before[uuid]}
    put(bridge, bridge.group("Whole", carl)["id"], nested(tree["All"]))
    assert [carl] == written()
    everyone = {one.uuid: one for one in bridge.parts.people.everyone()}
    assert ("All", "Sales NL", "Verkoop", "Whole") == everyone[tree["ada"]].person().source_groups


def test_deleted(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """A deleted group is in no group and holds none; the group that held it has another version."""
    before = bridge.call("GET", f"/Groups/{tree['All']}").json["meta"]["version"]

    bridge.call("DELETE", f"/Groups/{tree['Sales']}")

    left = bridge.call("GET", f"/Groups/{tree['All']}").json
    assert [] == left["members"]
    assert before != left["meta"]["version"]
    assert [("Sales NL", "direct")] == groups_of(bridge, tree["ada"])
    assert ("Sales NL",) == bridge.person(tree["ada"]).source_groups


@pytest.mark.parametrize("outer", ["Sales NL", "Sales"])
def test_no_circles(bridge: ScimBridge, tree: dict[str, str], outer: str) -> None:
    """PR-14: a group that would be in itself, through however many others, is refused, and nothing changes."""
    before = bridge.call("GET", f"/Groups/{tree[outer]}").json

    answers = [put(bridge, tree[outer], nested(tree[inner])) for inner in ("All", outer)]

    assert [(400, "invalidValue")] * 2 == [(one.status_code, one.json["scimType"]) for one in answers]
    assert before == bridge.call("GET", f"/Groups/{tree[outer]}").json


def test_turned_around_in_one_go(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """A whole group may let one go that then takes it in: what counts is what is there at the end of each request."""
    body = {"schemas": [GROUP], "displayName": "All", "members": []}

    assert 200 == bridge.call("PUT", f"/Groups/{tree['All']}", body).status_code
    assert 200 == put(bridge, tree["Sales NL"], nested(tree["All"])).status_code
    assert [("Sales NL", "direct"), ("Sales", "indirect")] == groups_of(bridge, tree["ada"])


def test_depth_and_number(bridge: ScimBridge) -> None:
    """PR-14: groups are so deep in each other, and so many in one, and not one more."""
    chain = [bridge.group(f"g{number}")["id"] for number in range(DEEPEST_GROUPS + 2)]
    answers = [put(bridge, outer, nested(inner)) for outer, inner in zip(chain[1:], chain, strict=False)]

    assert [*[200] * DEEPEST_GROUPS, 400] == [one.status_code for one in answers]
    ada = bridge.user()["id"]
    put(bridge, chain[0], {"value": ada})
    assert DEEPEST_GROUPS + 1 == len(groups_of(bridge, ada))
    groups = ScimNesting(bridge.store)
    known = groups.known("okta", chain)
    ids = [known[one] for one in chain]
    with pytest.raises(InvalidValue):
        Nesting(groups, most=2).carry_out(ids[-1], MemberChange("join"), ids[:3])
    assert (2, 0) == tuple(map(len, Nesting(groups, most=2).carry_out(ids[-1], MemberChange("be"), ids[:2])))


@pytest.mark.parametrize(
    "member",
    [
        lambda tree: {"value": tree["ada"], "type": "Group"},
        lambda tree: {"value": tree["Sales"], "type": "User"},
        lambda _tree: {"value": "00000000-0000-4000-8000-000000000000", "type": "Group"},
        lambda tree: {"value": tree["ada"], "type": "Device"},
        lambda _tree: {"type": "Group"},
    ],
)
def test_called_wrongly(bridge: ScimBridge, tree: dict[str, str], member) -> None:
    """A member whose type is said and wrong is refused; without a type it is what its id says."""
    answer = put(bridge, tree["All"], member(tree))

    assert (400, "invalidValue") == (answer.status_code, answer.json["scimType"])
    assert "Group" == put(bridge, tree["All"], {"value": tree["Sales NL"]}).json["members"][-1]["type"]


def test_groups_of_another_source(bridge: ScimBridge, tree: dict[str, str]) -> None:
    """PR-14: a group of another source is no group here, neither as a member nor as the one that is asked for."""
    club = bridge.group("Club", who="entra")["id"]

    assert 400 == put(bridge, tree["All"], nested(club)).status_code
    assert [] == bridge.found("/Groups", f'members.value eq "{tree["Sales"]}"', "entra")
    assert [] == bridge.found("/Users", f'groups.value eq "{tree["All"]}"', "entra")


def test_by_bulk(bridge: ScimBridge) -> None:
    """RFC 7644 section 3.7.2: a group names another one that comes later in the same request; a circle is refused."""

    def one(name: str, *members: str) -> dict:
        inside = [{"value": f"bulkId:{member}", "type": "Group"} for member in members]
        data = {"schemas": [GROUP], "displayName": name, "members": inside}
        return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}

    def statuses(*operations: dict) -> list[str]:
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": list(operations)}
        return [each["status"] for each in bridge.call("POST", "/Bulk", body).json["Operations"]]

    assert ["201", "201", "201"] == statuses(one("a", "b"), one("b", "c"), one("c"))
    assert ["400", "400"] == statuses(one("x", "y"), one("y", "x"))
