"""What may leave."""

from __future__ import annotations

from dataclasses import fields

import pytest

from mappings.desired import Outcome
from mappings.people import Person
from sso_bridge.errors import NotForYou
from sso_bridge.login.release.policy import NEVER, RELEASABLE, WITHHELD, released


def test_every_fact_is_decided():
    """Every fact about a person is on exactly one of the two lists (IDP-07)."""
    facts = {field.name for field in fields(Person)}

    assert facts == RELEASABLE | WITHHELD
    assert not RELEASABLE & WITHHELD


def test_what_never_leaves():
    """Claims of the protocols and withheld facts do not leave, even when a mapping releases them."""
    outcome = Outcome("chat", in_scope=True, reason="", claims={"name": "Ada", **dict.fromkeys(NEVER, "x")})

    assert {"name": "Ada"} == released(outcome, "s").claims


@pytest.mark.parametrize(("in_scope", "subject"), [(False, "s"), (True, "")])
def test_nobody(in_scope, subject):
    """Whoever is out of scope, or has no subject, gets nothing."""
    with pytest.raises(NotForYou):
        released(Outcome("chat", in_scope, "by rule"), subject)
