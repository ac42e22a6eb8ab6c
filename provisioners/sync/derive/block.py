"""People in blocks of ids, and what was derived for a block as bytes: arrays and one table of group lists."""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from provisioners.sync.compose.chart import Chart

SIZE = 4096
_HEAD = struct.Struct("<II")


class Block(NamedTuple):
    """Some people in the order of ids. `start` is the place of the first in the chart, `inputs` are surroundings."""

    number: int
    start: int
    ids: tuple[int, ...]
    inputs: array[int]


def blocks(chart: Chart) -> Iterator[Block]:
    """Yield everybody, in blocks whose numbers stay the same when others join."""
    start = 0
    for number, group in groupby(chart.ids(), lambda id_: id_ // SIZE):
        ids = tuple(group)
        yield Block(number, start, ids, array("Q", map(chart.surroundings, ids)))
        start += len(ids)


Derived = tuple[int, int, int, tuple[str, ...], int]
"""What the rules gave one person, without the values: the surroundings it came from, the fingerprint of the account
without references (0 when out of scope), the person id of the manager (0 for none), the groups, and 1 when the person
waits for a wave. Plain, since there are as many as accounts."""


def pack(rows: Mapping[int, Derived]) -> bytes:
    """Return the rows of one block as bytes."""
    inputs, bits, managers, groups, waits = (map(itemgetter(column), rows.values()) for column in range(5))
    lists: dict[tuple[str, ...], int] = {}
    places = array("I", [lists.setdefault(each, len(lists)) for each in groups])
    table = json.dumps(list(lists), ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join(
        (
            _HEAD.pack(len(rows), len(table)),
            table,
            array("Q", inputs).tobytes(),
            array("Q", bits).tobytes(),
            array("I", rows.keys()).tobytes(),
            array("I", managers).tobytes(),
            places.tobytes(),
            bytes(waits),
        )
    )


def unpack(body: bytes) -> dict[int, Derived]:
    """Return the rows of a packed block."""
    count, size = _HEAD.unpack_from(body)
    at = _HEAD.size + size
    lists = [tuple(keys) for keys in json.loads(body[_HEAD.size : at])]
    columns = []
    for code in "QQIII":
        column = array(code)
        end = at + count * column.itemsize
        column.frombytes(body[at:end])
        columns.append(column)
        at = end
    inputs, bits, ids, managers, places = columns
    rows = zip(inputs, bits, managers, map(lists.__getitem__, places), body[at:], strict=True)
    return dict(zip(ids, rows, strict=True))
