"""A look at what would be changed: the sync put together on the store and the configuration in force."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from mappings.days import Day
from mappings.subject import SubjectKind, subject_for
from provisioners.correlation.rules import Correlation
from provisioners.errors import SyncError
from provisioners.platforms.contract import Connector
from provisioners.platforms.register import abilities
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.flow import Sync
from provisioners.sync.plan.change import Plan
from provisioners.sync.plan.contact import first_contact
from provisioners.sync.plan.diff import Target
from provisioners.sync.plan.focus import ALL_AFTER_CHANGES, Beyond, Focus
from provisioners.sync.plan.guards import guards_from
from provisioners.sync.plan.ownership import Protected
from sso_bridge.audit.events import AuditTrail
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.model import Configuration, Platform
from sso_bridge.configuration.live import Live
from sso_bridge.correlation.accounts import ComparingAccounts
from sso_bridge.correlation.comparing import Comparing
from sso_bridge.jobs.concerned import Concerned
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.tombstones import Tombstones
from sso_bridge.store.staff.pairs import Pairs
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.reporting import Reporting
from sso_bridge.store.staff.touched import Touched
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.remembered import StoredDerivations
from sso_bridge.store.sync.shadows import StoredShadows

Progress = Callable[[str, int], None]
BUSY = "it cannot be reached, or answers with errors; its log and `sso-bridge doctor` tell more"


@dataclass(frozen=True, slots=True)
class Looking:
    """Makes plans. `connector` opens a platform to meet it, `secret` is what pairwise subjects are made of."""

    store: Store
    clock: Clock
    audit: AuditTrail
    current: Callable[[], Live]
    connector: Callable[[str], Connector]
    secret: Callable[[], bytes]
    today: Callable[[], Day]
    actor: str = "worker"

    def __call__(
        self,
        *,
        platforms: Collection[str] = (),
        only: int = 0,
        on: Day | None = None,
        progress: Progress = lambda _name, _at: None,
        after_changes: bool = False,
    ) -> tuple[int, Plan]:
        """Return (number, plan) for these platforms, all that have a connector without any; changes nothing.

        Guards count a plan `after_changes` together with the others of that day.
        """
        live = self.current()
        chosen = [name for name in synced(live.configuration) if not platforms or name in platforms]
        apart = self._meet(live, self.targets(live, chosen), progress)
        known = [name for name in chosen if name not in apart]
        self._compare(live.configuration.correlation, known)
        reachable = self.targets(live, known)
        day = on or self.today()
        focus = ALL_AFTER_CHANGES if after_changes else Focus.on(only)
        return self.sync(live).look(
            live.rules, reachable, revision=live.revision, on=day, only=focus, apart=apart, progress=progress
        )

    def few(self, touched: Touched) -> tuple[int, Plan]:
        """Return (number, plan) for whoever this change concerns; Beyond when that is, or may be, everybody."""
        live = self.current()
        chosen, plans = synced(live.configuration), StoredPlans(self.store, self.clock, self.actor)
        if not all(map(self.shadows.contacted, chosen)):
            raise Beyond("a platform was never looked at")
        if not plans.was_looked(live.revision, chosen):
            raise Beyond("the configuration has changed since everybody was looked at")
        self._compare(live.configuration.correlation, chosen)
        targets, day, people = self.targets(live, chosen), self.today(), People(self.store, self.clock)
        nearby = StoredNearby(people, self.store, self.clock)
        concerned = Concerned(people, nearby, self.shadows, Reporting(self.store))
        focus = concerned.by(touched, live.rules, targets, day)
        return self.sync(live).look(live.rules, targets, revision=live.revision, on=day, only=focus)

    def targets(self, live: Live, names: Collection[str]) -> list[Target]:
        """Return what the planner must know of these platforms."""
        rules, pairs, made = live.configuration.correlation, Pairs(), list[Target]()
        with self.store.reading() as connection:
            for name in names:
                undecided = pairs.undecided(connection, name) if rules.accounts_on(name) else frozenset[int]()
                made.append(replace(target(live.configuration, name), undecided=undecided))
        return made

    @property
    def shadows(self) -> StoredShadows:
        """Return the last known state of platforms; it knows which values somebody had who was erased."""
        return StoredShadows(self.store, self.clock, Tombstones(self.store, self.secret).sealed)

    def sync(self, live: Live) -> Sync:
        """Return the sync, put together on the store."""
        secret, people = self.secret(), People(self.store, self.clock)
        return Sync(
            people,
            self.shadows,
            StoredPlans(self.store, self.clock, self.actor),
            ActionLedger(self.store, self.clock),
            SyncTrail(self.audit, self.actor),
            self.clock,
            lambda platform, uuid: _subject(live.configuration, secret, platform, uuid),
            StoredDerivations(self.store),
            StoredNearby(people, self.store, self.clock),
        )

    def _compare(self, rules: Correlation, names: Collection[str]) -> None:
        """Look whose the accounts may be that are nobody's; by yesterday's pairs a newcomer would get a second one."""
        asked = [name for name in names if rules.accounts_on(name)]
        if asked:
            ComparingAccounts(Comparing(self.store, self.clock, self.audit, self.today)).look(rules, asked)

    def _meet(self, live: Live, targets: Collection[Target], progress: Progress) -> dict[str, str]:
        """Read the accounts of platforms never met before; return those that could not be read, with the reason."""
        shadows, people = StoredShadows(self.store, self.clock), People(self.store, self.clock)
        new = [each for each in targets if not shadows.contacted(each.name)]
        apart: dict[str, str] = {}
        chart = Chart(self.today(), people.everyone(), people.units()) if new else None
        for each in new:
            if chart is None:
                break
            derivation = Derivation(each.name, live.rules, each.descriptor, chart)
            try:
                first_contact(
                    self.connector(each.name), derivation, shadows, transaction=self.store.writing, clock=self.clock
                )
            except SyncError as error:
                apart[each.name] = f"its accounts could not be read: {error.hint or BUSY}"
            progress(each.name, 0)
        return apart


def _subject(configuration: Configuration, secret: bytes, platform: str, uuid: str) -> str:
    kind: SubjectKind = configuration.platforms[platform].login.subject
    return subject_for(secret, platform, uuid, kind)


def synced(configuration: Configuration) -> list[str]:
    """Return the platforms that are in use, have a connector and a mapping."""
    return [name for name, each in configuration.platforms.items() if _synced(each)]


def target(configuration: Configuration, name: str) -> Target:
    """Return what the planner must know of a platform."""
    platform = configuration.platforms[name]
    said = {
        scope: {guard: limit.model_dump(exclude_none=True) for guard, limit in limits.items()}
        for scope, limits in configuration.guards.items()
    }
    limits = guards_from(said, name)
    return Target(name, abilities(platform.provisioning), limits, Protected.of(platform.protected))


def _synced(platform: Platform) -> bool:
    return platform.enabled and platform.connector != "none" and bool(platform.mapping)
