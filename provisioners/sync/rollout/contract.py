"""What the executor needs from outside beside `provisioners.ports`, and the values that travel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from provisioners.platforms.contract import Connector
from provisioners.ports import AccountShadow
from provisioners.sync.plan.change import Change

ActionState = Literal["waiting", "leased", "done", "failed", "skipped", "dead"]
"""waiting: not yet, or again at `not_before`; failed: the platform refuses it for good; skipped: stale, held, not ours
or cancelled, nothing was called; dead: given up after too many attempts. Only the first two are open."""


@dataclass(frozen=True, slots=True)
class Action:
    """One leased row of the ledger. `(run, seq)` is its idempotency key.

    `attempts` counts the calls begun before; `done` are the members that an earlier attempt has dealt with.
    """

    id: int
    run: int
    seq: int
    change: Change
    attempts: int = 0
    done: tuple[int, ...] = ()

    @property
    def target(self) -> str:
        """Return the one account or group of the platform that this action writes to."""
        return target_of(self.change)


def target_of(change: Change) -> str:
    """Return the one account or group of the platform that this change writes to."""
    return f"group:{change.group}" if change.group else f"person:{change.person_id}"


@dataclass(frozen=True, slots=True)
class Result:
    """How an action ended, or (`waiting`) when to try it again. `error` holds no personal data.

    `achieved` counts the single changes made; `detail` keeps `members` (those really changed), `failed` and `missing`.
    """

    action: Action
    state: ActionState
    code: str = ""
    error: str = ""
    not_before: datetime | None = None
    achieved: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)


class ActionLedger(Protocol):
    """The truth about single actions. A lease is lost when its worker does not renew it in time."""

    def lease(self, platform: str, owner: str, limit: int) -> Sequence[Action]:
        """Take due actions of one run and phase, in order; none whose target another worker writes to."""
        ...

    def begin(self, actions: Iterable[Action], owner: str) -> frozenset[int]:
        """Count an attempt; return the ids whose lease is still ours, only those may be called."""
        ...

    def settle(self, results: Iterable[Result], owner: str) -> frozenset[int]:
        """Write results; return the ids that were still ours. The others are somebody else's by now: drop them."""
        ...

    def release(self, actions: Iterable[Action], owner: str) -> None:
        """Give back what was leased and not begun."""
        ...

    def stop(self, run_id: int, platform: str, owner: str, why: Exception) -> None:
        """Skip what is open of this run on this platform, with the reason; calls under way elsewhere go on."""
        ...

    def renew(self, owner: str) -> None:
        """Keep the leases of a living worker."""
        ...


class Protected(Protocol):
    """The list of accounts and groups that nobody may touch, as it stands now (PR-06)."""

    def __call__(self, change: Change, shadow: AccountShadow | None) -> str:
        """Return why this must be left alone; an empty text when it need not."""
        ...


Connectors = Callable[[str], Connector]
"""Opens (or reuses) the connector of a platform; raises NeedsAdmin when it cannot be configured."""

Resolve = Callable[[str, str], str]
"""(platform, person's UUID) -> the remote id of that person's account, empty when there is none."""
