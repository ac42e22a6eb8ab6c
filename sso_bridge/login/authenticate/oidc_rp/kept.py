"""The last good copy of something the provider publishes, shared by all threads, read again when it is needed.

Only one thread reads at a time; others use the copy there is, or wait when there is none. A provider that is down is
not asked again for some seconds, and its last good copy stays in use: an error is never taken for an absence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

import structlog

from sso_bridge.clock import Clock
from sso_bridge.errors import WorkplaceDown

T = TypeVar("T")
REST = timedelta(seconds=5)
"""How long a provider that did not answer is left alone."""
log = structlog.get_logger(__name__)


class Kept(Generic[T]):
    """A copy made by `read`, which gets the copy before, and raises WorkplaceDown when no good one can be had."""

    def __init__(self, what: str, read: Callable[[T | None], T], clock: Clock, fresh: timedelta) -> None:
        self._what = what
        self._read = read
        self._clock = clock
        self._fresh = fresh
        self._copy: T | None = None
        self._read_at: datetime | None = None
        self._failed: tuple[datetime, WorkplaceDown] | None = None
        self._reading = Lock()

    def now(self) -> T:
        """Return the copy, read again when it is old; WorkplaceDown when there never was one."""
        copy = self._copy
        if copy is None:
            return self.after(None)
        if self._old() and self._reading.acquire(blocking=False):
            try:
                if self._old() and not self._resting():
                    return self._again()
            except WorkplaceDown as down:
                log.warning("workplace.copy_kept", what=self._what, cause=down.cause)
            finally:
                self._reading.release()
        return self._copy or copy

    def after(self, seen: T | None, allowed: Callable[[], bool] = lambda: True) -> T:
        """Return a copy newer than `seen`: another thread's, or one read now if that is `allowed`; else `seen` again.

        WorkplaceDown only when there is no copy at all.
        """
        with self._reading:
            copy = self._copy
            if copy is not None and copy is not seen:
                return copy
            if self._failed is not None and self._resting():
                if copy is None:
                    raise WorkplaceDown(self._failed[1].cause)
                return copy
            if copy is not None and not allowed():
                return copy
            try:
                return self._again()
            except WorkplaceDown as down:
                if copy is None:
                    raise
                log.warning("workplace.copy_kept", what=self._what, cause=down.cause)
                return copy

    def _old(self) -> bool:
        return self._read_at is None or self._clock() - self._read_at >= self._fresh

    def _resting(self) -> bool:
        return self._failed is not None and self._clock() - self._failed[0] < REST

    def _again(self) -> T:
        try:
            copy = self._read(self._copy)
        except WorkplaceDown as down:
            self._failed = (self._clock(), down)
            raise
        self._copy, self._read_at, self._failed = copy, self._clock(), None
        return copy
