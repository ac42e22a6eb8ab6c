"""Groups inside groups: who must be put where, so that everybody is in the same groups as without."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.desired import GroupKey
from mappings.errors import MappingError
from mappings.people import Assignment, Unit
from mappings.rules import GroupClosed
from tests.fakes.group_rules import rules_of
from tests.fakes.org import ANN, BOSS, EVE, FakeChart, company, someone

EACH = [{"each": "unit"}, {"each": "manager"}, {"each": "unit", "members": "unit.key in person.unitPath"}]
UNIT_KEYS = [f"u{at}" for at in range(7)]
PEOPLE_KEYS = [f"E{at}" for at in range(1, 9)]


def flattened(rules, person, chart):
    """Return the groups somebody is in when put into the direct ones, with the groups around them."""
    found = set()
    keys = list(rules.direct("chat", rules.outcome("chat", person, chart).groups, chart))
    while keys:
        key = keys.pop()
        if key not in found:
            found.add(key)
            parent = rules.parent("chat", key, chart)
            keys += [parent] if parent else []
    return found


def test_unit_tree():
    """Somebody is put into the group of the own unit only; the groups around it hold that group."""
    rules = rules_of(each="unit", nested=True)
    outcome = rules.outcome("chat", EVE, company())

    assert ["g/root", "g/sales", "g/sales-north"] == [str(key) for key in outcome.groups]
    assert (GroupKey("g", "sales-north"),) == rules.direct("chat", outcome.groups, company())
    assert GroupKey("g", "sales") == rules.parent("chat", GroupKey("g", "sales-north"), company())
    assert rules.parent("chat", GroupKey("g", "root"), company()) is None


def test_flat_rule():
    """A rule that does not nest puts people into each of their groups, and no group holds another."""
    rules = rules_of(each="unit")
    groups = rules.outcome("chat", EVE, company()).groups

    assert groups == rules.direct("chat", groups, company())
    assert rules.parent("chat", GroupKey("g", "sales"), company()) is None


def test_skipped_levels():
    """A unit without a group of its own is skipped: its groups are in the next one around."""
    rules = rules_of(each="unit", nested=True, when="unit.key != 'sales'")

    assert GroupKey("g", "root") == rules.parent("chat", GroupKey("g", "sales-north"), company())


def test_lines():
    """The group of a manager's line is inside that of the manager above."""
    rules = rules_of(each="manager", nested=True)
    groups = rules.outcome("chat", EVE, company()).groups

    assert (GroupKey("g", "E2"),) == rules.direct("chat", groups, company())
    assert GroupKey("g", "E1") == rules.parent("chat", GroupKey("g", "E2"), company())


def test_nothing_behind():
    """A group whose unit is gone is inside nothing: it is closed."""
    with pytest.raises(GroupClosed):
        rules_of(each="unit", nested=True).parent("chat", GroupKey("other", "x"), company())


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ({"members": "true"}, "whole unit tree"),
        ({"each": "title"}, "whole unit tree"),
        ({"each": "unit", "reach": "own"}, "whole unit tree"),
        ({"each": "manager", "members": "manager.id == primary.manager"}, "whole unit tree"),
        ({"each": "unit", "members": "unit.name == 'x'"}, "members cannot use unit"),
    ],
)
def test_refused(group, told):
    """Only groups that hold each other by their nature can be nested."""
    with pytest.raises(MappingError, match=told):
        rules_of(**group, nested=True)


@st.composite
def companies(draw):
    """Return a chart with any tree of units and managers, loops included, and people with one or two jobs."""
    units = [
        Unit(key, key.upper(), draw(st.sampled_from(["", *UNIT_KEYS])), kind=draw(st.sampled_from(["team", "part"])))
        for key in UNIT_KEYS
    ]
    unit, manager = st.sampled_from(UNIT_KEYS), st.sampled_from(["", *PEOPLE_KEYS])
    country = st.sampled_from(["NL", "BE"])
    people = []
    for at, _ in enumerate(PEOPLE_KEYS, start=1):
        jobs = [
            Assignment(f"a{job}", draw(unit), manager=draw(manager), country=draw(country), primary=not job)
            for job in range(draw(st.integers(1, 2)))
        ]
        people.append(replace(someone(at), assignments=tuple(jobs)))
    return FakeChart(people, units)


@settings(max_examples=150, deadline=None)
@given(
    companies(),
    st.sampled_from(EACH),
    st.sampled_from([{}, {"members": "primary.country == 'NL'"}, {"when": "group.of != 'u1' && group.of != 'E2'"}]),
    st.sampled_from([
        {},
        {"include": [{"person": "E1", "of": "u3", "reason": "r", "until": "2027-01-01"}]},
        {"exclude": [{"person": "E2", "of": "u2", "reason": "r", "until": "2027-01-01"}]},
    ]),
)  # fmt: skip
def test_nested_is_flattened(chart, each, narrowed, named):
    """Whatever the org chart: put into the direct groups, everybody is in exactly the groups that the rule gives."""
    rules = rules_of(**{**each, **narrowed, **named}, nested=True)

    for person in chart.people.values():
        assert set(rules.outcome("chat", person, chart).groups) == flattened(rules, person, chart)


@settings(max_examples=60, deadline=None)
@given(companies(), st.sampled_from(["unit", "manager"]))
def test_no_group_inside_itself(chart, each):
    """Following the groups around always ends, also in loops of units and managers."""
    rules = rules_of(each=each, nested=True)

    for key in {key for person in chart.people.values() for key in rules.outcome("chat", person, chart).groups}:
        seen, at = [], key
        while at is not None:
            assert at not in seen
            seen.append(at)
            at = rules.parent("chat", at, chart)


def test_same_answers():
    """Nesting changes nothing of what a sign-in tells: the claim names all groups."""
    nested, flat = rules_of(each="unit", nested=True), rules_of(each="unit")

    for person in (BOSS, ANN, EVE):
        assert nested.outcome("chat", person, company()).groups == flat.outcome("chat", person, company()).groups
