"""A condition in its parts."""

from __future__ import annotations

import pytest

from mappings.conditions import culprits, parts_of
from mappings.expression import Language
from mappings.facts import OWN_TO_ONE, TYPES, VARIABLES, FactSource
from mappings.rules import compile_rules
from tests.fakes.org import EVE, company

LANGUAGE = Language(TYPES, VARIABLES, OWN_TO_ONE)


@pytest.fixture
def told():
    """Return the parts of a condition for Eve of Sales North in Belgium."""
    source = FactSource(company())
    bound = LANGUAGE.bind(source.facts(EVE), source.unit)
    return lambda text: parts_of(LANGUAGE, text, bound)


def false(part):
    """Return the texts of the smallest parts that were false."""
    return [one.text for one in culprits(part)]


def test_which_part(told):
    """The part that was false is found, with the values that it compared."""
    part = told("'sales' in person.unitPath && primary.country == 'NL'")

    assert (False, "&&", [True, False]) == (part.value, part.joined, [one.value for one in part.parts])
    assert ["primary.country == 'NL'"] == false(part)
    assert [("primary.country", "BE"), ("'NL'", "NL")] == [(one.text, one.value) for one in part.parts[1].parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("person.active", []),
        ("primary.country == 'NL' || primary.country == 'DE'", ["primary.country == 'NL'", "primary.country == 'DE'"]),
        ("!(person.active)", ["person.active"]),
        ("!(person.active && primary.country == 'BE')", ["person.active", "primary.country == 'BE'"]),
        ("(person.active && (primary.fte > 1.5))", ["primary.fte > 1.5"]),
        ("person.givenName == 'a && b' && person.active", ["person.givenName == 'a && b'"]),
        (r"person.givenName == 'it\'s || x'", [r"person.givenName == 'it\'s || x'"]),
        (
            "assignments.exists(a, a.unit == 'x' && a.fte > 0.0)",
            ["assignments.exists(a, a.unit == 'x' && a.fte > 0.0)"],
        ),
        ("person.active ? primary.country == 'NL' : true", ["person.active ? primary.country == 'NL' : true"]),
        ("primary.fte != 1.0", ["primary.fte != 1.0"]),
    ],
)
def test_culprits(told, text, expected):
    """Whatever the shape, the smallest false parts are named, and nothing is cut inside a text or a loop."""
    assert expected == false(told(text))


def test_choice(told):
    """A choice shows its condition and both ways."""
    part = told("person.active ? primary.country : 'none'")

    assert ("?", ["person.active", "primary.country", "'none'"]) == (part.joined, [one.text for one in part.parts])
    assert "BE" == part.value


def test_no_value(told):
    """A part without a value says so, never with a fact in it."""
    part = told("person.active && person.email.split('@')[5] == 'x'")

    assert [None, ""] == [part.value, told("person.active").problem]
    assert "no value" in part.parts[1].problem
    assert "Example" not in part.parts[1].problem


def test_deep_brackets(told):
    """However deep it is nested, it ends."""
    assert told("(" * 30 + "person.active" + ")" * 30).value is True
    assert told("!" * 20 + "person.active").value is True


def test_nested_choice(told):
    """A choice inside a choice is cut at its own marks."""
    part = told("person.active ? (primary.country == 'NL' ? 'a' : 'b') : person.onLeave ? 'c' : 'd'")

    assert ["person.active", "primary.country == 'NL' ? 'a' : 'b'", "person.onLeave ? 'c' : 'd'"] == [
        one.text for one in part.parts
    ]
    assert "b" == part.value


def test_what_cannot_be_compiled(told):
    """What is no expression has no value, and is not cut where nothing can be cut."""
    part = told("person.active ? 'half'")

    assert (None, "has no value by itself", ()) == (part.value, part.problem, part.parts)
    assert "has no value by itself" == told("'open").problem


def test_of_a_compiled_mapping():
    """The scope of a mapping is taken apart in the language of its rules, with the facts the rules bind."""
    scope = "person.active && primary.country == 'NL'"
    rules = compile_rules({
        "platforms": {"chat": {"mapping": "all"}},
        "mappings": {"all": {"for": scope, "attributes": {"userName": "person.email"}}},
    })  # fmt: skip
    bound, _ = rules.bound(EVE, company())

    assert ["primary.country == 'NL'"] == false(parts_of(rules.language, scope, bound))
