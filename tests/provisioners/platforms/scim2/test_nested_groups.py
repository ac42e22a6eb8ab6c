"""Groups inside groups on SCIM services as they really are."""

from __future__ import annotations

import json

import pytest
import responses

from tests.provisioners.platforms.opened import opened

BASE = "https://chat.corp.example/scim/v2"
INNER = {"value": "g2", "type": "Group"}
PERSON = {"value": "1"}


@pytest.fixture
def wire():
    """Give a wire with nothing behind it."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def connector():
    """Give a connector to it."""
    return opened("scim", url=BASE, nested_groups=True)


def can_patch(wire, can):
    """Say whether the service knows PATCH."""
    wire.get(f"{BASE}/ServiceProviderConfig", json={"patch": {"supported": can}})


def sent(wire, method):
    return [json.loads(call.request.body) for call in wire.calls if call.request.method == method]


def test_added_with_its_type(wire, connector):
    """A group is added as a member of the type Group (RFC 7643 4.2), and removed by its id."""
    can_patch(wire, can=True)
    wire.patch(f"{BASE}/Groups/g1", json={"id": "g1"})

    assert not connector.change_groups("g1", add=["g2"], remove=["g3"])

    added, removed = sent(wire, "PATCH")[0]["Operations"]
    assert [INNER] == added["value"]
    assert 'members[value eq "g3"]' == removed["path"]


def test_without_patch(wire, connector):
    """Without PATCH the whole group is written: its people stay, a group that is there is not doubled."""
    can_patch(wire, can=False)
    wire.get(f"{BASE}/Groups/g1", json={"id": "g1", "displayName": "G", "members": [PERSON, INNER]})
    wire.put(f"{BASE}/Groups/g1", json={"id": "g1"})

    assert not connector.change_groups("g1", add=["g2", "g4"])

    assert [PERSON, INNER, {"value": "g4", "type": "Group"}] == sent(wire, "PUT")[0]["members"]


@pytest.mark.parametrize("refused", [True, False])
def test_refused(wire, connector, refused):
    """A service that takes no groups as members says so, and the group is told; one that has it already has it."""
    can_patch(wire, can=True)
    wire.patch(f"{BASE}/Groups/g1", status=400, json={"scimType": "invalidValue"})
    wire.get(f"{BASE}/Groups/g1", json={"id": "g1", "members": [] if refused else [INNER]})

    assert ({"g2"} if refused else set()) == set(connector.change_groups("g1", add=["g2"]))


@pytest.mark.parametrize(
    ("member", "is_group"),
    [
        ({"value": "x", "type": "Group"}, True),
        ({"value": "x", "type": "group"}, True),
        ({"value": "x", "$ref": f"{BASE}/Groups/x"}, True),
        ({"value": "x", "$ref": f"{BASE}/Users/x"}, False),
        ({"value": "x", "type": "User", "$ref": f"{BASE}/Groups/x"}, False),
        ({"value": "x"}, False),
    ],
)
def test_told_apart(wire, connector, member, is_group):
    """A member is a group by its type, or, without one, by its address; everything else is a person."""
    listed = {"totalResults": 1, "Resources": [{"id": "g1", "displayName": "G", "members": [member, "odd", {}]}]}
    wire.get(f"{BASE}/Groups", json=listed)
    wire.get(f"{BASE}/Groups", json={"totalResults": 1, "Resources": []})

    (group,) = connector.groups()

    assert ({"x"}, set()) == ((group.groups, group.members) if is_group else (group.members, group.groups))
