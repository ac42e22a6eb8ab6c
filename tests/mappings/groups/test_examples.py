"""Examples in group rules: unit tests that run at every save."""

from __future__ import annotations

import pytest

from mappings.errors import MappingError
from tests.fakes.group_rules import rules_of

NL = {"members": "primary.country == 'NL'"}
PEOPLE = {"members": ["E1"]}
LINES = {"each": "manager", "reach": "line"}
TREE = {"each": "unit", "when": "unit.kind != 'team'"}


@pytest.mark.parametrize(
    ("group", "example"),
    [
        (NL, {"primary": {"country": "NL"}, "in": ["g"]}),
        (NL, {"primary": {"country": "BE"}, "not_in": "g"}),
        (PEOPLE, {"person": {"id": "E1"}, "in": ["g"]}),
        ({"each": "unit"}, {"person": {"unitPath": ["root", "sales"]}, "in": ["g/root", "g/sales"], "not_in": ["g/x"]}),
        ({"each": "unit", "reach": "own"}, {"primary": {"unit": "sales"}, "in": ["g/sales"], "not_in": ["g/root"]}),
        ({"each": "unit"}, {"person": {"units": ["a", "b"]}, "in": ["g/a", "g/b"]}),
        (TREE, {"primary": {"unit": "t"}, "units": {"t": {"parent": "r", "kind": "team"}, "r": {}}, "in": ["g/r"]}),
        (TREE, {"primary": {"unit": "t"}, "units": {"t": {"kind": "team"}}, "not_in": ["g/t"]}),
        ({"each": "unit", "members": "unit.key in person.unitPath"}, {"primary": {"unit": "t"}, "in": ["g/t"]}),
        ({"members": "'r' in person.unitPath"},
         {"primary": {"unit": "t"}, "units": {"r": {}, "t": {"parent": "r"}}, "in": ["g"]}),
        ({**LINES, "when": "manager.id != 'E1'"},
         {"person": {"managers": ["E2", "E1"]}, "in": ["g/E2"], "not_in": ["g/E1"]}),
        ({**LINES, "include": [{"person": "E9", "of": "E3", "reason": "r", "until": "2027-01-01"}]},
         {"person": {"id": "E9", "managers": ["E2"]}, "in": ["g/E2"], "not_in": ["g/E3"]}),
        (LINES, {"person": {"managers": ["E2", "E1"]}, "in": ["g/E2", "g/E1"], "not_in": ["g/E3"]}),
        ({"each": "country"}, {"assignments": [{"country": "NL"}, {"country": "BE"}], "in": ["g/NL", "g/BE"]}),
        ({"members": "true", "exclude": [{"person": "E1", "reason": "r", "until": "2027-01-01"}]},
         {"person": {"id": "E1"}, "on": "2027-01-01", "not_in": ["g"]}),
    ],
)  # fmt: skip
def test_holds(group, example):
    """What the example expects is what the rule gives: the rule can be saved."""
    assert rules_of(**group, examples=[example])


@pytest.mark.parametrize(
    ("group", "examples", "path", "told"),
    [
        (NL, [{"primary": {"country": "BE"}, "in": ["g"]}], "[0].in", "expected g, the rule gives no group"),
        (NL, [{"primary": {"country": "NL"}, "not_in": ["g"]}], "[0].not_in", "expected without g, the rule gives g"),
        (NL, {"in": []}, "", "must be a list"),
        (NL, ["x"], "[0]", "in or not_in"),
        (NL, [{"person": {}}], "[0]", "in or not_in"),
        (NL, [{"in": [1]}], "[0].in", "must be a list of groups"),
        (NL, [{"in": {}}], "[0].in", "must be a list of groups"),
        (NL, [{"in": ["g/x"]}], "[0].in", "is no group of this rule"),
        (LINES, [{"in": ["other/x"]}], "[0].in", "is no group of this rule"),
        (NL, [{"in": ["g"], "expect": {}}], "[0].expect", "unknown key"),
        (NL, [{"in": ["g"], "person": {"nobody": 1}}], "[0].person.nobody", "is not a fact"),
        (TREE, [{"in": ["g/x"], "units": "x"}], "[0].units", "must be a mapping"),
        (TREE, [{"in": ["g/x"], "units": {"x": "y"}}], "[0].units.x", "must be a mapping"),
        (TREE, [{"in": ["g/x"], "units": {"x": {"kind": 1}}}], "[0].units.x", "must be a mapping"),
        (NL, [{"in": ["g"], "on": "tomorrow"}], "[0].on", "must be a day"),
        ({"members": "person.units[3] == 'x'"}, [{"in": ["g"]}], "[0]", "has no value"),
    ],
)
def test_refused(group, examples, path, told):
    """A rule whose example fails, or cannot be read, cannot be saved."""
    with pytest.raises(MappingError) as caught:
        rules_of(**group, examples=examples)

    problem = caught.value.problems[0]
    assert (True, True) == (problem.path.startswith(f"groups.g.examples{path}"), told in problem.message)
