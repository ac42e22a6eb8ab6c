"""Each name once on a platform."""

from __future__ import annotations

import pytest

from provisioners.ports import GroupShadow
from provisioners.sync.plan.group_names import names_once

TWINS = {"u/be": "Sales", "u/nl": "sales", "u/x": "Other"}


def bearing(**names):
    """Return known groups with these names; `__` stands for the slash."""
    keys = {key.replace("__", "/"): name for key, name in names.items()}
    return {key: GroupShadow("chat", key, key, name) for key, name in keys.items()}


@pytest.mark.parametrize(
    ("known", "taken", "names"),
    [
        ({}, [], {"u/be": "Sales", "u/nl": "sales (u/nl)", "u/x": "Other"}),
        (bearing(u__nl="sales"), [], {"u/be": "Sales (u/be)", "u/nl": "sales", "u/x": "Other"}),
        (bearing(u__be="Sales", u__nl="sales (u/nl)"), [], {"u/be": "Sales", "u/nl": "sales (u/nl)", "u/x": "Other"}),
        (bearing(u__be="Sales", u__nl="sales"), [], {"u/be": "Sales", "u/nl": "sales (u/nl)", "u/x": "Other"}),
        ({}, ["OTHER"], {"u/be": "Sales", "u/nl": "sales (u/nl)", "u/x": "Other (u/x)"}),
    ],
)
def test_each_once(known, taken, names):
    """PR-07: who bears a name keeps it, the others add their key; names of groups that are not ours are left alone."""
    assert names == names_once(TWINS, known, taken)


def test_same_again():
    """The names given once are the names given again."""
    given = names_once(TWINS, {}, [])
    known = {key: GroupShadow("chat", key, key, name) for key, name in given.items()}

    assert given == names_once(TWINS, known, [])
