"""Reads protocol-buffer messages without their schema: what the checked tree of an expression comes as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_VARINT: Final = 0
_DOUBLE: Final = 1
_BYTES: Final = 2

Fields = dict[int, list[bytes | int]]
"""Number of a field -> its values, in order."""


def fields(message: bytes) -> Fields:
    """Return the fields of a message; ValueError for a kind of field that the engine does not use."""
    found: Fields = {}
    for number, value in _decode(message):
        found.setdefault(number, []).append(value)
    return found


def sub(of: Fields, number: int) -> Fields:
    """Return the message in a field, empty when it is not there."""
    return fields(raw(of, number))


def raw(of: Fields, number: int) -> bytes:
    """Return the bytes in a field, empty when it is not there."""
    values = raws(of, number)
    return values[-1] if values else b""


def raws(of: Fields, number: int) -> list[bytes]:
    """Return all values of a repeated field."""
    return [value for value in of.get(number, []) if isinstance(value, bytes)]


def whole(of: Fields, number: int) -> int:
    """Return the number in a field, 0 when it is not there."""
    value = of.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def text(of: Fields, number: int) -> str:
    """Return the text in a field."""
    return raw(of, number).decode()


def _decode(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif kind == _BYTES:
            length, at = _varint(message, at)
            yield number, message[at : at + length]
            at += length
        elif kind == _DOUBLE:
            at += 8  # a number with a point: nobody asks for it
        else:
            raise ValueError("the engine gave a tree of an unknown form")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
