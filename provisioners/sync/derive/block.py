"""Packs what was derived for a block of persons into bytes: arrays and one table of group lists."""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Mapping
from typing import NamedTuple

SIZE = 4096
_HEAD = struct.Struct("<II")


class Derived(NamedTuple):
    """What the rules gave one person: the surroundings it came from, and the answer without the values.

    `bits` is the fingerprint of the account without references, 0 when out of scope; `manager` the person id of the
    reference, 0 for none.
    """

    inputs: int
    bits: int
    manager: int
    groups: tuple[str, ...]


def pack(rows: Mapping[int, Derived]) -> bytes:
    """Return the rows of one block as bytes."""
    lists: dict[tuple[str, ...], int] = {}
    places = array("I", [lists.setdefault(row.groups, len(lists)) for row in rows.values()])
    table = json.dumps(list(lists), ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join(
        (
            _HEAD.pack(len(rows), len(table)),
            table,
            array("Q", [row.inputs for row in rows.values()]).tobytes(),
            array("Q", [row.bits for row in rows.values()]).tobytes(),
            array("I", rows.keys()).tobytes(),
            array("I", [row.manager for row in rows.values()]).tobytes(),
            places.tobytes(),
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
    return {
        id_: Derived(seen, bit, manager, lists[place])
        for id_, seen, bit, manager, place in zip(ids, inputs, bits, managers, places, strict=True)
    }
