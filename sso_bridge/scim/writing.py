"""Documents -> JSON in pieces: the members of a group are written as they are read, never held all at once."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

PIECE = 1000


@dataclass(frozen=True, slots=True)
class Streamed:
    """A list that is read while it is written: of each element `only` some parts, if any are named, none `without`."""

    items: Callable[[], Iterator[dict[str, Any]]]
    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def told(self) -> Iterator[dict[str, Any]]:
        """Yield the elements as they are told."""
        if not self.only and not self.without:
            return self.items()
        return ({name: value for name, value in one.items() if self._tells(name)} for one in self.items())

    def _tells(self, name: str) -> bool:
        return (not self.only or name in self.only) and name not in self.without


def pieces(document: Any) -> Iterator[bytes]:
    """Yield the JSON text of a document, in UTF-8."""
    streamed: list[Streamed] = []
    mark = secrets.token_hex(16)

    def placed(value: Any) -> str:
        if not isinstance(value, Streamed):
            raise TypeError(type(value).__name__)
        streamed.append(value)
        return f"{mark}{len(streamed) - 1}"

    text = json.dumps(document, ensure_ascii=False, default=placed, separators=(",", ":"))
    for place, part in enumerate(re.split(rf'"{mark}(\d+)"', text)):
        if place % 2:
            yield from _list(streamed[int(part)])
        else:
            yield part.encode("utf-8", "replace")


def _list(streamed: Streamed) -> Iterator[bytes]:
    yield b"["
    items, first = streamed.told(), True
    while some := list(islice(items, PIECE)):
        text = json.dumps(some, ensure_ascii=False, separators=(",", ":"))[1:-1]
        yield (text if first else f",{text}").encode()
        first = False
    yield b"]"
