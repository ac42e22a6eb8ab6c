"""Which of somebody's dated facts hold on a day, and what others see of them: remembered, so that no facts are read.

A remembered answer holds for the days between two turns of the person's dates, and only for the same facts. At a
moment that is not the same date everywhere it holds when all of these dates lie between the two turns.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import NamedTuple

from mappings.days import Day, day_of, ends_of
from mappings.facts import manager_basis, primary_of
from mappings.people import Person
from provisioners.ports import Remembered, Stated

NAME = "standing:3"
"""The name under which blocks are remembered; raise it when something of it is found in another way."""
SIZE = 4096
NEVER = 2**32 - 1
_ONE_DAY = timedelta(days=1)
_HEAD = struct.Struct("<II")


class Standing(NamedTuple):
    """From the day with the ordinal `last` until before `until`, with this manager (an HR key, empty for none).

    `shown` is the digest of what rules about those below may see of this person.
    """

    digest: bytes
    shown: bytes
    last: int
    until: int
    manager: str


class Standings:
    """The standing of everybody on one day; people must come in the order of ids."""

    def __init__(self, on: Day, remembered: Remembered | None) -> None:
        self._on = on
        self._earliest, self._latest = (day.toordinal() for day in ends_of(on))
        self._remembered = remembered
        self._stored = remembered.blocks("", NAME) if remembered else {}
        self._block = -1
        self._known: dict[int, Standing] = {}
        self._rows: dict[int, Standing] = {}
        self._changed = False
        self._fresh: dict[int, bytes] = {}

    def of(self, stated: Stated) -> Standing:
        """Return the standing of the next person."""
        if stated.id // SIZE != self._block:
            self._set_aside()
            self._block, self._rows, self._changed = stated.id // SIZE, {}, False
            body = self._stored.get(self._block)
            self._known = unpack(body) if body else {}
        row = self._known.get(stated.id)
        if row is None or row.digest != stated.digest or not row.last <= self._earliest <= self._latest < row.until:
            row = standing_of(stated.person(), stated.digest, self._on)
            self._changed = True
        self._rows[stated.id] = row
        return row

    def close(self) -> None:
        """Keep what is new."""
        self._set_aside()
        if self._remembered and self._fresh:
            self._remembered.keep("", NAME, self._fresh)
        self._stored, self._known, self._rows, self._fresh = {}, {}, {}, {}

    def _set_aside(self) -> None:
        if self._remembered and (self._changed or len(self._rows) != len(self._known)):
            self._fresh[self._block] = pack(self._rows)


def standing_of(person: Person, digest: bytes, on: Day) -> Standing:
    """Return what holds of this person on that day."""
    day = day_of(on, person)
    starts = [person.hired_on]
    ends = [person.leaves_on]
    for job in person.assignments:
        starts.append(job.valid_from)
        ends.append(job.valid_to)
    for leave in person.leaves:
        starts.append(leave.valid_from)
        ends.append(leave.valid_to)
    turns = [each for each in starts if each is not None]
    turns.extend(each + _ONE_DAY for each in ends if each is not None and each < date.max)
    primary = primary_of(person, day)
    shown = repr(manager_basis(person, day)).encode("utf-8", "surrogatepass")
    return Standing(
        digest,
        blake2b(shown, digest_size=8).digest(),
        max((turn.toordinal() for turn in turns if turn <= day), default=0),
        min((turn.toordinal() for turn in turns if turn > day), default=NEVER),
        primary.manager if primary else "",
    )


def pack(rows: Mapping[int, Standing]) -> bytes:
    """Return the rows of one block as bytes."""
    managers: dict[str, int] = {}
    places = array("I", [managers.setdefault(row.manager, len(managers)) for row in rows.values()])
    table = json.dumps(list(managers), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"".join(
        (
            _HEAD.pack(len(rows), len(table)),
            table,
            b"".join(row.digest for row in rows.values()),
            b"".join(row.shown for row in rows.values()),
            array("I", rows.keys()).tobytes(),
            array("I", [row.last for row in rows.values()]).tobytes(),
            array("I", [row.until for row in rows.values()]).tobytes(),
            places.tobytes(),
        )
    )


def unpack(body: bytes) -> dict[int, Standing]:
    """Return the rows of a packed block."""
    count, size = _HEAD.unpack_from(body)
    at = _HEAD.size + size
    managers = json.loads(body[_HEAD.size : at].decode("utf-8", "surrogatepass"))
    digests, shown = (
        [body[here : here + 8] for here in range(start, start + 8 * count, 8)] for start in (at, at + 8 * count)
    )
    at += 16 * count
    columns = []
    for _ in range(4):
        column = array("I")
        column.frombytes(body[at : at + 4 * count])
        columns.append(column)
        at += 4 * count
    ids, lasts, untils, places = columns
    rows = zip(digests, shown, lasts, untils, map(managers.__getitem__, places), strict=True)
    return dict(zip(ids, map(Standing._make, rows), strict=True))
