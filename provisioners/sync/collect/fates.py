"""What came of each row of an import: one letter for each line of each file, so that millions of rows weigh little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

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


MOST_LINES = 1 << 40
"""More lines than any file has: a place is the number of a file times this, and the line."""


class Fates:
    """The letters of one import. Lines without a row have none, and rows that were kept out have none yet."""

    def __init__(self) -> None:
        self.files: list[bytearray] = []

    def mark(self, place: int, fate: Fate) -> None:
        """Say what came of the row at a place (`Feed.place`)."""
        self._set(place, LETTERS[fate])

    def mark_all(self, places: Iterable[int], fate: Fate) -> None:
        """Say what came of all rows of somebody."""
        for place in places:
            self.mark(place, fate)

    def forget(self, place: int) -> None:
        """Say nothing of the row at a place."""
        self._set(place, 0)

    def refuse(self) -> None:
        """Say of all rows that they were not taken."""
        every = bytes([0] + [LETTERS["not_taken"]] * 255)
        self.files = [letters.translate(every) for letters in self.files]

    def _set(self, place: int, letter: int) -> None:
        file, line = divmod(place, MOST_LINES)
        while file >= len(self.files):
            self.files.append(bytearray())
        letters = self.files[file]
        if line >= len(letters):
            letters.extend(bytes(line + 1 - len(letters)))
        letters[line] = letter
