"""Server-sent events for whoever follows something that takes long, without holding a thread for as long as that.

A stream lasts some seconds and ends; `retry` brings the follower back, and `Last-Event-ID` says what it has seen. Only
so many streams of this process wait at once: whoever comes then is told what is, and comes back a little later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any, Final

from sso_bridge.api.route import Header

MEDIA: Final = "text/event-stream"
UNCOLLECTED: Final = {"X-Accel-Buffering": "no"}
"""Tells a proxy to pass each event on at once."""
LOOK_EVERY = 0.5
LOOKS = 30
"""A stream looks so often and ends: 15 seconds."""
HEARTBEAT = 10
"""After so many looks without news a comment is sent, so that proxies keep the line and a lost follower is noticed."""
SOON, LATER = 1000, 5000
LAST_SEEN = Header(
    "Last-Event-ID",
    "The `id` of the last event that was seen; it is not sent again.",
    schema={"type": "string", "maxLength": 64},
)


@dataclass(frozen=True, slots=True)
class Seen:
    """How something stands. `mark` differs when something is new; nothing comes after what is `over`."""

    mark: str
    told: Mapping[str, Any]
    over: bool


@dataclass(frozen=True, slots=True)
class Following:
    """Makes streams. `at_once` of them may wait at the same time, `wait` is told how many seconds."""

    at_once: int
    wait: Callable[[float], object]
    _places: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", BoundedSemaphore(max(1, self.at_once)))

    def stream(self, look: Callable[[], Seen], last: str = "") -> Iterator[str]:
        """Yield the events of one stream: what is new since `last`, until it is over or time is up."""
        mine = self._places.acquire(blocking=False)
        try:
            yield f"retry: {SOON if mine else LATER}\n\n"
            seen = last
            for number in range(LOOKS if mine else 1):
                if number:
                    self.wait(LOOK_EVERY)
                now = look()
                if now.mark != seen or now.over:
                    yield _event("end" if now.over else "progress", now)
                elif number % HEARTBEAT == 0:
                    yield ": nothing new\n\n"
                seen = now.mark
                if now.over:
                    return
        finally:
            if mine:
                self._places.release()


def _event(name: str, seen: Seen) -> str:
    data = json.dumps(dict(seen.told), default=str)
    return f"event: {name}\nid: {seen.mark}\ndata: {data}\n\n"
