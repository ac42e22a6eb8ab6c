"""Differences by path."""

from __future__ import annotations

from sso_bridge.configuration.document.diff import as_audit, differences


def test_paths():
    """What was added, changed and taken away is told by path; lists as a whole."""
    before = {"a": {"b": 1, "c": [1, 2], "same": "x"}, "gone": {"deep": True}}
    after = {"a": {"b": 2, "c": [2, 1], "same": "x"}, "new": {"deep": {"er": "y"}}, "empty": {}}

    changes = differences(before, after)

    assert ["~ a.b: 1 -> 2", "~ a.c: [1, 2] -> [2, 1]", "- gone.deep: true", '+ new.deep.er: "y"', "+ empty: {}"] == [
        *map(str, changes)
    ]
    assert () == differences(after, after)
    assert (
        {"a.b": 1, "a.c": [1, 2], "gone.deep": True},
        {"a.b": 2, "a.c": [2, 1], "new.deep.er": "y", "empty": {}},
    ) == as_audit(changes)


def test_types_differ():
    """`true` and `1` are not the same."""
    assert ["~ a: true -> 1"] == [str(one) for one in differences({"a": True}, {"a": 1})]


def test_long_values():
    """A long value is shortened for the eye, not for the audit."""
    (change,) = differences({}, {"a": "x" * 500})

    assert len(str(change)) < 250
    assert 500 == len(as_audit((change,))[1]["a"])
