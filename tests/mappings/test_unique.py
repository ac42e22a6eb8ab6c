"""Rules that give candidates for values which nobody shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.errors import MappingError
from mappings.rules import compile_rules
from tests.fakes.org import ANN, company


def rules(value, **more):
    """Return rules in which the user name is unique."""
    body = {"attributes": {"userName": {"value": value, "unique": True, **more}}, "release": ["preferred_username"]}
    return compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": body}})


@pytest.mark.parametrize(
    ("value", "candidates"),
    [
        ("person.givenName.lowerAscii().numbered(3)", ("ann", "ann2", "ann3")),
        ("['', person.username, ' a ', 'a', person.givenName]", ("a", "Ann")),
        ("person.givenName", ("Ann",)),
        ("person.username", ()),
        ("person.givenName.numbered(2).map(n, n + '@corp.nl')", ("Ann@corp.nl", "Ann2@corp.nl")),
    ],
)  # fmt: skip
def test_candidates(value, candidates):
    """A list gives candidates, best first, each once and none empty; a text is the only one."""
    outcome = rules(value).outcome("p", ANN, company())

    assert {"userName": candidates} == outcome.candidates
    assert (candidates or ("",))[0] == outcome.attributes["userName"]


def test_having():
    """Once it is known what the person was given, attribute and claim are that."""
    made, chart = rules("person.givenName.numbered(3)"), company()

    given = made.having(made.outcome("p", ANN, chart), {"userName": "Ann3"}, ANN, chart)
    out = made.having(made.outcome("p", replace(ANN, status="gone"), chart), {}, ANN, chart)

    assert ({"userName": "Ann3"}, {"preferred_username": "Ann3"}) == (given.attributes, given.claims)
    assert {} == out.claims


@pytest.mark.parametrize(
    ("value", "unique", "place"),
    [("person.givenName", "yes", ".unique"), ("person.active", True, ""), ("unit.depth", True, "")],
)
def test_refused(value, unique, place):
    """Only texts can be unique, and the word is true or false."""
    with pytest.raises(MappingError) as caught:
        compile_rules({"mappings": {"m": {"attributes": {"userName": {"value": value, "unique": unique}}}}})

    assert [f"mappings.m.attributes.userName{place}"] == [each.path for each in caught.value.problems]


def test_manner():
    """The platform may rightly have another value than the first candidate."""
    assert {"userName"} == rules("person.givenName").manner("p").unique == rules("person.givenName").manner("p").loose
