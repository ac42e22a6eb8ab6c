"""Compiled rules with one group, and what they say of somebody."""

from __future__ import annotations

from mappings.rules import compile_rules
from tests.fakes.org import company


def rules_of(**group):
    """Return rules with one group `g` on `chat`."""
    document = {
        "platforms": {"chat": {"mapping": "m"}},
        "mappings": {"m": {}},
        "groups": {"g": {"on": ["chat"], **group}},
    }
    return compile_rules(document)


def groups(rules, person, chart=None):
    """Return the keys as texts."""
    return [str(key) for key in rules.outcome("chat", person, chart or company()).groups]
