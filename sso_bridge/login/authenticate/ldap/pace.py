"""A refusal of nobody takes as long as a refusal of somebody (LD-09).

Directories write a wrong password down for an account that exists, which can take them ten times as long as finding
that there is none (Samba: 116 against 14 ms). What real accounts lately took longer is what the others wait.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

REMEMBERED = 64
LONGEST = 1.0
ALIKE = 0.1
"""Medians that differ by less than this share are alike."""


def _times() -> deque[float]:
    return deque(maxlen=REMEMBERED)


@dataclass(slots=True)
class Pace:
    """Remembers how long the last refusals took, of somebody and of nobody, and waits for the difference."""

    ticks: Callable[[], float] = time.perf_counter
    sleep: Callable[[float], None] = time.sleep
    _somebody: deque[float] = field(default_factory=_times)
    _nobody: deque[float] = field(default_factory=_times)

    def note(self, begun: float) -> None:
        """Remember a refusal of a real account that began then."""
        self._somebody.append(min(self.ticks() - begun, LONGEST))

    def even(self, begun: float) -> None:
        """Remember a refusal of nobody that began then, and wait as much longer as real accounts take."""
        self._nobody.append(min(self.ticks() - begun, LONGEST))
        somebody, nobody = (median(list(known) or [0.0]) for known in (self._somebody, self._nobody))
        if somebody - nobody > ALIKE * somebody:
            self.sleep(somebody - nobody)
