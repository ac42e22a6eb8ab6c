"""The part `correlation` of the document."""

from __future__ import annotations

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.changing.weighing import touches_limits
from sso_bridge.configuration.document.parse import parse

RULE = {"name": "same address", "equal": ["mail"], "score": 70}


def test_read():
    """Rules are compiled with the document; without the part there are none."""
    checked = parse({"correlation": {"people": [RULE]}})

    assert ["same address"] == [rule.name for rule in checked.configuration.correlation.people]
    assert () == parse({}).configuration.correlation.people


def test_mistakes():
    """A mistake in it is a mistake in the document, with its path; platforms must exist."""
    with pytest.raises(MappingError) as caught:
        parse({"correlation": {"people": [{**RULE, "score": 95}], "accounts": [{**RULE, "on": ["wiki"]}]}})

    assert ["correlation.accounts[0].on", "correlation.people[0].score"] == sorted(
        each.path for each in caught.value.problems
    )


def test_takes_an_owner_and_two_people():
    """Who is taken for whom is as much a limit as the guards are (AD-08)."""
    assert touches_limits({}, {"correlation": {"people": [RULE]}})
