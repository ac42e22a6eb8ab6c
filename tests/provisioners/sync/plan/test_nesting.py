"""Groups inside groups, wanted against known."""

from __future__ import annotations

from provisioners.ports import GroupShadow
from provisioners.sync.plan.nesting import Nesting


def known(**inside):
    """Return known groups by key: members as ids, groups inside as texts."""
    return {
        key: GroupShadow("chat", key, key, members=frozenset(one for one in parts if isinstance(one, int)),
                         groups=frozenset(one for one in parts if isinstance(one, str)))
        for key, parts in inside.items()
    }  # fmt: skip


def nesting(groups, **parents):
    return Nesting(lambda key: parents.get(key, ""), groups)


def test_reach():
    """Who is wanted in an inner group makes all groups around it wanted."""
    made = nesting({}, north="sales", sales="root")

    assert {"north", "sales", "root"} == made.reach(["north"])
    assert (["north"], ["sales"], []) == (made.new("sales"), made.new("root"), made.new("north"))


def test_gone_with_its_people():
    """A group that is taken out tells how many people go with it: each once, also by groups inside, in a loop too."""
    made = nesting(known(root=["sales"], sales=[1, 2, "north"], north=[2, 3, "sales", "lost"]))

    assert [("sales", 3)] == list(made.gone("root"))
    assert [] == list(made.gone("unknown"))


def test_empty_ones_stay():
    """A group without people stays inside the one around it, if both are there."""
    made = nesting(known(root=["sales"], sales=[]), sales="root", other="nowhere")
    made.stay(["root", "sales", "other"])

    assert ([], []) == (list(made.gone("root")), made.new("root"))
