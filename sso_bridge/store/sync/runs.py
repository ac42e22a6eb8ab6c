"""Approvals and runs: what was approved is exactly what is executed (PR-03, AD-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from mappings.days import Day, home_day
from provisioners.errors import Stale
from provisioners.ports import Plans
from provisioners.sync.plan.change import Change, Plan, from_canonical
from provisioners.sync.rollout.approval import APPROVED_FOR, Approval, NotApproved, held_back
from provisioners.sync.rollout.contract import target_of
from provisioners.sync.rollout.undo import Made
from provisioners.sync.trail.report import OPEN, Count, Report, Trouble, totals
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.store.administration.hands import MACHINES, at_console, check_two_hands
from sso_bridge.store.administration.revisions import Revisions
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.leaver_steps import unconfirmed
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.tables.ledger import action, approval, run

CHUNK = 2000
ONE_DAY = timedelta(days=1)
MOST_TROUBLES = 200
LOOKED_BACK = 20
"""So many revisions of the configuration are looked through for the one that made the rules of a platform."""


class Runs:
    """Runs in the database. A run is open until its last action is over; anybody may close it then.

    `changed` tells whether what plans for a platform are made by is another thing now than in a revision.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        plans: Plans,
        audit: AuditTrail,
        changed: Callable[[str, int], bool],
        today: Callable[[], Day] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._plans = plans
        self._audit = audit
        self._changed = changed
        self._today = today or (lambda: clock().date())

    def approve(self, number: int, by: str, *, releases: Iterable[str] = ()) -> Approval:
        """Approve the plan with this number for 24 hours; `releases` names the guards that are lifted for it.

        Raises NotApproved for an unknown plan, SecondPersonNeeded when the hand that made the plan lifts guards for it,
        or the one that drafted the rules behind it. A plan that nobody made becomes that of the first who wants guards
        lifted: it is approved without, and a second hand lifts them.
        """
        now = self._clock()
        with self._store.writing() as connection:
            plan = self._plan(number)
            self._check_day(plan)
            self._check_rules(plan)
            asked = frozenset(releases)
            lifted = self._lifted(number, plan, by, asked)
            values = {"plan": number, "digest": plan.digest, "by": by, "releases": sorted(lifted), "at": now}
            made = insert(approval).values(**values, until=now + APPROVED_FOR).returning(approval.c.id)
            given = Approval(int(connection.execute(made).scalar_one()), plan.digest, by, now + APPROVED_FOR, lifted)
            after = {"digest": plan.digest, "releases": sorted(lifted)}
            after |= {"asked": sorted(asked)} if asked != lifted else {}
            self._audit.record(Event("plan.approved", by, f"plan:{number}", after=after))
        return given

    def _lifted(self, number: int, plan: Plan, by: str, asked: frozenset[str]) -> frozenset[str]:
        """Return which guards are lifted now; SecondPersonNeeded."""
        if not asked or at_console(by):
            return asked
        plans, tokens = StoredPlans(self._store, self._clock), Tokens(self._store, self._clock)
        if by not in MACHINES and plans.claim(number, by):
            return frozenset()
        check_two_hands(tokens, plans.made_by_whom(number), by)
        for platform in sorted({held.platform for held in plan.held if held.guard in asked}):
            drafter = self._drafter(platform, plan.revision)
            if drafter and not at_console(drafter):
                check_two_hands(tokens, drafter, by)
        return asked

    def _drafter(self, platform: str, revision: int) -> str:
        """Return who drafted the rules that hold for a platform; empty when that was long ago."""
        for number in range(revision - 1, max(revision - LOOKED_BACK, 0) - 1, -1):
            if self._changed(platform, number):
                return Revisions(self._store, self._clock).get(number + 1).made_by
        return ""

    def approval(self, number: int) -> Approval | None:
        """Return the latest approval of this plan, whether it still holds or not."""
        query = select(approval).where(approval.c.plan == number).order_by(approval.c.id.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Approval(row.id, row.digest, row.by, row.until, frozenset(row.releases)) if row is not None else None

    def open(self, number: int, by: str) -> int:
        """Open the run of an approved plan, or return the one that is open; raises NotApproved and Stale."""
        now = self._clock()
        with self._store.writing() as connection:
            given = self.approval(number)
            if given is None:
                raise NotApproved(f"plan {number} was not approved", hint=f"sso-bridge rollout {number} --approve")
            known = select(run.c.id).where((run.c.approval == given.id) | ((run.c.plan == number) & _is_open()))
            if (
                existing := connection.execute(known.order_by(run.c.id.desc()).limit(1)).scalar_one_or_none()
            ) is not None:
                return int(existing)
            plan = self._plan(number)
            given.check(plan.digest, now)
            self._check_day(plan)
            self._check_rules(plan)
            values = {"plan": number, "approval": given.id, "state": "open", "by": by, "opened_at": now}
            run_id = int(connection.execute(insert(run).values(**values).returning(run.c.id)).scalar_one())
            rows = (self._row(run_id, seq, change, given) for seq, change in enumerate(plan.changes))
            for chunk in _chunks(rows):
                connection.execute(insert(action), chunk)
            self._audit.record(Event("run.opened", by, f"run:{run_id}", after={"plan": number, "digest": plan.digest}))
        return run_id

    def cancel(self, run_id: int, by: str) -> bool:
        """Skip everything that is not under way yet; return whether there was an open run to cancel."""
        with self._store.writing() as connection:
            mine = (
                update(run).where(run.c.id == run_id, _is_open()).values(state="cancelled", finished_at=self._clock())
            )
            if not connection.execute(mine).rowcount:
                return False
            connection.execute(
                update(action)
                .where(action.c.run == run_id, action.c.state.in_(OPEN))
                .values(
                    state="skipped", owner=None, code="cancelled", error=f"cancelled by {by}", done_at=self._clock()
                )
            )
            self._keep_report(connection, run_id)
            self._audit.record(Event("run.cancelled", by, f"run:{run_id}", {"state": "open"}, {"state": "cancelled"}))
        return True

    def close_finished(self) -> tuple[int, ...]:
        """Close the open runs of which nothing is left to do; each is closed, reported and audited once."""
        closed: list[int] = []
        for run_id in self._ids(_is_open()):
            with self._store.writing() as connection:
                left = select(action.c.id).where(action.c.run == run_id, action.c.state.in_(OPEN)).limit(1)
                if connection.execute(left).first() is not None:
                    continue
                mine = update(run).where(run.c.id == run_id, _is_open()).values(state="done", finished_at=self._clock())
                if connection.execute(mine).rowcount:
                    report = self._keep_report(connection, run_id)
                    after = {name: report.total(name) for name in ("done", "failed", "skipped", "dead")}
                    self._audit.record(Event("run.finished", "worker", f"run:{run_id}", after=after))
                    closed.append(run_id)
        return tuple(closed)

    def report(self, run_id: int) -> Report | None:
        """Return the run as it stands, counted from the ledger."""
        with self._store.reading() as connection:
            row = connection.execute(select(run).where(run.c.id == run_id)).one_or_none()
            if row is None:
                return None
            stuck = {(one.person_id, one.kind) for one, _ in unconfirmed(self._store, self._clock(), of=run_id)}
            return replace(_report(connection, row), leavers_stuck=len(stuck))

    def state(self, run_id: int) -> str:
        """Return `open`, `done` or `cancelled`; an empty text for an unknown run."""
        with self._store.reading() as connection:
            return connection.execute(select(run.c.state).where(run.c.id == run_id)).scalar_one_or_none() or ""

    def progress(self, run_id: int) -> dict[str, int]:
        """Return how many actions of a run are in which state: one look at an index, for whoever follows it."""
        how_many = func.count().label("how_many")
        counts = select(action.c.state, how_many).where(action.c.run == run_id).group_by(action.c.state)
        with self._store.reading() as connection:
            return {row.state: row.how_many for row in connection.execute(counts.order_by(action.c.state))}

    def latest(self, limit: int = 50) -> tuple[int, ...]:
        """Return the ids of the newest runs, newest first."""
        return tuple(reversed(self._ids()))[:limit]

    def made(self, run_id: int) -> Iterator[Made]:
        """Yield what the run has really changed, in order."""
        query = select(action.c.change, action.c.result).where(action.c.run == run_id, action.c.achieved > 0)
        with self._store.reading() as connection:
            for row in connection.execute(query.order_by(action.c.id).execution_options(yield_per=CHUNK)):
                yield Made(from_canonical(row.change), tuple((row.result or {}).get("members", ())))

    def _check_day(self, plan: Plan) -> None:
        """Raise Stale unless the plan was made for today or yesterday: other days are for looking only (PR-03)."""
        today = home_day(self._today())
        if not today - ONE_DAY <= plan.on <= today:
            raise Stale(
                f"the plan is for {plan.on}, and today is {today}", hint="make the plan of today, and approve it"
            )

    def _plan(self, number: int) -> Plan:
        plan = self._plans.load(number)
        if plan is None:
            raise NotApproved(f"there is no plan {number}")
        return plan

    def _check_rules(self, plan: Plan) -> None:
        """Raise Stale when a platform of the plan has other rules by now than those it was made by (PR-03)."""
        changed = [name for name in sorted(plan.counts()) if self._changed(name, plan.revision)]
        if changed:
            raise Stale(
                f"the configuration of {', '.join(changed)} has changed since the plan was made",
                hint="make a new plan, look at it, and approve that one",
            )

    def _ids(self, *conditions: Any) -> Sequence[int]:
        with self._store.reading() as connection:
            return connection.execute(select(run.c.id).where(*conditions).order_by(run.c.id)).scalars().all()

    def _row(self, run_id: int, seq: int, change: Change, given: Approval) -> dict[str, Any]:
        why = held_back(change, given)
        return {
            "run": run_id,
            "seq": seq,
            "phase": int(change.phase),
            "platform": change.platform,
            "target": target_of(change),
            "kind": change.kind,
            "weight": change.weight,
            "achieved": 0,
            "change": change.canonical(),
            "state": "skipped" if why else "waiting",
            "attempts": 0,
            "code": "held" if why else None,
            "error": why or None,
            "done_at": self._clock() if why else None,
        }

    def _keep_report(self, connection: Connection, run_id: int) -> Report:
        report = _report(connection, connection.execute(select(run).where(run.c.id == run_id)).one())
        connection.execute(update(run).where(run.c.id == run_id).values(report=report.as_json()))
        return report


def _is_open() -> Any:
    return run.c.state == "open"


def _report(connection: Connection, row: Row[Any]) -> Report:
    sums = (func.sum(action.c.weight), func.sum(action.c.achieved))
    keys = (action.c.platform, action.c.kind, action.c.state)
    counts = connection.execute(select(*keys, *sums).where(action.c.run == row.id).group_by(*keys))
    table = totals(Count(*each[:3], int(each[3]), int(each[4])) for each in counts)
    columns = (action.c.platform, action.c.kind, action.c.target, action.c.state, action.c.code, action.c.error)
    bad = select(*columns).where(action.c.run == row.id, action.c.state.in_(("failed", "dead", "skipped")))
    troubles = connection.execute(bad.order_by(action.c.id).limit(MOST_TROUBLES))
    listed = tuple(Trouble(*each[:4], each.code or "", each.error or "") for each in troubles)
    return Report(row.id, row.plan, row.state, row.by, row.opened_at, row.finished_at, table, listed)


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
