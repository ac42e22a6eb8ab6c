"""Carries out the open actions of one platform, wave by wave, until none is due.

One transaction per wave: it keeps the results of the wave before (ledger, shadow and audit together), leases and
counts what comes next, asks whether the platform wants a pause, and passes the gate. Then, outside of any
transaction, the calls, which the connector paces with the shared limiter. Whoever is killed in between leaves a lease
behind; its actions are called again, and every verb of a connector is safe to repeat. Any number of executors may
work on one platform.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from time import monotonic

import structlog

from provisioners.errors import LeftAlone, NeedsAdmin, ObjectRefused, SkipAccount, Stale, TryAgain, Unknown
from provisioners.platforms.contract import Connector
from provisioners.ports import AccountShadow, Clock, Entry, Shadows, Trail, Transaction
from provisioners.sync.rollout import limiter, remember, retry
from provisioners.sync.rollout.call import call
from provisioners.sync.rollout.contract import Action, ActionLedger, Connectors, Result
from provisioners.sync.rollout.gate import Cleared, Gate
from provisioners.sync.rollout.limiter import Limiter
from provisioners.sync.rollout.remember import Done

log = structlog.get_logger(__name__)

BATCH = 200
ALONE_AFTER = 3
MOST_REFUSED = 10
"""So many objects refused in a row, all of one kind of call, are no single objects: a right is missing."""
PATIENCE = 1.0
"""A wait for calls that is longer than this is spent elsewhere: the leases are given back."""

GOES_ON = (TryAgain, Unknown, SkipAccount, Stale, LeftAlone)
"""After any other error the platform stops: somebody has to look (`platforms.contract`)."""

Refused = tuple[Action, Exception]
SHORT, LONG = 0.05, 0.25
"""Seconds. A shorter wave makes the next one larger, a longer one smaller: no result is left unkept for long."""
LARGEST = 8
"""Calls per thread in the largest wave."""
Pause = Callable[[float], bool]
"""Waits so many seconds, or less when the worker must stop; returns whether it must (`threading.Event.wait`)."""


SignOut = Callable[[Iterable[int]], object]
"""Ends the sessions and tokens that these people have with us, if they have left: before their accounts (PR-09)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a transaction prepared: the calls to make now, after which wait to come back, and whether to come back."""

    goes_on: bool
    wave: Sequence[Cleared] = ()
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the executor works with; one set serves all platforms."""

    ledger: ActionLedger
    shadows: Shadows
    trail: Trail
    limiter: Limiter
    gate: Gate
    connectors: Connectors
    transaction: Transaction
    clock: Clock
    jitter: retry.Jitter
    sign_out: SignOut


class Executor:
    """Works on one platform for one worker (`owner`)."""

    def __init__(self, parts: Parts, platform: str, owner: str, *, threads: int = 8) -> None:
        self._parts = parts
        self._platform = platform
        self._owner = owner
        self._threads = self._size = threads
        self._pending: deque[Action] = deque()
        self._answers: list[Done | Refused] = []
        self._refusals: Counter[str] = Counter()

    def drain(self, pause: Pause) -> int:
        """Work until nothing is due, the platform asks for a pause, or the worker must stop; return the calls made."""
        calls = 0
        with ThreadPoolExecutor(self._threads, thread_name_prefix=f"rollout-{self._platform}") as pool:
            turn = self._turn(last=pause(0))
            while turn.goes_on:
                calls += len(turn.wave)
                begun = monotonic()
                self._answers += self._call(pool, turn.wave)
                self._adapt(monotonic() - begun, len(turn.wave))
                turn = self._turn(last=pause(turn.wait))
        return calls

    def _adapt(self, took: float, calls: int) -> None:
        if took > LONG:
            self._size = max(self._threads, self._size // 2)
        elif took < SHORT and calls >= self._size:
            self._size = min(self._threads * LARGEST, self._size * 2)

    def _turn(self, *, last: bool) -> Turn:
        """Keep what was answered and prepare the next wave; `last` gives back what was leased instead."""
        parts = self._parts
        with parts.transaction():
            kept = self._keep()
            turn = Turn(goes_on=False)
            if not last:
                if not self._pending:
                    self._pending.extend(parts.ledger.lease(self._platform, self._owner, BATCH))
                if self._pending:
                    chosen, wait = self._choose()
                    turn = Turn(wait <= PATIENCE, self._clear(chosen), wait)
            if not turn.goes_on and self._pending:
                parts.ledger.release(self._pending, self._owner)
                self._pending.clear()
            parts.trail.record(*remember.entries(kept))
        return turn

    def _choose(self) -> tuple[list[Action], float]:
        """Take from the pending actions as many as may be called at once, one per target, in order.

        What has failed or ended its worker before is called alone, so that it takes nothing else with it (TM-02).
        """
        wanted: list[Action] = []
        targets: set[str] = set()
        for action in self._pending:
            if action.target not in targets:
                wanted.append(action)
                targets.add(action.target)
            if len(wanted) == self._size or action.attempts >= ALONE_AFTER:
                break
        wanted = wanted[:1] if wanted[0].attempts >= ALONE_AFTER else [a for a in wanted if a.attempts < ALONE_AFTER]
        wait = self._parts.limiter.shut(self._platform)
        chosen = [] if wait else wanted
        taken = {action.id for action in chosen}
        self._pending = deque(action for action in self._pending if action.id not in taken)
        return chosen, wait

    def _clear(self, chosen: Sequence[Action]) -> list[Cleared]:
        """Count an attempt and pass the gate; what it refuses is settled at once."""
        parts = self._parts
        ours = parts.ledger.begin(chosen, self._owner) if chosen else frozenset()
        begun = [action for action in chosen if action.id in ours]
        endless = [action for action in begun if action.attempts >= retry.MOST_BEGUN]
        cleared, refused = parts.gate.clear(self._platform, [a for a in begun if a.attempts < retry.MOST_BEGUN])
        parts.sign_out(one.change.person_id for one in cleared if one.change.kind == "account_suspend")
        results = [Result(action, "dead", "given_up", "it was begun many times and never ended") for action in endless]
        results += [remember.refused(*one, parts.clock(), parts.jitter) for one in refused]
        if results:
            parts.ledger.settle(results, self._owner)
            self._hold_back({result.action.target for result in results if result.state == "waiting"})
        return cleared

    def _call(self, pool: ThreadPoolExecutor, wave: Sequence[Cleared]) -> list[Done | Refused]:
        shut = Event()
        try:
            connector = self._parts.connectors(self._platform)
        except Exception as error:  # noqa: BLE001 - whatever keeps it from opening stops this platform, not the worker
            return [(one.action, error) for one in wave]
        if len(wave) == 1:
            return [self._one(connector, wave[0], shut)]
        return list(pool.map(lambda cleared: self._one(connector, cleared, shut), wave))

    def _one(self, connector: Connector, cleared: Cleared, shut: Event) -> Done | Refused:
        """Make one call. Once the platform has asked for a pause, the rest of the wave is not called."""
        if shut.is_set():
            return cleared.action, TryAgain("the platform had asked for a pause")
        try:
            answer = call(connector, cleared)
        except Exception as error:  # noqa: BLE001 - sorted by `remember.refused`; a fault of a connector is a result too
            if isinstance(error, TryAgain) and error.after > 0:
                shut.set()
                self._parts.limiter.pause(self._platform, self._parts.clock() + limiter.seconds(error.after))
            return cleared.action, error
        return remember.answered(cleared, answer, self._parts.clock(), self._parts.jitter)

    def _keep(self) -> list[Done]:
        """Write the results that are still ours, and stop the platform when an answer says that it must."""
        parts, now = self._parts, self._parts.clock()
        answers, self._answers = self._checked(self._answers), []
        done = [one for one in answers if isinstance(one, Done)]
        refused = [one for one in answers if not isinstance(one, Done)]
        results = [one.result for one in done]
        results += [remember.refused(action, error, now, parts.jitter) for action, error in refused]
        ours = parts.ledger.settle(results, self._owner) if results else frozenset()
        kept = [one for one in done if one.result.action.id in ours]
        remember.keep(kept, parts.shadows, now)
        self._hold_back({result.action.target for result in results if result.state == "waiting"})
        for action, error in self._weighed(done, refused):
            if not isinstance(error, GOES_ON):
                self._stop(action.run, error)
                break
        return kept

    def _weighed(self, done: Sequence[Done], refused: Sequence[Refused]) -> Iterator[Refused]:
        """Yield what was refused; one object after the other refused, and none done, means that a right is missing."""
        for one in done:
            self._refusals.pop(one.cleared.change.kind, None)
        for action, error in refused:
            kind = action.change.kind
            self._refusals[kind] += isinstance(error, ObjectRefused)
            if self._refusals[kind] >= MOST_REFUSED:
                why = f"the platform refuses every {kind}: a right is missing"
                yield action, NeedsAdmin("all refused", hint=why)
                return
            yield action, error

    def _stop(self, run: int, error: Exception) -> None:
        """Skip what is left on the platform, and let somebody know."""
        parts, why = self._parts, retry.told(error)
        parts.ledger.stop(run, self._platform, self._owner, error)
        self._pending.clear()
        self._refusals.clear()
        log.error("platform.stopped", platform=self._platform, run=run, why=why)
        parts.trail.record(Entry("platform.stopped", self._platform, why=why, reference=f"run:{run}"))

    def _checked(self, answers: Sequence[Done | Refused]) -> list[Done | Refused]:
        """Refuse answers that give a person the account of somebody else (PR-08)."""
        made = {
            one.answer.remote_id: one.cleared.change.person_id
            for one in answers
            if isinstance(one, Done) and one.cleared.change.kind == "account_create"
        }
        holders = self._parts.shadows.of_remote(self._platform, made) if made else {}
        return [
            (one.cleared.action, SkipAccount("taken", hint="the platform answered with somebody else's account"))
            if isinstance(one, Done) and self._is_taken(one, made, holders)
            else one
            for one in answers
        ]

    def _is_taken(self, done: Done, made: Mapping[str, int], holders: Mapping[str, AccountShadow]) -> bool:
        change, remote_id = done.cleared.change, done.answer.remote_id
        if change.kind != "account_create":
            return False
        holder = holders.get(remote_id)
        return made[remote_id] != change.person_id or (
            holder is not None and holder.person_id not in {0, change.person_id}
        )

    def _hold_back(self, targets: set[str]) -> None:
        """Give back what must wait for an action on the same target that is tried again later."""
        held = [one for one in self._pending if one.target in targets]
        if held:
            self._parts.ledger.release(held, self._owner)
            gone = {one.id for one in held}
            self._pending = deque(one for one in self._pending if one.id not in gone)
