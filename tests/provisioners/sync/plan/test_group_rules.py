"""Groups by real rules on a platform that can do everything: made, nested, moved, closed."""

from __future__ import annotations

import pytest

from provisioners.platforms.memory import DESCRIPTOR
from tests.fakes.grouped import FLAT, Grouped

TREE = {"each": "unit", "owners": "unit.head", "deputies": "unit.deputy"}


@pytest.fixture(params=[DESCRIPTOR, FLAT], ids=["nested", "flattened"])
def either(request, store, clock):
    """A company on a platform whose groups hold groups, and on one whose groups do not."""
    return company(Grouped(store, clock, request.param))


@pytest.fixture
def grouped(store, clock):
    return company(Grouped(store, clock))


def company(grouped):
    """State a company of three levels; nobody works in `part` directly."""
    grouped.unit("root", name="Company", head="E1")
    grouped.unit("part", "root")
    grouped.unit("sales", "part", head="E2", deputy="E3")
    grouped.unit("north", "sales", head="E4")
    for number, unit in (("E1", "root"), ("E2", "sales"), ("E3", "sales"), ("E4", "north"), ("E5", "north")):
        grouped.row(number, unit)
    return grouped.rule("units", **TREE, nested=True)


def test_same_people_either_way(either):
    """Nested or flattened, everybody is in the same groups, and the second plan is empty."""
    either.told()

    assert {"E1", "E2", "E3", "E4", "E5"} == either.members("Company")
    assert {"E2", "E3", "E4", "E5"} == either.members("Part") == either.members("Sales")
    assert {"E4", "E5"} == either.members("North")
    assert {} == either.told()


def test_direct_members_only(grouped):
    """Where groups hold groups, each person is put into one group; a unit with nobody of its own has a group too."""
    counts = grouped.told()

    assert (["E1"], ["E1"], ["Part"]) == grouped.rooms()["Company"]
    assert ([], ["E1"], ["Sales"]) == grouped.rooms()["Part"]
    assert (5, 3) == (counts["member_add"], counts["group_nest"])


def test_moved_unit(either):
    """A unit that moves takes its people along; nobody else is moved, and the next plan is empty."""
    either.told()
    either.unit("north", "part", head="E4")
    counts = either.told()

    assert {"E2", "E3"} == either.members("Sales")
    assert {"E2", "E3", "E4", "E5"} == either.members("Part")
    moved = {"group_unnest": 2, "group_nest": 1} if either.kind.nests else {"member_remove": 2}
    assert moved == counts
    assert {} == either.told()


def test_renamed_unit(grouped):
    """PR-07: a unit with another name renames its group, which keeps id and members."""
    grouped.told()
    before = {room.remote_id for room in grouped.chat.rooms.values()}
    grouped.unit("sales", "part", "Verkoop", "E2", "E3")

    assert {"group_rename": 1} == grouped.told()
    assert before == {room.remote_id for room in grouped.chat.rooms.values()}
    assert {"E2", "E3", "E4", "E5"} == grouped.members("Verkoop")


def test_two_units_of_one_name(grouped):
    """Two groups never have one name: the second adds its key, whichever case it is in."""
    grouped.unit("zone", "root", "SALES")
    grouped.row("E6", "zone")
    grouped.told()

    assert {"Sales", "SALES (units/zone)"} <= grouped.rooms().keys()
    assert {} == grouped.told()


def test_merged_units(grouped):
    """When two units become one, the people are in the group of the one; the other is archived, without an owner."""
    grouped.rule("units", **TREE, nested=True, closed={"do": "archive"})
    grouped.told()
    del grouped.units["north"]
    for number in ("E4", "E5"):
        grouped.row(number, "sales")
    counts = grouped.told()

    assert {"E2", "E3", "E4", "E5"} == grouped.members("Sales")
    assert ([], [], []) == grouped.rooms()["North (archived)"]
    assert {"member_add": 2, "member_remove": 2, "owner_remove": 1, "group_unnest": 2, "group_archive": 1} == counts
    assert {} == grouped.told()


def test_last_owner_of_a_closed_unit(grouped):
    """A group that is kept though its unit is gone has nobody in it and nobody who owns it (PR-01)."""
    grouped.told()
    del grouped.units["north"]
    grouped.row("E4", "sales")
    grouped.row("E5", "sales")
    grouped.told()

    assert ([], [], []) == grouped.rooms()["North"]
    assert {} == grouped.told()


def test_deleted_after_its_time(grouped, clock):
    """An archived group is deleted after the agreed days, counted from the day it was archived."""
    grouped.rule("units", **TREE, nested=True, closed={"do": "delete", "after": "90d"})
    grouped.told()
    del grouped.units["north"]
    grouped.row("E4", "sales")
    grouped.row("E5", "sales")
    grouped.told()
    clock.move(days=89)
    assert {} == grouped.told()
    clock.move(days=1)

    assert {"group_delete": 1} == grouped.told()
    assert "North (archived)" not in grouped.rooms()
    assert {} == grouped.told()


def test_back_in_time(grouped):
    """A unit that comes back gets its group back, under its name, with its people."""
    grouped.rule("units", **TREE, nested=True, closed={"do": "delete", "after": "90d"})
    grouped.told()
    north = grouped.units.pop("north")
    grouped.row("E4", "sales")
    grouped.row("E5", "sales")
    grouped.told()
    grouped.units["north"] = north
    grouped.row("E4", "north")
    counts = grouped.told()

    assert 1 == counts["group_restore"]
    assert (["E4"], ["E4"], []) == grouped.rooms()["North"]
    assert {} == grouped.told()


def test_unit_without_people(grouped):
    """A unit that nobody works in any more keeps group, name and owner."""
    grouped.told()
    grouped.row("E4", "sales")
    grouped.row("E5", "sales")
    grouped.told()

    assert ([], ["E4"], []) == grouped.rooms()["North"]


def test_group_of_a_value(grouped):
    """A group that exists by what people have in common ends when nobody has it."""
    grouped.bodies.clear()
    grouped.rule("titles", each="title", description="'All ' + group.of", closed={"do": "archive"}, otherwise=["E1"])
    grouped.row("E5", "north", "Buyer")
    grouped.told()
    rooms = {room.name: room.description for room in grouped.chat.rooms.values()}
    grouped.row("E5", "north")
    counts = grouped.told()

    assert {"Seller": "All Seller", "Buyer": "All Buyer"} == rooms
    assert {"member_add": 1, "member_remove": 1, "owner_remove": 1, "group_archive": 1} == counts
    assert {} == grouped.told()


def test_new_description(grouped):
    """A description follows the rule."""
    grouped.rule("units", **TREE)
    grouped.told()
    grouped.rule("units", **TREE, description="'Everybody of ' + unit.name")

    assert {"group_rename": 4} == grouped.told()
    assert {"Everybody of Sales"} <= {room.description for room in grouped.chat.rooms.values()}
    assert {} == grouped.told()


def test_deputy_on_the_platform(grouped):
    """A head without an account here owns nothing: the deputy does, so that no community is without an owner."""
    grouped.ruled({"for": "person.id != 'E2'", "attributes": {"userName": "person.email"}})
    grouped.told()

    assert ["E3"] == grouped.rooms()["Sales"][1]


def test_nobody_fits(grouped):
    """When nobody whom the rule names has an account, that is told for each group, and can be counted."""
    grouped.ruled({"for": "person.id == 'E5'", "attributes": {"userName": "person.email"}})
    grouped.send()
    _, plan = grouped.look()

    told = [one.detail for one in plan.findings if one.what == "no_owner"]
    assert 4 == len(told)
    assert told[0].endswith("has an account here; it has none")


def test_put_in_for_a_time(grouped, clock):
    """Somebody put in by name is taken out the day after the last one, though nothing changed at HR."""
    grouped.rule("units", **TREE, nested=True, include=[
        {"person": "E1", "of": "sales", "reason": "project", "until": clock().date().isoformat()}])  # fmt: skip
    grouped.told()
    assert ["E1", "E2", "E3"] == grouped.rooms()["Sales"][0]
    assert ["Part"] == grouped.rooms()["Company"][2]
    clock.move(days=1)

    assert {"member_remove": 1, "member_add": 1} == grouped.told()
    assert {} == grouped.told()


def test_many_at_once_are_held(grouped):
    """Taking a group with many people out of another counts as taking out the people (PR-04)."""
    for number in range(6, 40):
        grouped.row(f"E{number}", "north")
    grouped.told()
    grouped.guarded()
    grouped.unit("north", "root", head="E4")
    plan, _ = grouped.sync() if grouped.send() else None

    assert {"member_remove"} == {change.held for change in plan.changes if change.kind == "group_unnest"}
    assert ["member_remove"] == [held.guard for held in plan.held]


def test_loop_in_the_tree(either):
    """Units that are above each other are no endless loop: their groups stand side by side."""
    either.unit("part", "north")
    either.told()

    assert {"E2", "E3", "E4", "E5"} == either.members("Sales") == either.members("North") == either.members("Part")
    assert {"E1"} == either.members("Company")
    assert {} == either.told()


def test_no_value_further_up(grouped):
    """When a rule has no value for a unit around, the groups inside it stay as they are, people and all (PR-02)."""
    grouped.unit("north", "sales", "North-1", head="E4")
    grouped.told()
    before = grouped.rooms()
    grouped.rule("units", **TREE, nested=True, when="unit.name.split('-')[1] == '1'")
    grouped.told()

    assert before["North-1"] == grouped.rooms()["North-1"]


def test_back_before_the_end(grouped):
    """A group is not archived when its unit is there again at the moment of the call (PR-03)."""
    grouped.rule("units", **TREE, nested=True, closed={"do": "archive"})
    grouped.told()
    north = grouped.units.pop("north")
    grouped.row("E4", "sales")
    grouped.row("E5", "sales")
    grouped.send()
    number, _ = grouped.look()
    grouped.rollouts.runs.approve(number, "cli")
    run = grouped.rollouts.runs.open(number, "cli")
    grouped.units["north"] = north
    grouped.row("E4", "north")
    grouped.row("E5", "north")
    grouped.send()
    grouped.rollouts.drain()

    assert {"skipped"} == grouped.rollouts.states(run).keys()
    assert (["E4", "E5"], ["E4"], []) == grouped.rooms()["North"]
