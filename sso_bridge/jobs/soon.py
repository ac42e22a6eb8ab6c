"""A sync soon after a single change: one that waits serves all changes that came before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from sso_bridge.store.queue.jobs import Jobs


@dataclass(frozen=True, slots=True)
class SyncSoon:
    """Asks for a sync in the open transaction, where syncs begin by themselves and none is waiting."""

    queue: Jobs
    syncs: bool

    def __call__(self) -> None:
        """Ask."""
        if self.syncs and not self.queue.is_waiting("sync"):
            self.queue.enqueue("sync", {}, key=f"sync soon:{uuid4()}", by="schedule")
