"""The nightly sync: dated changes of the org chart act by themselves, on the day they are dated; then some reading.

What the drift reader finds after the sync is repaired by the next one.
"""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from sso_bridge.clock import Clock
from sso_bridge.jobs.drift import JOB as DRIFT
from sso_bridge.jobs.port import Queue


class Nightly:
    """Enqueues `sync` and `drift` once a day after `at` (local time), however many workers ask: the day is a key."""

    def __init__(self, queue: Queue, clock: Clock, at: time, zone: str) -> None:
        self._queue = queue
        self._clock = clock
        self._at = at
        self._zone = ZoneInfo(zone)
        self._last: date | None = None

    def tick(self) -> None:
        """Enqueue today's sync when its time has come and nobody has done so."""
        here = self._clock().astimezone(self._zone)
        if here.time() >= self._at and self._last != here.date():
            day = here.date().isoformat()
            self._queue.enqueue("sync", {"day": day}, key=f"nightly:{day}", by="schedule")
            self._queue.enqueue(DRIFT, {"day": day}, key=f"{DRIFT}:{day}", by="schedule")
            self._last = here.date()
