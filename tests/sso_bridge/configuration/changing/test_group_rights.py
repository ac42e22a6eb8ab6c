"""PR-01: which changes of group rules and waves one administrator cannot make alone (AD-08)."""

from __future__ import annotations

import pytest

from sso_bridge.configuration.changing.weighing import reasons_in

RULE = {"on": ["chat"], "each": "unit"}
OWNED = {**RULE, "owners": "unit.head"}
OWNS = "it changes who owns the groups of g"
NAMED = "it changes the group {}, whose name may give rights on a platform"


def reasons(before, after, name="g"):
    """Return the reasons when one rule becomes another."""
    return list(reasons_in({"groups": {name: before} if before else {}}, {"groups": {name: after}}))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, OWNED, [OWNS]),
        (RULE, OWNED, [OWNS]),
        (OWNED, {**OWNED, "deputies": "unit.deputy"}, [OWNS]),
        (None, {**RULE, "deputies": ["E1"]}, [OWNS]),
        (OWNED, {**OWNED, "otherwise": ["E1"]}, [OWNS]),
        (OWNED, {**OWNED, "otherwise": "nobody"}, [OWNS]),
        (OWNED, {**OWNED, "on": ["chat", "wiki"]}, [OWNS]),
        (OWNED, {**OWNED, "when": "unit.kind == 'x'"}, [OWNS]),
        (OWNED, {**OWNED, "reach": "own"}, [OWNS]),
        (OWNED, RULE, []),
        (OWNED, {**OWNED, "nested": True, "description": "'x'", "include": []}, []),
        (None, RULE, []),
        (RULE, {**RULE, "closed": {"do": "archive"}}, []),
        (RULE, {**RULE, "closed": {"do": "delete", "after": "90d"}}, ["it lets groups of g be deleted"]),
        (RULE, {**RULE, "name": "'Domain Admins'"}, [NAMED.format("g")]),
        (RULE, {**RULE, "name": '"staff"'}, [NAMED.format("g")]),
        (RULE, {**RULE, "name": "'The staff of ' + unit.name"}, []),
    ],
)
def test_reasons(before, after, told):
    """Owners in any form, names that may give rights, and deletion take two."""
    assert told == reasons(before, after)


def test_privileged_rule():
    """A rule whose own name may give rights takes two whenever it changes, its members included."""
    rule = {"on": ["chat"], "members": ["E1"]}

    assert [NAMED.format("admins")] == reasons(None, rule, "admins")
    assert [NAMED.format("admins")] == reasons(rule, {**rule, "members": ["E1", "E2"]}, "admins")
    assert [] == reasons(rule, dict(rule), "admins")


@pytest.mark.parametrize(("before", "after", "told"), [("keep", "leave", 1), (None, "leave", 1), ("leave", "leave", 0),
                                                       ("leave", "keep", 0)])  # fmt: skip
def test_waves(before, after, told):
    """Letting a smaller wave take accounts away takes two, also when nobody is counted who loses one now."""
    sides = [{"platforms": {"chat": {"waves": {"shrink": one}} if one else {}}} for one in (before, after)]

    assert told == len(list(reasons_in(*sides)))
