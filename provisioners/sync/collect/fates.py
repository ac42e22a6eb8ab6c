"""What came of each row of an import: one letter for each line of each file, so that millions of rows weigh little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from provisioners.sync.collect.feed import MOST_LINES, Feed

Fate = Literal[
    "new", "changed", "unchanged", "back", "taken", "wrong", "held", "waiting", "not_taken", "replayed"
]  # fmt: skip
LETTERS: Final[Mapping[Fate, int]] = {
    "new": ord("n"),
    "changed": ord("c"),
    "unchanged": ord("u"),
    "back": ord("b"),
    "taken": ord("t"),
    "wrong": ord("w"),
    "held": ord("h"),
    "waiting": ord("m"),
    "not_taken": ord("x"),
    "replayed": ord("r"),
}
"""`taken` is said of units and leaves; `held` of right rows of somebody with a wrong one; `waiting` of leaves of
somebody who is not known yet; `not_taken` of right rows of an import that was refused; `replayed` of rows that were
kept out and have been taken since."""
NAMES: Final[Mapping[int, Fate]] = {letter: fate for fate, letter in LETTERS.items()}
KEPT_OUT: Final[tuple[Fate, ...]] = ("wrong", "held", "waiting")


class Fates:
    """The letters of one import. Lines without a row have none."""

    def __init__(self, files: int) -> None:
        self.files = [bytearray() for _ in range(files)]

    @classmethod
    def of(cls, feed: Feed, *, taken: bool) -> Fates:
        """Return what is known before people are compared: everybody unchanged, or nothing taken."""
        fates = cls(len(feed.files))
        for place in _places(feed.lines.values()):
            fates.mark(place, "unchanged" if taken else "not_taken")
        for lines in (*feed.leave_lines.values(), *feed.unit_lines.values()):
            for place in lines:
                fates.mark(place, "taken" if taken else "not_taken")
        return fates

    def mark(self, place: int, fate: Fate) -> None:
        """Say what came of the row at a place (`Feed.place`)."""
        file, line = divmod(place, MOST_LINES)
        letters = self.files[file]
        if line >= len(letters):
            letters.extend(bytes(line + 1 - len(letters)))
        letters[line] = LETTERS[fate]

    def person(self, feed: Feed, key: str, fate: Fate) -> None:
        """Say what came of all rows of a person."""
        for place in _places([feed.lines[key]] if key in feed.lines else []):
            self.mark(place, fate)


def _places(found: Iterable[int | tuple[int, ...]]) -> Iterator[int]:
    for one in found:
        if isinstance(one, int):
            yield one
        else:
            yield from one
