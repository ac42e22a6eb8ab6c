"""Examples in a mapping, run at every save."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

import pytest

from mappings.errors import MappingError
from mappings.rules import compile_rules

ATTRIBUTES = {
    "displayName": "person.displayName",
    "city": "primary.location.name",
    "lead": "manager.displayName",
    "team": "unit.name",
    "jobs": "assignments.map(a, a.unit)",
    "level": "unit.depth",
    "here": "person.active",
    "other": "unit('root').name",
}


def save(*examples, scope="person.kind != 'supplier'"):
    """Compile a mapping with these examples."""
    body = {"for": scope, "attributes": ATTRIBUTES, "examples": list(examples)}
    return compile_rules({"platforms": {}, "mappings": {"m": body}})


def test_good():
    """Facts are given by the names expressions use; derived ones are derived."""
    assert save(
        {
            "person": {"givenName": "Jürgen", "prefix": "van 't", "familyName": "Hoff"},
            "expect": {"displayName": "Jürgen van 't Hoff"},
        },
        {"person": {"displayName": "X"}, "expect": {"displayName": "X", "in_scope": True, "here": True}},
        {"primary": {"location": {"name": "Delft"}}, "expect": {"city": "Delft", "lead": ""}},
        {
            "manager": {"displayName": "Bo"},
            "unit": {"name": "Sales", "depth": 2},
            "expect": {"lead": "Bo", "team": "Sales", "level": 2},
        },
        {"assignments": [{"unit": "a"}, {"unit": "b"}], "expect": {"jobs": ["a", "b"]}},
        {"person": {"kind": "supplier"}, "expect": {"in_scope": False}},
        {"person": {"givenName": "A"}, "expect": {"other": ""}},
        {"person": {"status": "left"}, "expect": {"in_scope": False, "here": False}},
    )


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ({"person": {"givenName": "A"}, "expect": {"displayName": "B"}}, "[0].expect.displayName:1:1: expected 'B', the rule gives 'A'"),
        ({"person": {"givnName": "A"}, "expect": {"displayName": "A"}}, "[0].person.givnName: is not a fact of Person (did you mean givenName?)"),
        ({"person": {"givenName": 1}, "expect": {"displayName": "A"}}, "[0].person.givenName: must be a text"),
        ({"person": {"active": 1}, "expect": {"displayName": "A"}}, "[0].person.active: must be true or false"),
        ({"unit": {"depth": True}, "expect": {"level": 1}}, "[0].unit.depth: must be a whole number"),
        ({"person": {}, "expect": {"dispName": "A"}}, "[0].expect.dispName: is no attribute of this mapping (did you mean displayName?)"),
        ({"persn": {}, "expect": {"displayName": "A"}}, "[0].persn: unknown key (did you mean person?)"),
        ({"person": {}}, "[0]: must have facts"),
        ({"person": {}, "expect": {}}, "[0]: must have facts"),
        ({"person": [], "expect": {"level": 1}, "unit": []}, "[0].unit: must be a mapping"),
        ({"assignments": {}, "expect": {"level": 1}}, "[0].assignments: must be a list"),
        ({"primary": {"location": "Delft"}, "expect": {"city": "Delft"}}, "[0].primary.location: must be a mapping"),
        ({"unit": {"depth": 1}, "expect": {"here": 1}}, "[0].expect.here:1:1: expected 1, the rule gives True"),
        ("nonsense", "[0]: must have facts"),
    ],
)  # fmt: skip
def test_refused(example, told):
    """A mapping whose example fails, or cannot be read, is not saved; the mistake is told with its path."""
    with pytest.raises(MappingError) as caught:
        save(example)

    assert f"mappings.m.examples{told}" in str(caught.value)


def test_error_in_example():
    """An example for which the rule has no value fails with the reason."""
    with pytest.raises(MappingError, match="no value"):
        save({"person": {}, "expect": {"in_scope": True}}, scope="person.unitPath[3] == 'x'")


def test_not_a_list():
    """`examples` is a list."""
    with pytest.raises(MappingError, match="must be a list"):
        compile_rules({"mappings": {"m": {"examples": {"a": 1}}}})
