"""Is this feed to be believed?"""

from __future__ import annotations

import pytest

from provisioners.errors import FeedRefused
from provisioners.sync.collect.feed import Feed, RowProblem
from provisioners.sync.collect.safety import judge
from provisioners.sync.collect.source import Source


def feed(count, *, wrong=0):
    problems = [RowProblem("hr.csv", line, "x", "is wrong") for line in range(wrong)]
    made = Feed(rows={"people": count + wrong}, problems=problems)
    for each in range(count):
        made.people.add(str(each), each, {})
    return made


def known(count):
    return frozenset(str(each) for each in range(count))


@pytest.mark.parametrize(
    ("stated", "before", "believed"),
    [(95, 100, True), (94, 100, False), (1, 1, True), (2, 3, True), (1, 3, False), (10, 20, False), (19, 20, True)],
)
def test_shrunken(stated, before, believed):
    """At most the agreed share may be missing; in a tiny company one may (PR-04)."""
    if believed:
        assert before - stated == len(judge(feed(stated), Source("p"), present=known(before), complete=True).missing)
    else:
        with pytest.raises(FeedRefused, match="missing"):
            judge(feed(stated), Source("p"), present=known(before), complete=True)


@pytest.mark.parametrize(("wrong", "believed"), [(0, True), (1, True), (5, True), (6, False), (100, False)])
def test_wrong_share(wrong, believed):
    """More wrong rows than agreed: nothing is taken."""
    stated = feed(100 - wrong, wrong=wrong)
    if believed:
        judge(stated, Source("p"), present=known(0), complete=True)
    else:
        with pytest.raises(FeedRefused, match="wrong"):
            judge(stated, Source("p"), present=known(0), complete=True)


def test_stricter_side():
    """Of `min_percent` and `shrink_percent` the stricter one counts."""
    with pytest.raises(FeedRefused):
        judge(feed(97), Source("p", min_percent=98), present=known(100), complete=True)


def test_delta():
    """A delta never makes anybody absent."""
    assert not judge(feed(1), Source("p"), present=known(100), complete=False).counts_absence


def test_nothing():
    """No rows at all is a refusal, also for a delta."""
    with pytest.raises(FeedRefused) as caught:
        judge(Feed(), Source("p"), present=known(0), complete=False)
    assert caught.value.hint
