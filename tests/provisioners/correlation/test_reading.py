"""The part of the configuration: read, checked, its examples run."""

from __future__ import annotations

import pytest

from provisioners.correlation.reading import Reading

RULE = {"name": "born and called the same", "equal": ["birth_date", "surname"], "score": 95}
ANN = {"number": "E1", "family_name": "de Boer", "birth_date": "1984-05-30"}


def problems(**body):
    """Return path and message of every mistake."""
    reading = Reading(["forum"])
    reading.whole(body)
    return [(each.path.removeprefix("correlation."), each.message) for each in reading.problems]


def test_good():
    """Rules, limits and examples that hold."""
    body = {
        "certain": 90, "review": 50,
        "people": [{**RULE, "alike": {"given_name": 0.9}, "unless_differs": ["other_number"]}],
        "accounts": [{"name": "address", "equal": ["mail"], "score": 60, "on": ["forum"]}],
        "examples": [
            {"row": {**ANN, "given_name": "Ann"}, "person": {**ANN, "given_name": "Ann"}, "expect": "certain"},
            {"row": {"email": "a@b.nl"}, "person": {"email": "a@b.nl"}, "expect": "no"},
        ],
    }  # fmt: skip
    reading = Reading(["forum"])
    rules = reading.whole(body)

    assert [] == reading.problems
    assert (90, 50, ("forum",)) == (rules.certain, rules.review, rules.accounts[0].on)


def test_nothing():
    """No part, no rules."""
    assert [] == problems()


def test_example_fails():
    """An example that comes out otherwise is a mistake, with what the rules say."""
    example = {"row": ANN, "person": ANN, "expect": "review"}

    assert [("examples[0].expect", "the rules say certain")] == problems(people=[RULE], examples=[example])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"people": [{**RULE, "equal": ["mail", "surname"]}]}, "people[0].score"),
        ({"people": [{**RULE, "equal": ["birth_date"]}]}, "people[0].equal"),
        ({"people": [{**RULE, "equal": ["initial", "given_name"]}]}, "people[0].equal"),
        ({"people": [{**RULE, "equal": ["salary"]}]}, "people[0].equal[0]"),
        ({"people": [{**RULE, "equal": []}]}, "people[0].equal"),
        ({"people": [{**RULE, "alike": {"mail": 0.9}}]}, "people[0].alike.mail"),
        ({"people": [{**RULE, "alike": {"surname": 0.1}}]}, "people[0].alike.surname"),
        ({"people": [{**RULE, "alike": 1}]}, "people[0].alike"),
        ({"people": [{**RULE, "on": ["forum"]}]}, "people[0].on"),
        ({"people": [{**RULE, "score": 101}]}, "people[0].score"),
        ({"people": [{**RULE, "score": True}]}, "people[0].score"),
        ({"people": [{**RULE, "name": ""}]}, "people[0].name"),
        ({"people": [RULE, RULE]}, "people[1].name"),
        ({"people": [1]}, "people[0]"),
        ({"people": {}}, "people"),
        ({"people": [RULE] * 51}, "people"),
        ({"accounts": [{**RULE, "equal": ["birth_date"]}]}, "accounts[0].equal[0]"),
        ({"accounts": [{"name": "a", "equal": ["mail"], "score": 60, "on": ["wiki"]}]}, "accounts[0].on"),
        ({"review": 96}, "review"),
        ({"certain": "95"}, "certain"),
        ({"rules": []}, "rules"),
        ({"examples": [1]}, "examples[0]"),
        ({"examples": [{"row": 1, "person": {}, "expect": "no"}]}, "examples[0].row"),
        ({"examples": [{"row": {"birth_date": "x"}, "person": {}, "expect": "no"}]}, "examples[0].row.birth_date"),
        ({"examples": [{"row": {"email": 1}, "person": {}, "expect": "no"}]}, "examples[0].row.email"),
        ({"examples": [{"row": {"title": "x"}, "person": {}, "expect": "no"}]}, "examples[0].row.title"),
    ],
)  # fmt: skip
def test_mistakes(body, path):
    """Each mistake is told with its path; names and addresses alone may not be called certain (PR-08)."""
    assert path in [each for each, _ in problems(**body)]
