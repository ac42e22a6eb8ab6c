"""Lists that are too long for the memory of a worker: plain tuples, in blocks, in a file that has no name.

The file lives as long as somebody holds it and is gone with the process, whatever becomes of that. Little stays in
memory altogether, so a small company never touches the disk.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import finalize

BLOCK = 1000
IN_MEMORY = 4 << 20

Entry = TypeVar("Entry", bound=tuple[object, ...])


class Place(NamedTuple):
    """Where a block lies, and how many entries it has."""

    at: int
    size: int
    entries: int


class Scratch:
    """The file. Used by one thread at a time."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with this object
        self._end = 0
        finalize(self, self._file.close)

    def write(self, entries: list[Entry]) -> Place:
        """Append a block."""
        body = pickle.dumps(entries, protocol=5)
        self._file.seek(self._end)
        self._file.write(body)
        place = Place(self._end, len(body), len(entries))
        self._end += len(body)
        return place

    def read(self, place: Place) -> list[Any]:
        """Return a block."""
        self._file.seek(place.at)
        return pickle.loads(self._file.read(place.size))  # type: ignore[no-any-return]  # noqa: S301 - our own file


class Spool(Generic[Entry]):
    """One list in a scratch file: append, then read in order, from the beginning or from a place on."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._places: list[Place] = []
        self._last: list[Entry] = []
        self._count = 0

    def append(self, entry: Entry) -> None:
        """Add one entry of plain values."""
        self._last.append(entry)
        self._count += 1
        if len(self._last) == BLOCK:
            self._places.append(self._scratch.write(self._last))
            self._last = []

    def __len__(self) -> int:
        """Return how many entries there are."""
        return self._count

    def blocks(self, skip: int = 0) -> Iterator[list[Entry]]:
        """Yield the entries in blocks, without the first `skip` ones."""
        for place in self._places:
            if skip < place.entries:
                yield self._scratch.read(place)[skip:]
            skip = max(0, skip - place.entries)
        if self._last[skip:]:
            yield self._last[skip:]

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries in order."""
        for block in self.blocks():
            yield from block
