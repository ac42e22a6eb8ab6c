"""Takes the units of a believed feed: dated rows per key, replaced as a whole when one of them says something new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from provisioners.errors import FeedRefused
from provisioners.sync.collect.feed import Feed
from sso_bridge.store.staff.facts import digest_of, unit_facts
from sso_bridge.store.tables.organisation import unit

SHRINK = 20
"""The percentage of units that may be missing from a snapshot of units; trees are re-cut more often than staff."""
FREE = 5


def take_units(
    connection: Connection, feed: Feed, source: str, *, strikes: int, complete: bool, number: int = 0
) -> dict[str, int]:
    """Write the units that changed, strike those that are missing, and return the counts; `number` is the import's."""
    counts = {"units_changed": 0, "units_unchanged": 0, "units_absent": 0}
    if "units" not in feed.kinds:
        return counts
    known: dict[str, set[bytes]] = {}
    struck: dict[str, int] = {}
    query = select(unit.c.key, unit.c.digest, unit.c.strikes).where(unit.c.source == source)
    for key, digest, strike in connection.execute(query):
        known.setdefault(key, set()).add(digest)
        struck[key] = max(strike, struck.get(key, 0))
    rows: list[dict[str, Any]] = []
    for key, stated in feed.units.items():
        if key in feed.doubtful_units:
            continue
        made = [(each.valid_from, unit_facts(each)) for each in stated]
        if {digest_of(facts) for _, facts in made} == known.get(key):
            counts["units_unchanged"] += 1
            if struck[key]:
                connection.execute(update(unit).where(_is(source, key)).values(strikes=0))
            continue
        counts["units_changed"] += 1
        if key in known:
            connection.execute(delete(unit).where(_is(source, key)))
        rows += _rows(feed, source, key, made, number)
    if rows:
        connection.execute(insert(unit), rows)
    if complete:
        missing = known.keys() - feed.units.keys() - feed.doubtful_units
        _strike(connection, source, {key: struck[key] for key in missing}, len(known), strikes, counts)
    return counts


def _strike(
    connection: Connection, source: str, missing: dict[str, int], present: int, strikes: int, counts: dict[str, int]
) -> None:
    if len(missing) > max(FREE, present * SHRINK / 100):
        raise FeedRefused(
            f"{len(missing)} of the {present} units we know are missing",
            hint="nothing was taken; send the whole tree, or close units with valid_to",
        )
    for key, strike in sorted(missing.items()):
        if strike + 1 >= strikes:
            connection.execute(delete(unit).where(_is(source, key)))
            counts["units_changed"] += 1
        else:
            connection.execute(update(unit).where(_is(source, key)).values(strikes=strike + 1))
            counts["units_absent"] += 1


def _rows(
    feed: Feed, source: str, key: str, made: list[tuple[date | None, dict[str, Any]]], number: int
) -> Iterator[dict[str, Any]]:
    for (start, facts), at in zip(made, feed.unit_lines.get(key) or [0] * len(made), strict=True):
        row = {"source": source, "key": key, "strikes": 0, "valid_from": start, "facts": facts}
        yield {**row, "digest": digest_of(facts), "origin": [number, *feed.where(at)] if at else None}


def _is(source: str, key: str) -> Any:
    return and_(unit.c.source == source, unit.c.key == key)
