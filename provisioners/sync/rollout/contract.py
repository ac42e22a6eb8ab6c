"""What the executor needs from outside beside `provisioners.ports`, and the values that travel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from provisioners.platforms.contract import Connector
from provisioners.ports import AccountShadow
from provisioners.sync.derive.leaver import Act
from provisioners.sync.derive.wanted import Wanted
from provisioners.sync.plan.change import Change

ActionState = Literal["waiting", "leased", "done", "failed", "skipped", "dead"]
"""waiting: not yet, or again at `not_before`; failed: the platform refuses it for good; skipped: stale, held, not ours
or cancelled, nothing was called; dead: given up after too many attempts. Only the first two are open."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was made from; `undoes` when it turns a run around, whatever the rules say.

    `elsewhere` tells in which zones it was another date than `on` (`mappings.days.Days.elsewhere`).
    """

    on: date
    revision: int
    organisation: int
    undoes: bool = False
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One leased row of the ledger. `(run, seq)` is its idempotency key.

    `attempts` counts the calls begun before; `done` are the members that an earlier attempt has dealt with.
    """

    id: int
    run: int
    seq: int
    change: Change
    basis: Basis
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


class Present(Protocol):
    """What HR and the configuration say at this moment: the last look before a call (PR-03)."""

    def rules_changed(self, platform: str, revision: int) -> bool:
        """Return whether plans for this platform would be made by other rules than in that revision."""
        ...

    def is_same(self, basis: Basis) -> bool:
        """Return whether neither the organisation nor the day is another one than the plan was made for."""
        ...

    def works(self, ids: Iterable[int]) -> frozenset[int]:
        """Return those of these people who work here today; nobody we do not know does."""
        ...

    def wanted(self, platform: str, ids: Iterable[int]) -> Mapping[int, Wanted]:
        """Return what these people ought to have there today, without values; those we do not know are left out."""
        ...

    def owners(self, platform: str, group: str) -> frozenset[int] | None:
        """Return who owns the group by its rule today, None when the rule has no answer; nobody owns a closed one."""
        ...

    def is_closed(self, platform: str, group: str, *, empty: bool) -> bool:
        """Return whether nothing stands behind the group today: no rule, unit, manager, or nobody who has the value."""
        ...

    def around(self, platform: str, group: str) -> str:
        """Return the key of the group that holds this one by the rules today, empty when none does."""
        ...

    def leaver(self, shadow: AccountShadow) -> Act:
        """Return what the leaver policy does today with the account of somebody who is out of scope."""
        ...


Resting = Callable[[int, str, Iterable[int]], Mapping[int, float]]
"""(run, platform, people) -> in how many seconds their accounts' own actions, if still open, are tried again."""

Connectors = Callable[[str], Connector]
"""Opens (or reuses) the connector of a platform; raises NeedsAdmin when it cannot be configured."""

Resolve = Callable[[str, str], tuple[int, str]]
"""(platform, person's UUID) -> the person's id and the remote id of the account; 0 and empty when there is none."""
