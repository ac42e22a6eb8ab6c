"""Why, and why not."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

from dataclasses import replace

from mappings.explain import explain, provenance
from mappings.rules import compile_rules
from tests.fakes.org import ANN, EVE, company
from tests.mappings.test_rules import DOCUMENT

RULES = compile_rules(DOCUMENT)


def test_because():
    """Each value names its rule, its expression and the facts it read."""
    told = {(one.what, one.name): one for one in explain(RULES, "chat", ANN, company()).because}

    user_name = told["attribute", "userName"]
    assert ("e2@example.org", "mappings.chat.attributes.userName", "person.email.lowerAscii()", {"person.email": "E2@Example.org"}) == (
        user_name.value, user_name.rule, user_name.expression, user_name.facts,
    )  # fmt: skip
    assert "facts.person.email" == told["claim", "email"].rule
    assert {"person.unitPath": ("root", "sales"), "primary.country": "NL"} == told["group", "sales-nl"].facts
    assert told["scope", "in_scope"].value is True


def test_why_not():
    """What is missing has its reason: not released, no value, or a rule that is false, with the facts."""
    told = {(one.what, one.name): one.reason for one in explain(RULES, "chat", EVE, company()).why_not}

    assert "not on mappings.chat.release" == told["claim", "family_name"]
    assert "on the release list, but without a value for this person" == told["claim", "title"]
    assert "primary.country = 'BE'" in told["group", "sales-nl"]
    crew = explain(RULES, "forum", ANN, company())
    assert "groups.crew.members is false" in [one.reason for one in crew.why_not]
    assert "listed by HR key" in [one.expression for one in explain(RULES, "forum", EVE, company()).because]


def test_out_of_scope():
    """Somebody who left has one reason for everything."""
    told = explain(RULES, "chat", replace(ANN, status="left"), company())

    assert (False, "HR status is left") == (told.in_scope, told.reason)
    assert {"HR status is left"} == {one.reason for one in told.why_not}
    assert [] == [one for one in told.because if one.what != "scope"]


def test_no_value():
    """A rule without a value is told with its problem, and nothing counts as given."""
    body = {"attributes": {"userName": "person.email.split('@')[1]", "title": "'x'"}}
    rules = compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": body}})

    told = explain(rules, "p", replace(ANN, email="x"), company())

    assert (False, None) == (told.in_scope, told.outcome)
    assert ["", "the expression has no value: a wrong place, number or conversion", ""] == [
        one.problem for one in told.because
    ]


def test_provenance():
    """Each attribute names its rule, strength, the facts it read and the columns of HR that they were made of."""
    told = provenance(RULES, "chat", ANN, company())

    assert {"userName", "displayName", "title"} == told.keys()
    title = told["title"]
    assert ("Seller", "mappings.chat.attributes.title", "primary.title", "normal", {"primary.title"}, {"primary.title"}) == (
        title.value, title.rule, title.expression, title.strength, title.reads, title.columns,
    )  # fmt: skip
    assert {"person.given_name", "person.family_name"} <= told["displayName"].columns


def test_provenance_of_no_value():
    """A rule without a value tells its problem; a unit looked up by its key is told too."""
    body = {"attributes": {"x": "person.email.split('@')[1]", "head": "unit('sales').head"}}
    rules = compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": body}})

    told = provenance(rules, "p", replace(ANN, email="x"), company())

    assert (None, True) == (told["x"].value, bool(told["x"].problem))
    assert ("E2", {"unit()"}, True) == (told["head"].value, told["head"].reads, "unit.head" in told["head"].columns)
