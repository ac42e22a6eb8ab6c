"""Several schedules as one."""

from __future__ import annotations

from sso_bridge.jobs.worker import Schedule


class Together:
    """Asks each in turn."""

    def __init__(self, *schedules: Schedule) -> None:
        self._schedules = schedules

    def tick(self) -> None:
        """Enqueue what is due."""
        for schedule in self._schedules:
            schedule.tick()
