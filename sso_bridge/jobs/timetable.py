"""When jobs come due by themselves: each in its turn once, however many workers ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provisioners.spans import span
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Queue


@dataclass
class EveryTurn:
    """Enqueues a job when a turn begins; `turn` names the present one, as a day or an hour. Empty: it is nobody's."""

    queue: Queue
    job: str
    turn: Callable[[], str]
    _last: str = ""

    def tick(self) -> None:
        """Enqueue what is due."""
        turn = self.turn()
        if turn and turn != self._last:
            self.queue.enqueue(self.job, {"turn": turn}, key=f"{self.job}:{turn}", by="schedule")
        self._last = turn


@dataclass(frozen=True, slots=True)
class EverySource:
    """Enqueues a job for each HR source as often as it says; `spans` is source -> such as `15m`."""

    queue: Queue
    clock: Clock
    job: str
    spans: Callable[[], Mapping[str, str]]

    def tick(self) -> None:
        """Enqueue what is due."""
        now = self.clock().timestamp()
        for name, every in self.spans().items():
            turn = int(now // span(every).total_seconds())
            self.queue.enqueue(self.job, {"source": name}, key=f"{self.job}:{name}:{every}:{turn}", by="schedule")
