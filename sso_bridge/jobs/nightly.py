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
    """Enqueues `sync` after `at`, the local time of each of the `zones`, however many workers ask: the moment is a key.

    One sync does for all zones whose time has come. `drift` follows the first zone, that of home, once a day.
    """

    def __init__(self, queue: Queue, clock: Clock, at: time, zones: Callable[[], Iterable[str]]) -> None:
        self._queue = queue
        self._clock = clock
        self._at = at
        self._zones = zones
        self._last: datetime | None = None
        self._read: date | None = None

    def tick(self) -> None:
        """Enqueue what is due and was enqueued by nobody yet."""
        now = self._clock()
        here = [now.astimezone(ZoneInfo(name)) for name in self._zones()]
        due = max((self._due(each) for each in here if each.time() >= self._at), default=None)
        if due is not None and (self._last is None or due > self._last):
            day = here[0].date().isoformat()
            self._queue.enqueue("sync", {"day": day}, key=f"nightly:{due:%Y-%m-%dT%H:%MZ}", by="schedule")
            self._last = due
        if here[0].time() >= self._at and self._read != here[0].date():
            day = here[0].date().isoformat()
            self._queue.enqueue(DRIFT, {"day": day}, key=f"{DRIFT}:{day}", by="schedule")
            self._read = here[0].date()

    def _due(self, here: datetime) -> datetime:
        return datetime.combine(here.date(), self._at, here.tzinfo).astimezone(UTC)
