"""Entra's ways of PATCH: capitals, booleans as texts, objects without a path, filtered paths, URNs with a colon."""

from __future__ import annotations

import pytest

from tests.fakes.scim_bridge import ENTERPRISE, ScimBridge

WORK = {"type": "work", "value": "ada@corp.example", "primary": True}
START = {
    "externalId": "0a21f0f2",
    "displayName": "Ada",
    "emails": [WORK],
    "name": {"givenName": "Ada", "familyName": "Byron"},
    ENTERPRISE: {"employeeNumber": "701984", "department": "Bridges"},
}
HOME = {"type": "home", "value": "ada@home.example"}

FORMS = {
    "capital Replace, false as a text": (
        [{"op": "Replace", "path": "active", "value": "False"}],
        {"active": False},
    ),
    "capital Add, true as a text": (
        [{"op": "Replace", "path": "active", "value": "False"}, {"op": "Add", "path": "active", "value": "True"}],
        {"active": True},
    ),
    "a simple path": (
        [{"op": "Add", "path": "nickName", "value": "Babs"}],
        {"nickName": "Babs"},
    ),
    "several at once": (
        [
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@corp.example"},
            {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
        ],
        {
            "emails": [{**WORK, "value": "new@corp.example"}],
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
        },
    ),
    "a value of a kind that is not there yet": (
        [{"op": "Add", "path": 'emails[type eq "home"].value', "value": HOME["value"]}],
        {"emails": [WORK, HOME]},
    ),
    "a filtered path with two conditions": (
        [{"op": "Add", "path": 'addresses[type eq "work" and primary eq true].locality', "value": "Delft"}],
        {"addresses": [{"type": "work", "primary": True, "locality": "Delft"}]},
    ),
    "an attribute of the extension, by its URN with a colon": (
        [{"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Tunnels"}],
        {ENTERPRISE: {"employeeNumber": "701984", "department": "Tunnels"}},
    ),
    "an object without a path, with dots and URNs as names": (
        [
            {
                "op": "replace",
                "value": {
                    "displayName": "Lady Ada",
                    "name.givenName": "Augusta",
                    'emails[type eq "work"].value': "lady@corp.example",
                    f"{ENTERPRISE}:costCenter": "CC-7",
                },
            }
        ],
        {
            "displayName": "Lady Ada",
            "name": {"givenName": "Augusta", "familyName": "Byron"},
            "emails": [{**WORK, "value": "lady@corp.example"}],
            ENTERPRISE: {"employeeNumber": "701984", "department": "Bridges", "costCenter": "CC-7"},
        },
    ),
    "the extension as an object": (
        [{"op": "Add", "value": {ENTERPRISE: {"division": "Water"}}}],
        {ENTERPRISE: {"employeeNumber": "701984", "department": "Bridges", "division": "Water"}},
    ),
    "the manager as a bare id": (
        [{"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "m-1"}],
        {ENTERPRISE: {**START[ENTERPRISE], "manager": {"value": "m-1", "$ref": "https://sso.example.org/scim/v2/Users/m-1"}}},
    ),
    "the manager's value by its path": (
        [{"op": "Add", "path": f"{ENTERPRISE}:manager.value", "value": "m-2"}],
        {ENTERPRISE: {**START[ENTERPRISE], "manager": {"value": "m-2", "$ref": "https://sso.example.org/scim/v2/Users/m-2"}}},
    ),
    "Remove of a simple attribute": (
        [{"op": "Remove", "path": "displayName"}],
        {"displayName": None},
    ),
    "Remove by a filtered path": (
        [{"op": "Remove", "path": 'emails[type eq "work"]'}],
        {"emails": None},
    ),
    "an empty text takes the value away": (
        [{"op": "Replace", "path": "displayName", "value": ""}],
        {"displayName": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_user_forms(bridge: ScimBridge, form: str) -> None:
    """PR-14: each form does what Entra means by it, and touches nothing else."""
    operations, expected = FORMS[form]
    ada = bridge.user("ada@corp.example", who="entra", **START)

    answer = bridge.patch(f"/Users/{ada['id']}", *operations, who="entra")

    assert 200 == answer.status_code, answer.text
    wanted = {**ada, **expected}
    changing = {"meta"} | {name for name, value in wanted.items() if value is None}
    assert {name: value for name, value in wanted.items() if name not in changing} == {
        name: value for name, value in answer.json.items() if name != "meta"
    }


MEMBER_FORMS = {
    "Add of a list": ([{"op": "Add", "path": "members", "value": [{"$ref": None, "value": "{bob}"}]}], "ada bob"),
    "Add of one object": ([{"op": "Add", "path": "members", "value": {"value": "{bob}"}}], "ada bob"),
    "Add again is no error": ([{"op": "Add", "path": "members", "value": [{"value": "{ada}"}]}], "ada"),
    "Remove by a value filter": ([{"op": "Remove", "path": 'members[value eq "{ada}"]'}], ""),
    "Remove by a value list": ([{"op": "Remove", "path": "members", "value": [{"value": "{ada}"}]}], ""),
    "Remove of somebody who is not in it": ([{"op": "Remove", "path": 'members[value eq "{bob}"]'}], "ada"),
    "Remove of all": ([{"op": "Remove", "path": "members"}], ""),
    "Replace of all": ([{"op": "Replace", "path": "members", "value": [{"value": "{bob}"}]}], "bob"),
    "an object without a path": ([{"op": "Add", "value": {"members": [{"value": "{bob}"}]}}], "ada bob"),
    "one after the other": (
        [
            {"op": "Remove", "path": 'members[value eq "{ada}"]'},
            {"op": "Add", "path": "members", "value": [{"value": "{bob}"}]},
        ],
        "bob",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", MEMBER_FORMS)
def test_member_forms(bridge: ScimBridge, form: str) -> None:
    """PR-14: members come and go one by one or in lists; the rules see it in the same moment."""
    operations, expected = MEMBER_FORMS[form]
    ids = {
        name: bridge.user(name, who="entra", **{ENTERPRISE: {"employeeNumber": name}})["id"] for name in ("ada", "bob")
    }
    group = bridge.group("Sales", ids["ada"], who="entra")["id"]

    answer = bridge.patch(f"/Groups/{group}", *[_filled(one, ids) for one in operations], who="entra")

    assert 200 == answer.status_code, answer.text
    wanted = {ids[name] for name in expected.split()}
    assert wanted == {one["value"] for one in bridge.call("GET", f"/Groups/{group}", who="entra").json["members"]}
    assert wanted == {one for one in ids.values() if bridge.person(one).source_groups == ("Sales",)}


def test_matching(bridge: ScimBridge) -> None:
    """Entra looks for a person by externalId or by the mail address of work before it makes one."""
    ada = bridge.user("ada@corp.example", who="entra", **START)["id"]

    assert [ada] == bridge.found("/Users", 'externalId eq "0a21f0f2"', "entra")
    assert [ada] == bridge.found("/Users", 'emails[type eq "work"].value eq "ADA@corp.example"', "entra")
    assert [] == bridge.found("/Users", 'externalId eq "00000000"', "entra")


def test_test_connection(bridge: ScimBridge) -> None:
    """The button "Test connection" asks for a user name that nobody has."""
    answer = bridge.call("GET", "/Users?filter=userName+eq+%22b4d2-none%22", who="entra")

    assert (200, 0, []) == (answer.status_code, answer.json["totalResults"], answer.json["Resources"])


def test_members_are_left_out(bridge: ScimBridge) -> None:
    """Entra asks for groups without members, which costs nothing however many there are."""
    group = bridge.group("Sales", who="entra")["id"]

    answer = bridge.call("GET", f"/Groups/{group}?excludedAttributes=members", who="entra")

    assert "members" not in answer.json
    assert [group] == bridge.found("/Groups", 'displayName eq "sales"', "entra", excludedAttributes="members")


def _filled(operation: dict, ids: dict[str, str]) -> dict:
    """Return the operation with ids in the place of names."""
    if isinstance(operation, dict):
        return {name: _filled(value, ids) for name, value in operation.items()}
    if isinstance(operation, list):
        return [_filled(value, ids) for value in operation]
    return (
        operation.format(**ids) if isinstance(operation, str) and operation.startswith(("{", "members[")) else operation
    )
