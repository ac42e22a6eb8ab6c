"""What sign-ins leave behind is kept as long as somebody may ask for it, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.attempts import Attempts
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.sign_in.traces import Traces

ATTEMPTS_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=30)
TRACES_KEPT = timedelta(days=90)


def tidy_sign_ins(
    store: Store, now: datetime, *, sessions: timedelta = SESSIONS_KEPT, traces: timedelta = TRACES_KEPT
) -> dict[str, int]:
    """Delete attempts, sessions, traces and full token buckets whose time is over; how many of each. Safe to repeat."""
    return {
        "attempts": Attempts(store).forget(now - ATTEMPTS_KEPT),
        "sessions": Sessions(store, timedelta()).forget(now - sessions),
        "traces": Traces(store).forget(now - traces),
        "buckets": Throttle(store).forget(now),
    }
