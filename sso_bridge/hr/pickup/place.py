"""What a place with files must offer, wherever it is, and which names it may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import BinaryIO, Protocol

LONGEST = 180
MARKERS = (".done", ".sha256", ".report.json")
DONE, REFUSED = "done", "refused"


class PlaceDown(Exception):
    """The place cannot be reached or used now. The message holds no secret."""


class NotPlain(Exception):
    """What has this name is no plain file of its own: a link, a pipe, something that changed while it was read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One plain file, as it looks."""

    name: str
    size: int
    changed: int


class Place(Protocol):
    """One folder. All names are of one part."""

    def entries(self) -> Mapping[str, Entry]:
        """Return the plain files by name; PlaceDown."""
        ...

    def opened(self, entry: Entry) -> AbstractContextManager[BinaryIO]:
        """Give the octets of a file that still is what it was; NotPlain, PlaceDown."""
        ...

    def put_away(self, name: str, into: str, new_name: str) -> None:
        """Move a file into one of our two folders; PlaceDown."""
        ...

    def write(self, into: str, name: str, text: str) -> None:
        """Write a report there, over nothing; PlaceDown."""
        ...


def wanted(name: str, patterns: Iterable[str]) -> bool:
    """Return whether this is a name of a file for us: plain, not hidden, no marker, as agreed."""
    if not 0 < len(name) <= LONGEST or not name.isprintable() or name.startswith(".") or set(name) & {"/", "\\"}:
        return False
    return not name.endswith(MARKERS) and any(fnmatchcase(name, one) for one in patterns)
