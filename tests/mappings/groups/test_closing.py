"""What becomes of a group behind which nothing stands any more."""

from __future__ import annotations

import pytest

from mappings.desired import GroupKey
from mappings.errors import MappingError
from mappings.groups.closing import Closing
from tests.fakes.group_rules import rules_of


@pytest.mark.parametrize(
    ("closed", "policy"),
    [
        (None, Closing("keep")),
        ({"do": "keep"}, Closing("keep")),
        ({"do": "archive"}, Closing("archive")),
        ({"do": "delete", "after": "30d"}, Closing("delete", 30)),
    ],
)
def test_policies(closed, policy):
    """Without a word a group is kept; deletion waits a month at least."""
    rules = rules_of(each="unit", **({"closed": closed} if closed else {}))

    assert policy == rules.closing("chat", GroupKey("g", "sales"))


def test_rule_is_gone():
    """A group whose rule is gone is kept: nobody is left who could say otherwise."""
    assert Closing("keep") == rules_of(each="unit", closed={"do": "archive"}).closing("chat", GroupKey("other", "x"))


@pytest.mark.parametrize(
    ("closed", "place"),
    [
        ("delete", ""),
        ({"do": "burn"}, ""),
        ({"do": "archive", "after": "90d"}, ".after"),
        ({"do": "delete"}, ".after"),
        ({"do": "delete", "after": "29d"}, ".after"),
        ({"do": "delete", "after": 90}, ".after"),
        ({"do": "keep", "when": "now"}, ".when"),
    ],
)
def test_refused(closed, place):
    """What can mean nothing, or deletes too soon, is refused at save."""
    with pytest.raises(MappingError) as caught:
        rules_of(each="unit", closed=closed)

    assert f"groups.g.closed{place}" == caught.value.problems[0].path
