"""Sends what waits for one receiver, in order, until one message fails; then the receiver rests a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import requests

from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.administration.webhooks import Delivery, Webhook, Webhooks
from sso_bridge.webhooks.signing import headers
from sso_bridge.webhooks.standing import Standing

JOB: Final = "webhook"
AT_ONCE: Final = 20
SECONDS: Final = 5.0
BACKOFF: Final = tuple(timedelta(seconds=each) for each in (5, 30, 120, 600, 1800, 3600, 10800, 21600))
"""How long a receiver rests after its first, second ... failure in a row; the last one again and again."""

MOST_ATTEMPTS: Final = 12
"""A message that was refused so often is given up, so that those behind it get their turn."""

PATIENCE: Final = timedelta(days=3)
"""Who fails for so long is told nothing any more, until an administrator enables it again."""

LONGEST_REST: Final = 3600


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try. `rest` are the seconds that the receiver asked for."""

    status: int | None
    error: str = ""
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """The handler of that job. `session` gives the one way out (AD-14)."""

    webhooks: Webhooks
    standing: Standing
    session: Callable[[], requests.Session]
    clock: Clock

    def __call__(self, job: Job) -> Outcome:
        """Send what waits for the subscription of the job."""
        hook = self.webhooks.get(str(job.arguments["webhook"]))
        sent = 0
        if hook is None or not self.standing.holds(hook):
            return Outcome({"sent": sent})
        for delivery in self.webhooks.waiting(hook.id, AT_ONCE):
            tried = self._try(hook, delivery)
            if not self._noted(hook, delivery, tried):
                break
            hook = self.webhooks.get(hook.id) or hook
            sent += 1
        self.webhooks.change(hook.id, rounds=hook.rounds + 1)
        return Outcome({"sent": sent, "forgotten": self.webhooks.forget()})

    def _try(self, hook: Webhook, delivery: Delivery) -> Tried:
        body = delivery.body.encode()
        signed = headers(delivery.message, self.clock(), body, self.webhooks.secrets_of(hook.id))
        told = {"Content-Type": "application/json", **signed}
        try:
            answer = self.session().post(hook.url, data=body, headers=told, timeout=SECONDS)
        except requests.RequestException as error:
            return Tried(None, type(error).__name__)
        if HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return Tried(answer.status_code)
        wait = answer.headers.get("Retry-After", "")
        rest = min(int(wait), LONGEST_REST) if wait.isascii() and wait.isdecimal() and len(wait) <= 6 else 0  # noqa: PLR2004  a number of seconds
        return Tried(answer.status_code, f"answered {answer.status_code}", rest)

    def _noted(self, hook: Webhook, delivery: Delivery, tried: Tried) -> bool:
        """Write down what came of it; return whether to go on."""
        now, attempts = self.clock(), delivery.attempts + 1
        with self.webhooks.store.writing():
            said = {"attempts": attempts, "tried_at": now, "status": tried.status, "error": tried.error}
            if not tried.error:
                self.webhooks.note(delivery, **said, state="delivered")
                self.webhooks.change(hook.id, failures=0, failing_since=None, not_before=None)
                return True
            given_up = attempts >= MOST_ATTEMPTS
            self.webhooks.note(delivery, **said, state="failed" if given_up else "waiting")
            pause = max(BACKOFF[min(hook.failures, len(BACKOFF) - 1)], timedelta(seconds=tried.rest))
            since = hook.failing_since or now
            self.webhooks.change(hook.id, failures=hook.failures + 1, failing_since=since, not_before=now + pause)
            if tried.status == HTTPStatus.GONE:
                self.standing.disable(hook, "the receiver says that it is gone (410)")
            elif now - since >= PATIENCE:
                self.standing.disable(hook, f"nothing was taken since {since:%Y-%m-%d %H:%M} UTC")
        return False


def moment_key(now: datetime) -> str:
    """Return the hour, for keys of jobs: what a killed worker left behind is begun anew in the next one."""
    return f"{now:%Y%m%d%H}"
