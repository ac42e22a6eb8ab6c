"""Under which circumstances something is done: from where, in which request, for which reason (AD-11).

Whoever takes an order (a web request, a command, a worker's job) states them once; every act that is recorded meanwhile
carries them, so that no room has to hand them on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Where an order came from. `why` is the reason or ticket that was stated with it."""

    address: str = ""
    request: str = ""
    why: str = ""


NONE = Circumstance()
LONGEST = 500


def reason(text: str) -> str:
    """Return a stated reason as one printable line of a bounded length (AD-12)."""
    return "".join(char if char.isprintable() else " " for char in text[:LONGEST]).strip()


class Circumstances:
    """What holds in this thread at this moment; what was stated for the whole process where nothing closer was."""

    def __init__(self) -> None:
        self._everywhere = NONE
        self._now: ContextVar[Circumstance | None] = ContextVar("circumstance", default=None)
        self._acts: ContextVar[int] = ContextVar("acts", default=0)

    def now(self) -> Circumstance:
        """Return them."""
        return self._now.get() or self._everywhere

    def everywhere(self, circumstance: Circumstance) -> None:
        """State them for all threads of this process: a command, a worker."""
        self._everywhere = circumstance

    def begin(self, circumstance: Circumstance) -> None:
        """State them for this thread, until the next request comes."""
        self._now.set(circumstance)
        self._acts.set(0)

    def note(self, acts: int) -> None:
        """Count what was recorded."""
        self._acts.set(self._acts.get() + acts)

    def recorded(self) -> int:
        """Return how many acts this thread has recorded since they were stated."""
        return self._acts.get()

    @contextmanager
    def during(self, circumstance: Circumstance) -> Iterator[None]:
        """State them for a block."""
        token = self._now.set(circumstance)
        try:
            yield
        finally:
            self._now.reset(token)
