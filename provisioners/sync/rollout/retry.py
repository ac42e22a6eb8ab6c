"""When to try again: after what the platform asked for, else after an exponential, scattered wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from provisioners.errors import SyncError, TryAgain
from provisioners.sync.rollout import limiter
from provisioners.sync.rollout.contract import Action, Result

MOST_ATTEMPTS = 12
MOST_BEGUN = 100
"""Attempts of any kind, those that a platform in a hurry put off and those that ended with the worker included."""

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0

Jitter = Callable[[], float]
"""Returns a number from 0 up to 1; `random.random` in production."""


def again(action: Action, error: Exception, now: datetime, jitter: Jitter) -> Result:
    """Return a result that waits, or a dead letter when the action has been tried often enough.

    `action.attempts` counts the attempts before this one.
    """
    code = getattr(error, "code", "unknown_outcome")
    asked = error.after if isinstance(error, TryAgain) else 0.0
    if action.attempts + 1 >= (MOST_BEGUN if asked else MOST_ATTEMPTS):
        return Result(action, "dead", code, f"given up after {action.attempts + 1} attempts: {told(error)}")
    until = now + (limiter.seconds(asked) if asked else backoff(action.attempts, jitter))
    return Result(action, "waiting", code, told(error), not_before=until)


def told(error: Exception) -> str:
    """Return what the ledger may keep of an error: the hint, which holds no personal data; never the detail."""
    hint = error.hint if isinstance(error, SyncError) else ""
    return hint or f"{getattr(error, 'code', 'connector_fault')} ({type(error).__name__})"


def backoff(attempts: int, jitter: Jitter) -> timedelta:
    """Return 1, 2, 4 ... up to 300 seconds, less a random half, so that workers do not march in step."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts, 20))
    return timedelta(seconds=longest * (0.5 + jitter() / 2))
