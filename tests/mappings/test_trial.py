"""Each rule is tried when it is saved."""

from __future__ import annotations

import pytest

from mappings.errors import MappingError
from mappings.rules import compile_rules


def save(rule, *examples, scope="true"):
    """Save a mapping with one rule."""
    mapping = {"for": scope, "attributes": {"title": rule}, "examples": list(examples)}
    return compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": mapping}})


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("string(1 / 0)", "mappings.m.attributes.title:1:10: the expression has no value"),
        ("person.username.split('/')[7]", "mappings.m.attributes.title:1:27: has no value for anybody who was tried"),
        ("string(int(person.kind + 'x'))", "mappings.m.attributes.title:1:11: has no value for anybody who was tried"),
    ],
)
def test_never_a_value(rule, told):
    """PR-02: a rule that has no value for anybody is refused with the place of what fails."""
    with pytest.raises(MappingError) as caught:
        save(rule)

    assert told in str(caught.value)


def test_scope():
    """Who is in scope is a rule like any other."""
    with pytest.raises(MappingError) as caught:
        save("'x'", scope="person.unitPath[99] == 'x'")

    assert ["mappings.m.for"] == [each.path for each in caught.value.problems]


@pytest.mark.parametrize(
    "rule",
    ["person.email.split('@')[1]", "string(int(person.employeeNumber))", "assignments[63].title", "unit('x').path[0]"],
)
def test_value_for_somebody(rule):
    """A rule that has a value for somebody of whom everything is known passes; look-ups of units are not tried."""
    assert save(rule)


def test_example_lets_it_pass():
    """What only some people have is shown by an example."""
    rule = "primary.title.split('/')[1]"

    with pytest.raises(MappingError):
        save(rule)
    assert save(rule, {"primary": {"title": "a/b"}, "expect": {"title": "b"}})
