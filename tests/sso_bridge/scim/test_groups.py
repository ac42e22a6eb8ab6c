"""Groups: members are rows, and only those who move are touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sso_bridge.configuration.hr_sources.pushed import SCIM_COLUMNS
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.desk import build
from sso_bridge.scim.schema import GROUP_KIND
from sso_bridge.store.tables.organisation import person
from tests.fakes.scim_bridge import BASE, ENTERPRISE, GROUP, USER, ScimBridge


def members(bridge: ScimBridge, group: str) -> list[str]:
    """Return who is in the group."""
    return [one["value"] for one in bridge.call("GET", f"/Groups/{group}").json["members"]]


def test_whole_group(bridge: ScimBridge) -> None:
    """A group is told with its members, its address and its version; PUT states all of it."""
    ada, bob = (bridge.user(name)["id"] for name in ("ada", "bob"))
    made = bridge.group("Sales", ada, externalId="g1")

    body = {"schemas": [GROUP], "displayName": "Sales NL", "members": [{"value": bob}]}
    put = bridge.call("PUT", f"/Groups/{made['id']}", body)

    assert [{"value": ada, "$ref": f"https://sso.example.org/scim/v2/Users/{ada}", "type": "User"}] == made["members"]
    assert (200, "Sales NL", [bob]) == (put.status_code, put.json["displayName"], members(bridge, made["id"]))
    assert "externalId" not in put.json
    assert ((), ("Sales NL",)) == (bridge.person(ada).source_groups, bridge.person(bob).source_groups)


def test_person_tells_groups(bridge: ScimBridge) -> None:
    """`groups` of a person is read-only: it follows the groups, and whoever sends it changes nothing."""
    ada = bridge.user()["id"]
    sales, staff = (bridge.group(name, ada)["id"] for name in ("Sales", "Staff"))

    bridge.call("PUT", f"/Users/{ada}", {"schemas": [USER], "userName": "ada", "groups": []})
    told = bridge.call("GET", f"/Users/{ada}").json["groups"]
    refused = bridge.patch(f"/Users/{ada}", {"op": "remove", "path": "groups"})

    assert [(sales, "Sales"), (staff, "Staff")] == [(one["value"], one["display"]) for one in told]
    assert (400, "mutability") == (refused.status_code, refused.json["scimType"])
    assert [ada] == bridge.found("/Users", f'groups.value eq "{sales}" and groups[value eq "{staff}"]')
    assert [sales, staff] == bridge.found("/Groups", f'members.value eq "{ada}"')


def test_second_time_is_no_change(bridge: ScimBridge) -> None:
    """Adding who is in it, or removing who is not, leaves version and audit as they are."""
    ada = bridge.user()["id"]
    group = bridge.group("Sales", ada)
    before = len(list(bridge.parts.audit.records()))

    again = bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": ada}]})

    assert group["meta"]["version"] == again.headers["ETag"]
    assert before == len(list(bridge.parts.audit.records()))


def test_only_who_moves_is_written(bridge: ScimBridge) -> None:
    """One more member writes one row of the register; the facts of all others stay untouched."""
    people = [bridge.user(f"u{number}")["id"] for number in range(5)]
    group = bridge.group("Sales", *people[:4])["id"]
    bridge.clock.move(hours=1)

    bridge.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": people[4]}]})

    with bridge.store.reading() as connection:
        rows = connection.execute(person.select().where(person.c.changed_at == bridge.clock())).all()
    assert [people[4]] == [row.uuid for row in rows]


def test_members_who_are_nobody(bridge: ScimBridge) -> None:
    """A member may be announced before the person comes: told as a member, of no effect, and then the person."""
    ada = bridge.user(who="entra", **{ENTERPRISE: {"employeeNumber": "1"}})["id"]
    group = bridge.group("Sales", ada, "nobody", who="entra")["id"]
    bridge.call("DELETE", f"/Users/{ada}", who="entra")
    bridge.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": ada}]}, who="entra")

    announced = bridge.call("GET", f"/Groups/{group}", who="entra").json["members"]
    bridge.user("back", "entra", **{ENTERPRISE: {"employeeNumber": "1"}})
    removed = bridge.patch(f"/Groups/{group}", {"op": "remove", "path": 'members[value eq "nobody"]'}, who="entra")

    assert {ada, "nobody"} == {one["value"] for one in announced}
    assert [ada] == [one["value"] for one in removed.json["members"]]
    assert ("Sales",) == bridge.person(ada).source_groups


def test_deleted(bridge: ScimBridge) -> None:
    """A deleted group is gone from its members; a deleted person is gone from the groups, whose version moves on."""
    ada, bob = (bridge.user(name)["id"] for name in ("ada", "bob"))
    sales, staff = (bridge.group(name, ada, bob) for name in ("Sales", "Staff"))

    bridge.call("DELETE", f"/Groups/{sales['id']}")
    bridge.call("DELETE", f"/Users/{ada}")

    assert 404 == bridge.call("GET", f"/Groups/{sales['id']}").status_code
    left = bridge.call("GET", f"/Groups/{staff['id']}").json
    assert [bob] == [one["value"] for one in left["members"]]
    assert staff["meta"]["version"] != left["meta"]["version"]
    assert ("Staff",) == bridge.person(bob).source_groups


def test_large_groups_are_not_told_again(bridge: ScimBridge) -> None:
    """A group with more than a thousand members is told after a PATCH only when the caller says what to tell."""
    people = [{"value": bridge.user(f"u{number}")["id"]} for number in range(3)]
    group = bridge.group("Sales", *(one["value"] for one in people[:2]))["id"]
    desk = build(bridge.store, bridge.clock, bridge.parts.audit, bridge.parts.today, lambda *_: None, BASE)
    caller = Caller("token:1", "okta", SCIM_COLUMNS)
    reader = replace(desk.reader, most_told_again=2)

    small = reader.is_large(GROUP_KIND, desk.reader.one(GROUP_KIND, caller, group))
    bridge.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": people})
    large = reader.is_large(GROUP_KIND, desk.reader.one(GROUP_KIND, caller, group))

    assert (False, True) == (small, large)
    assert 3 == len(members(bridge, group))


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "remove", "path": 'members[type eq "User"]'}, "invalidFilter"),
        ({"op": "add", "path": 'members[value eq "x"]', "value": {"value": "x"}}, "invalidFilter"),
        ({"op": "add", "path": "members", "value": [{"type": "Group", "value": "x"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"type": "User"}]}, "invalidValue"),
        ({"op": "add", "path": "members.value", "value": "x"}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"value": "x" * 257}]}, "invalidValue"),
        (
            {"op": "add", "path": "members", "value": [{"value": f"x{number}"} for number in range(1001)]},
            "invalidValue",
        ),
        ({"op": "remove", "path": "displayName"}, "invalidValue"),
        ({"op": "replace", "path": "displayName", "value": "STAFF"}, "uniqueness"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "move", "path": "displayName"}, "invalidSyntax"),
    ],
)
def test_refused(bridge: ScimBridge, operation: dict, kind: str) -> None:
    """What cannot be done is refused with its kind, and the group is as it was."""
    bridge.group("Staff")
    group = bridge.group("Sales", bridge.user()["id"])

    answer = bridge.patch(f"/Groups/{group['id']}", operation)

    assert kind == answer.json["scimType"]
    assert group == bridge.call("GET", f"/Groups/{group['id']}").json
