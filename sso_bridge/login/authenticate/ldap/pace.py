"""A refusal of nobody takes as long as a refusal of somebody (LD-09).

Directories write a wrong password down for an account that exists, which can take them a hundred times as long as
finding that there is none (Samba: 110 against 3 ms). The others wait as long as refusals of real accounts lately took.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED = 32
LONGEST = 1.0


@dataclass(slots=True)
class Pace:
    """Remembers how long the last refusals took, and waits as long as one of them."""

    ticks: Callable[[], float] = time.perf_counter
    sleep: Callable[[float], None] = time.sleep
    _took: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def note(self, begun: float) -> None:
        """Remember a refusal of a real account that began then."""
        self._took.append(min(self.ticks() - begun, LONGEST))

    def even(self, begun: float) -> None:
        """Wait until a refusal of nobody that began then has taken as long as one of those."""
        took = list(self._took)
        left = secrets.choice(took) - (self.ticks() - begun) if took else 0.0
        if left > 0:
            self.sleep(left)
