"""How far the clock of a peer is from ours: the median over its last messages, kept for everybody to see (SP-18)."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

import structlog

from sso_bridge.login.authenticate.saml_sp.ports import Gauges, Shelf

SAMPLES = 99
KEPT_EVERY = timedelta(minutes=1)
ALARM = 30.0
"""Seconds of difference from which somebody should look at the clocks."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ClockWatch:
    """Measures one workplace; each process keeps its own samples and writes down their median once a minute."""

    workplace: str
    source: str
    shelf: Shelf
    gauges: Gauges
    _seen: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    _kept_at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, issued: datetime, now: datetime) -> None:
        """Count one verified message: its IssueInstant against our clock."""
        with self._lock:
            self._seen.append((issued - now).total_seconds())
            if self._kept_at is not None and now - self._kept_at < KEPT_EVERY:
                return
            self._kept_at, skew, samples = now, median(self._seen), len(self._seen)
        self.shelf.measured(self.workplace, self.source, skew, samples)
        self.gauges.workplace(self.workplace, "skew", skew)
        if abs(skew) > ALARM:
            log.warning("workplace_clock_differs", workplace=self.workplace, seconds=round(skew))
