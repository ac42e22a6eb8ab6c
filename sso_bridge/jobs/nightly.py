"""The nightly sync: dated changes of the org chart act by themselves, on the day they are dated; then some reading.

Each zone in which somebody works has its own night. What the drift reader finds after the sync is repaired by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sso_bridge.clock import Clock
from sso_bridge.jobs.drift import JOB as DRIFT
from sso_bridge.jobs.port import Queue


class Nightly:
    """Enqueues `sync` once a day after `at`, the local time of each of the `zones`, however many workers ask.

    The moment is the key, so zones with one midnight have one sync. `drift` follows the first zone, that of home.
    """

    def __init__(self, queue: Queue, clock: Clock, at: time, zones: Callable[[], Iterable[str]]) -> None:
        self._queue = queue
        self._clock = clock
        self._at = at
        self._zones = zones
        self._last: dict[str, date] = {}

    def tick(self) -> None:
        """Enqueue the syncs whose time has come, which nobody has enqueued yet."""
        now = self._clock()
        for place, name in enumerate(self._zones()):
            here = now.astimezone(ZoneInfo(name))
            if here.time() >= self._at and self._last.get(name) != here.date():
                self._begin(here, home=not place)
                self._last[name] = here.date()

    def _begin(self, here: datetime, *, home: bool) -> None:
        day, due = here.date().isoformat(), datetime.combine(here.date(), self._at, here.tzinfo).astimezone(UTC)
        self._queue.enqueue("sync", {"day": day}, key=f"nightly:{due:%Y-%m-%dT%H:%MZ}", by="schedule")
        if home:
            self._queue.enqueue(DRIFT, {"day": day}, key=f"{DRIFT}:{day}", by="schedule")
