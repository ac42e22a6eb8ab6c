"""A unit with fifty thousand people, nested and flattened: the plan is made by sets and batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.people import Unit
from mappings.rules import compile_rules
from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.plan.change import BATCH
from tests.fakes.org import UUID, someone
from tests.fakes.planning import TEAMS, Look

KIND = replace(TEAMS, attributes=frozenset({"userName"}))


def look(descriptor, people):
    """Return a platform on which everybody has an account, and nobody is in a group yet."""
    accounts = [
        AccountShadow("chat", one.id, f"r{one.id}", "active", "managed", one.uuid,
                      of_account("active", {"userName": one.email}), {"userName": one.email})
        for one in people
    ]  # fmt: skip
    units = [Unit("all", "Acme"), Unit("big", "Big", "all")]
    here = Look(accounts=accounts, units=units, descriptor=descriptor, limits={})
    here.rules = compile_rules({
        "platforms": {"chat": {"mapping": "m"}}, "mappings": {"m": {"attributes": {"userName": "person.email"}}},
        "groups": {"units": {"on": ["chat"], "each": "unit", "nested": True}},
    })  # fmt: skip
    return here


@pytest.mark.parametrize(("nests", "size"), [(True, 50_000), (False, 5_000)])
def test_large_unit(nests, size):
    """Everybody is put into the group once where groups nest, otherwise into each; then there is nothing to do."""
    people = [replace(someone(at, "big", ""), uuid=UUID.format(at)) for at in range(1, size + 1)]
    here = look(replace(KIND, nests=nests), people)
    plan = here.at(*people)

    expected = (
        {"group_create": 2, "member_add": size, "group_nest": 1}
        if nests
        else {"group_create": 2, "member_add": 2 * size}
    )
    assert expected == plan.counts()["chat"]
    assert {BATCH} == {len(change.members) for change in plan.changes if change.kind == "member_add"}

    everybody = frozenset(range(1, size + 1))
    inside = frozenset({"units/big"}) if nests else frozenset()
    here.shadows.teams = [
        GroupShadow("chat", "units/all", "g1", "Acme", members=frozenset() if nests else everybody, groups=inside),
        GroupShadow("chat", "units/big", "g2", "Big", members=everybody),
    ]
    assert {} == here.at(*people).counts()
