"""What every connector with groups, and with owners, promises about them."""

from __future__ import annotations

from typing import Protocol, cast

import pytest

from provisioners.conformance.sample import Sample
from provisioners.errors import SyncError
from provisioners.platforms.contract import (
    Connector,
    HasDescriptions,
    HasGroups,
    HasNesting,
    HasOwners,
    RemoteGroup,
)
from provisioners.platforms.descriptor import Descriptor

KEYS = ("sales-nl", "units/HR & Pay", "lines/É100", "a=b%2f..", "UPPER", "upper")


class Grouping(Connector, HasGroups, Protocol):
    """A connector with groups."""


class Owning(Grouping, HasOwners, Protocol):
    """A connector with groups that have owners."""


class Nesting(Grouping, HasNesting, Protocol):
    """A connector with groups that hold groups."""


class Describing(Grouping, HasDescriptions, Protocol):
    """A connector with groups that have a description."""


def group_with(connector: Grouping, key: str) -> RemoteGroup:
    """Return the one group that carries the key."""
    hits = [group for group in connector.groups() if group.external_id == key]
    assert len(hits) == 1
    return hits[0]


class GroupPromises:
    """Skipped as a whole for a kind whose descriptor has no groups."""

    @pytest.fixture
    def grouping(self, connector: Connector, descriptor: Descriptor) -> Grouping:
        """Return the connector when it has groups."""
        if not descriptor.groups:
            pytest.skip("this kind of platform has no groups")
        return cast("Grouping", connector)

    @pytest.fixture
    def owning(self, connector: Connector, descriptor: Descriptor) -> Owning:
        """Return the connector when its groups have owners."""
        if not descriptor.owners:
            pytest.skip("this kind of platform has no owners of groups")
        return cast("Owning", connector)

    @pytest.fixture
    def nesting(self, connector: Connector, descriptor: Descriptor) -> Nesting:
        """Return the connector when its groups hold groups."""
        if not descriptor.nests:
            pytest.skip("groups hold no groups on this kind of platform")
        return cast("Nesting", connector)

    @pytest.fixture
    def describing(self, connector: Connector, descriptor: Descriptor) -> Describing:
        """Return the connector when its groups have descriptions."""
        if not descriptor.describes:
            pytest.skip("groups have no description on this kind of platform")
        return cast("Describing", connector)

    def test_abilities_are_as_described(self, connector: Connector, descriptor: Descriptor) -> None:
        """The descriptor says exactly what the connector can do."""
        assert descriptor.groups == isinstance(connector, HasGroups)
        assert descriptor.owners == isinstance(connector, HasOwners)
        assert descriptor.nests == isinstance(connector, HasNesting)
        assert descriptor.describes == isinstance(connector, HasDescriptions)

    def test_create_group_twice_is_one(self, grouping: Grouping) -> None:
        """Creating again returns the same group, also under another name (PR-10)."""
        first = grouping.create_group("sales-nl", "Sales NL")

        assert first == grouping.create_group("sales-nl", "Sales Netherlands")
        assert first == group_with(grouping, "sales-nl").remote_id

    @pytest.mark.parametrize("key", KEYS)
    def test_group_key_round_trip(self, grouping: Grouping, key: str) -> None:
        """Every key comes back as it was written, whatever characters it has (ID-03)."""
        remote_id = grouping.create_group(key, f"Group {key}")

        assert remote_id == group_with(grouping, key).remote_id

    def test_same_name_is_another_group(self, grouping: Grouping) -> None:
        """A group is never found by its name (PR-07)."""
        first = grouping.create_group("units/1", "Sales One")
        second = grouping.create_group("units/2", "Sales Two")
        grouping.rename_group(second, "Sales Three")

        assert first != second
        assert {"Sales One", "Sales Three"} == {group_with(grouping, key).name for key in ("units/1", "units/2")}

    def test_rename_keeps_members(self, grouping: Grouping, account: Sample) -> None:
        """A new name changes nothing else, and may be given twice."""
        person = grouping.create(account(1))
        room = grouping.create_group("sales-nl", "Sales NL")
        grouping.change_members(room, add=[person])

        grouping.rename_group(room, "Verkoop")
        grouping.rename_group(room, "Verkoop")

        group = group_with(grouping, "sales-nl")
        assert ("Verkoop", frozenset({person})) == (group.name, group.members)

    def test_members_come_and_go(self, grouping: Grouping, account: Sample) -> None:
        """Added members are there, removed ones are not, the others stay."""
        people = [grouping.create(account(number)) for number in (1, 2, 3)]
        room = grouping.create_group("sales-nl", "Sales NL")

        assert not grouping.change_members(room, add=people[:2])
        assert not grouping.change_members(room, add=people[2:], remove=people[:1])

        assert set(people[1:]) == group_with(grouping, "sales-nl").members

    def test_member_twice_is_success(self, grouping: Grouping, account: Sample) -> None:
        """Adding who is in and removing who is out is no error."""
        inside, outside = (grouping.create(account(number)) for number in (1, 2))
        room = grouping.create_group("sales-nl", "Sales NL")
        grouping.change_members(room, add=[inside])

        assert not grouping.change_members(room, add=[inside, inside], remove=[outside])

        assert {inside} == group_with(grouping, "sales-nl").members

    def test_unknown_member_does_no_harm(self, grouping: Grouping, unknown_member: str, account: Sample) -> None:
        """A refused account is reported by its id and the others are done; what is not reported is really there.

        Some services take any id as a member without looking, which SCIM allows; then it shows in the list.
        """
        person = grouping.create(account(1))
        room = grouping.create_group("sales-nl", "Sales NL")

        failures = grouping.change_members(room, add=[unknown_member, person])

        assert set(failures) <= {unknown_member}
        assert {person, unknown_member} - set(failures) == group_with(grouping, "sales-nl").members

    def test_many_members(self, grouping: Grouping, account: Sample) -> None:
        """More members than fit into one call all arrive."""
        people = [grouping.create(account(number)) for number in range(1, 9)]
        room = grouping.create_group("sales-nl", "Sales NL")

        assert not grouping.change_members(room, add=people)

        assert set(people) == group_with(grouping, "sales-nl").members

    def test_delete_group_twice(self, grouping: Grouping, account: Sample) -> None:
        """A deleted group is gone, deleting it again is success, its members keep their accounts."""
        person = grouping.create(account(1))
        room = grouping.create_group("sales-nl", "Sales NL")
        grouping.change_members(room, add=[person])

        grouping.delete_group(room)
        grouping.delete_group(room)

        self.await_gone(grouping, "sales-nl")
        assert grouping.find(account(1).person_uuid) is not None

    def test_change_of_a_group_that_is_gone(self, grouping: Grouping, account: Sample) -> None:
        """Filling a group that was never there is an error, not silence."""
        person = grouping.create(account(1))

        with pytest.raises(SyncError):
            grouping.rename_group("no-such-group", "X")
        assert grouping.find(account(1).person_uuid) is not None
        assert person

    def test_owners_come_and_go(self, owning: Owning, account: Sample) -> None:
        """Owners are set and taken away without losing members, twice is success."""
        first, second = (owning.create(account(number)) for number in (1, 2))
        room = owning.create_group("sales-nl", "Sales NL")
        owning.change_members(room, add=[first, second])

        assert not owning.change_owners(room, add=[first, second])
        assert not owning.change_owners(room, add=[second], remove=[first])
        assert not owning.change_owners(room, add=[second], remove=[first])

        group = group_with(owning, "sales-nl")
        assert (frozenset({second}), frozenset({first, second})) == (group.owners, group.members)

    def test_groups_come_and_go(self, nesting: Nesting, account: Sample) -> None:
        """Groups are put into a group and taken out, twice is success; its members, and theirs, stay."""
        person = nesting.create(account(1))
        outer, one, other = (nesting.create_group(f"units/{each}", each.title()) for each in ("outer", "one", "other"))
        nesting.change_members(outer, add=[person])

        assert not nesting.change_groups(outer, add=[one, other])
        assert not nesting.change_groups(outer, add=[one], remove=[other])
        assert not nesting.change_groups(outer, add=[one], remove=[other])

        group = group_with(nesting, "units/outer")
        assert (frozenset({one}), frozenset({person})) == (group.groups, group.members)
        assert not group_with(nesting, "units/one").groups

    def test_members_beside_groups(self, nesting: Nesting, account: Sample) -> None:
        """Adding and removing people leaves the groups inside alone."""
        person = nesting.create(account(1))
        outer, inner = (nesting.create_group(f"units/{each}", each.title()) for each in ("outer", "inner"))
        nesting.change_groups(outer, add=[inner])

        nesting.change_members(outer, add=[person])
        nesting.change_members(outer, remove=[person])

        group = group_with(nesting, "units/outer")
        assert (frozenset({inner}), frozenset()) == (group.groups, group.members)

    def test_description(self, describing: Describing) -> None:
        """A description is kept, changed and cleared; the name stays."""
        room = describing.create_group("sales-nl", "Sales NL")
        for text in ("All sellers", "Everybody who sells", ""):
            describing.describe_group(room, text)

            group = group_with(describing, "sales-nl")
            assert ("Sales NL", text) == (group.name, group.description)

    def await_gone(self, connector: Grouping, key: str) -> None:
        """See that no group carries the key; a platform that deletes in the background waits here."""
        assert not [group for group in connector.groups() if group.external_id == key]
