"""Everything a rollout needs, on the store of the test, with a fake platform."""

from __future__ import annotations

from provisioners import fingerprint
from provisioners.sync.derive.leaver import Act
from provisioners.sync.plan.change import Change, Phase, make_plan
from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.executor import Executor, Parts
from provisioners.sync.rollout.gate import Gate
from provisioners.sync.rollout.protection import ProtectedList
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.sync.allowance import Allowance
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.runs import Runs
from sso_bridge.store.sync.shadows import StoredShadows


class Rollouts:
    """Plans, approves, opens and drains; `forbidden` is the protected list, which may change at any time."""

    def __init__(self, store, clock, *platforms):
        self.store, self.clock = store, clock
        self.platforms = {each.platform: each for each in platforms}
        self.forbidden: set[str] = set()
        self.left: set[int] = set()
        self.signed_out: list[int] = []
        self.present = FakePresent(self.left)
        self.number_of = lambda uuid: int(uuid[-12:])
        self.audit = AuditLog(store, clock)
        self.plans = StoredPlans(store, clock, "planner")
        self.runs = Runs(store, clock, self.plans, self.audit, self._changed)
        self.ledger = ActionLedger(store, clock)
        self.shadows = StoredShadows(store, clock)
        self.limiter = Allowance(store, clock)
        self.parts = Parts(
            ledger=self.ledger,
            shadows=self.shadows,
            trail=SyncTrail(self.audit),
            limiter=self.limiter,
            gate=Gate(
                self.shadows,
                ProtectedList(lambda _: Protected.of(self.forbidden)),
                self._resolve,
                self.present,
                self.ledger.resting,
            ),
            connectors=self.platforms.__getitem__,
            transaction=store.writing,
            clock=clock,
            jitter=lambda: 1.0,
            sign_out=self._sign_out,
        )

    def plan(self, *changes: Change, **scope: str) -> int:
        ordered = sorted(changes, key=lambda change: change.phase)
        return self.plans.keep(make_plan(ordered, on=self.clock().date(), revision=1, organisation=1, scope=scope))

    def open(self, *changes: Change, **scope: str) -> int:
        number = self.plan(*changes, **scope)
        self.runs.approve(number, "cli")
        return self.runs.open(number, "cli")

    def drain(self, owner: str = "w1", platform: str = "chat", threads: int = 4) -> int:
        calls = Executor(self.parts, platform, owner, threads=threads).drain(self._pause)
        self.runs.close_finished()
        return calls

    def _pause(self, seconds: float) -> bool:
        self.clock.move(seconds=seconds)
        return False

    def roll_out(self, *changes: Change):
        run = self.open(*changes)
        self.drain()
        return self.runs.report(run)

    def states(self, run: int) -> dict[str, int]:
        report = self.runs.report(run)
        return {
            name: report.total(name) for name in ("done", "failed", "skipped", "dead", "open") if report.total(name)
        }

    def _sign_out(self, people) -> None:
        self.signed_out.extend(people)

    def _changed(self, platform: str, revision: int) -> bool:
        return self.present.rules_changed(platform, revision)

    def _resolve(self, platform: str, uuid: str) -> tuple[int, str]:
        found = (s.remote_id for s in self.shadows.accounts(platform) if s.external_id == uuid)
        return self.number_of(uuid), next(found, "")


class FakePresent:
    """An HR that changes its mind about nobody but those in `left`; the accounts that are taken away ought to be.

    `changed` names platforms with other rules by now.
    """

    def __init__(self, left=()):
        self.left = left
        self.changed: set[str] = set()
        self.closed: set[str] = set()

    def rules_changed(self, platform, revision):
        return platform in self.changed

    def is_same(self, basis):
        return True

    def works(self, ids):
        return frozenset(ids) - frozenset(self.left)

    def wanted(self, platform, ids):
        return {}

    def owners(self, platform, group):
        return frozenset()

    def is_closed(self, platform, group, *, empty):
        return group in self.closed

    def around(self, platform, group):
        return ""

    def leaver(self, shadow):
        return Act("suspend" if shadow.state == "active" else "delete", "left")


def uuid(person: int) -> str:
    return f"00000000-0000-4000-8000-{person:012d}"


def create(person: int, **attributes) -> Change:
    wanted = attributes or {"userName": f"p{person}"}
    return Change(
        Phase.ACCOUNTS, "account_create", "chat", person, uuid(person), f"sub-{person}", after=wanted,
        reason="joiner", result=fingerprint.of_account("active", wanted),
    )  # fmt: skip


def update(person: int, before: dict, after: dict, state="active") -> Change:
    return Change(
        Phase.ACCOUNTS, "account_update", "chat", person, uuid(person), f"sub-{person}", before=before, after=after,
        reason="mover", precondition=fingerprint.of_account(state, before), result=fingerprint.of_account(state, after),
    )  # fmt: skip


def suspend(person: int, attributes: dict | None = None) -> Change:
    known = attributes or {"userName": f"p{person}"}
    return Change(
        Phase.ACCOUNTS, "account_suspend", "chat", person, uuid(person), f"sub-{person}", before=known, after=known,
        reason="leaver", precondition=fingerprint.of_account("active", known),
        result=fingerprint.of_account("suspended", known),
    )  # fmt: skip


def group(key: str, name: str = "A group") -> Change:
    return Change(Phase.GROUPS, "group_create", "chat", group=key, after={"name": name}, reason="rule")


def members(key: str, *people: int, kind="member_add") -> Change:
    return Change(Phase.MEMBERSHIPS, kind, "chat", group=key, members=tuple(sorted(people)), reason="rule")
