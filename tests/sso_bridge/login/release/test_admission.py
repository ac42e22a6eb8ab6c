"""Who may sign in while a platform is opened in waves."""

from __future__ import annotations

import pytest

from mappings.errors import EvaluationError
from mappings.rules import compile_rules
from sso_bridge.login.release.admission import Admission
from tests.fakes.org import ANN, BOSS, company

WAVES = {"open": "pilot", "steps": [{"name": "pilot", "people": ["E1"]}, {"name": "all", "percent": 100}]}


def admission(*accounts, shrink="keep"):
    """Return the rules of sign-in; `accounts` are the people who have one. What is asked is noted."""
    platform = {"mapping": "m", "waves": {**WAVES, "shrink": shrink}}
    rules = compile_rules({"platforms": {"chat": platform}, "mappings": {"m": {"release": ["email"]}}})
    asked = []
    return Admission(rules, Known(accounts, asked)), asked


class Known:
    """Who has an account, and who was given what."""

    def __init__(self, people=(), asked=None, chosen=None):
        self.people, self.asked, self.chosen = people, [] if asked is None else asked, chosen or {}

    def has_account(self, platform, person_id):
        self.asked.append((platform, person_id))
        return person_id in self.people

    def choose(self, platform, person_id, candidates):
        return self.chosen


UNIQUE = {"attributes": {"userName": {"value": "['ann', 'ann2']", "unique": True}}, "release": ["preferred_username"]}


def unique(chosen):
    """Return what Ann gets where user names are given once, when this was chosen for her."""
    rules = compile_rules({"platforms": {"chat": {"mapping": "m"}}, "mappings": {"m": UNIQUE}})
    return Admission(rules, Known(chosen=chosen)).outcome("chat", ANN, company())


def test_value_of_her_own():
    """ID-04: the claim is the value that was given to this person, never one that a colleague has."""
    outcome = unique({"userName": "ann2"})

    assert ({"userName": "ann2"}, {"preferred_username": "ann2"}) == (outcome.attributes, outcome.claims)


def test_no_value_left():
    """Where every candidate is somebody else's, nobody gets in under it."""
    with pytest.raises(EvaluationError, match="every candidate for userName"):
        unique({})


def test_open_wave():
    """Somebody of an open wave gets in; nobody asks for the account."""
    rules, asked = admission()

    assert rules.outcome("chat", BOSS, company()).in_scope
    assert [] == asked


@pytest.mark.parametrize(("accounts", "admitted"), [((), False), ((2,), True)])
def test_later_wave(accounts, admitted):
    """Somebody of a later wave gets in only with an account that is there already, and then with all claims."""
    rules, asked = admission(*accounts)
    outcome = rules.outcome("chat", ANN, company())

    assert (admitted, {"email": "E2@Example.org"} if admitted else {}) == (outcome.in_scope, outcome.claims)
    assert [("chat", 2)] == asked


def test_closed_on_purpose():
    """Where a smaller wave takes accounts away, it takes the way in away too."""
    rules, asked = admission(2, shrink="leave")

    assert not rules.outcome("chat", ANN, company()).in_scope
    assert [] == asked
