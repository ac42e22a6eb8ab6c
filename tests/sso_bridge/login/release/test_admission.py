"""Who may sign in while a platform is opened in waves."""

from __future__ import annotations

import pytest

from mappings.rules import compile_rules
from sso_bridge.login.release.admission import Admission
from tests.fakes.org import ANN, BOSS, company

WAVES = {"open": "pilot", "steps": [{"name": "pilot", "people": ["E1"]}, {"name": "all", "percent": 100}]}


def admission(*accounts, shrink="keep"):
    """Return the rules of sign-in; `accounts` are the people who have one. What is asked is noted."""
    platform = {"mapping": "m", "waves": {**WAVES, "shrink": shrink}}
    rules = compile_rules({"platforms": {"chat": platform}, "mappings": {"m": {"release": ["email"]}}})
    asked = []
    return Admission(rules, lambda platform, id_: asked.append((platform, id_)) or id_ in accounts), asked


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
