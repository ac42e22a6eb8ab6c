"""The gate: is this feed to be believed? Refusals say what to do; nothing is taken by half (PR-04).

A wrong row counts against its share whichever way it is wrong. Absence is judged against the people we know from
this source, and only for a snapshot that says it is complete; a delta never makes anybody absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provisioners.errors import FeedRefused
from provisioners.sync.collect.feed import Feed
from provisioners.sync.collect.source import Source

TINY = 20
"""With at most this many known people, one may be missing whatever the percentages say."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A believed feed: who is missing from it, and whether they may be counted as absent."""

    missing: frozenset[str]
    counts_absence: bool


def judge(feed: Feed, source: Source, *, present: Iterable[str], complete: bool) -> Verdict:
    """Return the verdict, or raise FeedRefused. `present` are the keys of those here now, by this source."""
    _refuse_empty(feed)
    _refuse_wrong(feed, source)
    if not complete or "people" not in feed.kinds:
        return Verdict(frozenset(), counts_absence=False)
    if not feed.people:
        raise FeedRefused("no row with a person was right", hint="nothing was taken; correct the reported rows")
    missing, count = set(), 0
    for key in present:
        count += 1
        if key not in feed.people.numbers and key not in feed.doubtful:
            missing.add(key)
    _refuse_shrunken(count, len(missing), source)
    return Verdict(frozenset(missing), counts_absence=feed.unnamed == 0)


def _refuse_empty(feed: Feed) -> None:
    if not feed.total:
        raise FeedRefused("there is not one row", hint="an empty export is never taken for an empty company")


def _refuse_wrong(feed: Feed, source: Source) -> None:
    wrong = len({(problem.file, problem.line) for problem in feed.problems})
    if wrong * 100 > source.wrong_percent * feed.total and wrong > 1:
        share = wrong * 100 / feed.total
        raise FeedRefused(
            f"{wrong} of {feed.total} rows are wrong ({share:.1f} %, agreed are {source.wrong_percent:g} %)",
            hint="nothing was taken; correct the reported rows, or the `columns` of this HR source",
        )


def _refuse_shrunken(present: int, missing: int, source: Source) -> None:
    allowed = int(present * min(source.shrink_percent, 100 - source.min_percent) / 100)
    if present <= TINY:
        allowed = max(allowed, min(1, present - 1))
    if missing > allowed:
        raise FeedRefused(
            f"{missing} of the {present} people we know are missing; agreed are {allowed}",
            hint="nothing was taken; send the whole snapshot, or set leaves_on for those who really left",
        )
