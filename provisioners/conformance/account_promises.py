"""What every connector promises about accounts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.desired import Account
from provisioners.conformance.sample import Sample, with_attributes
from provisioners.errors import SkipAccount, SyncError
from provisioners.platforms.contract import Connector, HasDeletion, RemoteAccount
from provisioners.platforms.descriptor import Descriptor

HOSTILE_NAMES = (
    "Robert'); DROP TABLE users;--",
    'Zoë "Z" O\'Brien-Ćirić',
    "<script>alert(1)</script>",
    "../../Groups/1",
    "*)(uid=*))(|(uid=*",
    "{{7*7}} ${7*7} %s %00",
    "名前 🙂",
)
HOSTILE_IDS = ("1", "0", "-1", "admin", "../", "..%2f", 'x" or externalId pr', "a b/c?d=e#f", "\\", "ï" * 40)


def only(connector: Connector, wanted: Account) -> RemoteAccount:
    """Return the one account of the person, from the full list."""
    hits = [found for found in connector.accounts() if found.external_id == wanted.person_uuid]
    assert len(hits) == 1
    return hits[0]


class AccountPromises:
    """Needs the fixtures `connector` (to a platform that is empty but for its administrator) and `descriptor`."""

    def test_check_says_something(self, connector: Connector) -> None:
        """A reachable platform answers the check with a sentence."""
        assert connector.check()

    def test_created_is_found(self, connector: Connector, account: Sample) -> None:
        """The external id written at creation is the one found again, with the id that creation returned."""
        wanted = account(1)

        remote_id = connector.create(wanted)

        found = connector.find(wanted.person_uuid)
        assert found is not None
        assert (remote_id, wanted.person_uuid, True) == (found.remote_id, found.external_id, found.active)
        assert found == only(connector, wanted)

    def test_create_twice_is_one_account(self, connector: Connector, account: Sample) -> None:
        """Creating again returns the same account and adds none (PR-10)."""
        first = connector.create(account(1))
        before = len(list(connector.accounts()))

        second = connector.create(with_attributes(account(1), userName="another.name"))

        assert first == second
        assert before == len(list(connector.accounts()))

    def test_unknown_person_is_none(self, connector: Connector, account: Sample) -> None:
        """Nobody is found for an external id that was never written."""
        connector.create(account(1))

        assert connector.find(account(2).person_uuid) is None

    def test_attributes_round_trip(self, connector: Connector, descriptor: Descriptor, account: Sample) -> None:
        """What was written is what is read, so that a second sync plans nothing."""
        wanted = account(1)

        connector.create(wanted)

        seen = only(connector, wanted)
        known = descriptor.attributes & wanted.attributes.keys()
        assert {name: wanted.attributes[name] for name in known} == {name: seen.attributes.get(name) for name in known}

    def test_adopted_account_gets_our_mark(self, connector: Connector, account: Sample) -> None:
        """An account that was found to be this person's carries their id after an update (PR-08)."""
        before = account(1)
        remote_id = connector.create(before)
        owner = replace(before, person_uuid=account(2).person_uuid, subject=account(2).subject)

        connector.update(remote_id, owner)

        found = connector.find(owner.person_uuid)
        assert found is not None
        assert remote_id == found.remote_id
        assert connector.find(before.person_uuid) is None

    def test_taken_name_is_not_taken_over(self, connector: Connector, account: Sample) -> None:
        """An account of somebody else with the same user name is left alone (PR-08)."""
        connector.create(account(1))
        before = only(connector, account(1))

        with pytest.raises(SkipAccount):
            connector.create(with_attributes(account(2), userName=account(1).attributes["userName"]))

        assert before == only(connector, account(1))
        assert connector.find(account(2).person_uuid) is None

    def test_update_changes_what_is_mapped(self, connector: Connector, account: Sample) -> None:
        """A new display name arrives; the rest stays."""
        remote_id = connector.create(account(1))
        before = only(connector, account(1))

        connector.update(remote_id, with_attributes(account(1), displayName="Sample Married"))

        after = only(connector, account(1))
        assert {**before.attributes, "displayName": "Sample Married"} == after.attributes
        assert (before.external_id, before.active) == (after.external_id, after.active)

    def test_update_twice(self, connector: Connector, account: Sample) -> None:
        """Updating to what is already so changes nothing."""
        changed = with_attributes(account(1), displayName="Sample Twice")
        remote_id = connector.create(account(1))

        connector.update(remote_id, changed)
        once = only(connector, changed)
        connector.update(remote_id, changed)

        assert once == only(connector, changed)

    def test_update_of_one_touches_no_other(self, connector: Connector, account: Sample) -> None:
        """Other people's accounts are as before."""
        first, _ = connector.create(account(1)), connector.create(account(2))
        before = only(connector, account(2))

        connector.update(first, with_attributes(account(1), displayName="Only Me"))

        assert before == only(connector, account(2))

    def test_suspend_and_back_loses_nothing(self, connector: Connector, account: Sample) -> None:
        """A suspended account is inactive, and exactly as before once it is reactivated (PR-05)."""
        remote_id = connector.create(account(1))
        before = only(connector, account(1))

        connector.suspend(remote_id)
        suspended = only(connector, account(1))
        connector.reactivate(remote_id)

        assert (False, before.attributes) == (suspended.active, suspended.attributes)
        assert (before.active, before.attributes) == (only(connector, account(1)).active, before.attributes)

    def test_suspend_and_reactivate_twice(self, connector: Connector, account: Sample) -> None:
        """Both are safe to repeat."""
        remote_id = connector.create(account(1))

        connector.reactivate(remote_id)
        connector.suspend(remote_id)
        connector.suspend(remote_id)
        assert not only(connector, account(1)).active

        connector.reactivate(remote_id)
        connector.reactivate(remote_id)
        assert only(connector, account(1)).active

    def test_suspended_is_still_listed(self, connector: Connector, account: Sample) -> None:
        """A suspended account does not vanish from the list or the search."""
        remote_id = connector.create(account(1))

        connector.suspend(remote_id)

        found = connector.find(account(1).person_uuid)
        assert found is not None
        assert not found.active

    def test_create_does_not_wake_up_a_suspended_account(self, connector: Connector, account: Sample) -> None:
        """Creating what exists suspended returns it and leaves it suspended (PR-05)."""
        remote_id = connector.create(account(1))
        connector.suspend(remote_id)

        assert remote_id == connector.create(account(1))
        assert not only(connector, account(1)).active

    def test_delete(self, connector: Connector, account: Sample) -> None:
        """A deleted account is neither listed nor found, deleting it again is success, and its person may return."""
        if not isinstance(connector, HasDeletion):
            return
        remote_id = connector.create(account(1))
        connector.suspend(remote_id)

        connector.delete(remote_id)
        connector.delete(remote_id)

        assert connector.find(account(1).person_uuid) is None
        assert not [found for found in connector.accounts() if found.external_id == account(1).person_uuid]
        connector.create(account(1))
        assert only(connector, account(1)).active

    def test_account_that_is_gone(self, connector: Connector, account: Sample) -> None:
        """Changing an account that does not exist concerns that account only."""
        if not isinstance(connector, HasDeletion):
            return
        remote_id = connector.create(account(1))
        connector.delete(remote_id)

        with pytest.raises(SkipAccount):
            connector.update(remote_id, account(1))

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_name_is_data(self, connector: Connector, name: str, account: Sample) -> None:
        """A name is text and nothing else, on the way out and back."""
        wanted = account(1, displayName=name)

        connector.create(wanted)

        assert name == only(connector, wanted).attributes["displayName"]

    @pytest.mark.parametrize("text", HOSTILE_IDS)
    def test_hostile_external_id_finds_nobody(self, connector: Connector, text: str, account: Sample) -> None:
        """An id from outside is compared as text; it is no path, no filter, no internal id (ID-03)."""
        connector.create(account(1))

        assert connector.find(text) is None

    @pytest.mark.parametrize("text", HOSTILE_IDS)
    def test_hostile_remote_id_changes_nobody(self, connector: Connector, text: str, account: Sample) -> None:
        """A remote id that the platform never gave is refused and reaches no other object (ID-03)."""
        connector.create(account(1))
        before = only(connector, account(1))

        with pytest.raises(SyncError):
            connector.suspend(text)

        assert before == only(connector, account(1))

    def test_many_accounts_are_all_listed(self, connector: Connector, account: Sample) -> None:
        """More accounts than fit on a page come once each."""
        wanted = {connector.create(account(number)) for number in range(1, 13)}

        listed = [found.remote_id for found in connector.accounts() if found.external_id]

        assert sorted(wanted) == sorted(listed)

    def test_second_sync_sends_nothing(self, connector: Connector, descriptor: Descriptor, account: Sample) -> None:
        """What is listed after a sync equals what was wanted, so there is nothing to plan."""
        people = [account(number) for number in (1, 2, 3)]
        for person in people:
            connector.create(person)

        listed = {found.external_id: found for found in connector.accounts() if found.external_id}

        managed = descriptor.attributes - descriptor.references
        for person in people:
            wanted = {name: value for name, value in person.attributes.items() if name in managed}
            assert wanted.items() <= listed[person.person_uuid].attributes.items()
            assert listed[person.person_uuid].active
