"""The drift reader: every night a seventh of each platform's accounts is read back, and once in a round its groups.

Read in small jobs one after the other, so that other work gets its turn, and within the platform's rate. Where it
stopped is kept with the platform; a job that is repeated reads the same accounts again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mappings.manner import STRICT, Manner
from provisioners.errors import SyncError
from provisioners.platforms.contract import Connector, HasGroups, RemoteAccount
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import OURS, AccountShadow
from provisioners.sync.plan.drift import Seen, believable, look, look_at_group
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome, Queue
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.drift_round import DriftRound
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.shadows import StoredShadows

JOB = "drift"
NIGHTS = 7
"""A round takes so many nights."""
AT_ONCE = 100
"""Accounts that one job reads of each platform."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A platform to read: what its connector can hold, and how firmly the rules hold each attribute."""

    descriptor: Descriptor
    manner: Manner = STRICT


@dataclass(frozen=True, slots=True)
class DriftReader:
    """The handler of that job. `readings` are the platforms that are synced now."""

    store: Store
    clock: Clock
    audit: AuditTrail
    queue: Queue
    readings: Callable[[], Mapping[str, Reading]]
    connector: Callable[[str], Connector]

    def __call__(self, job: Job) -> Outcome:
        """Read the next accounts of each platform and keep what is different; queue the next job when there is more."""
        part, told, more = int(job.arguments.get("part", 0)), {}, False
        for name, reading in self.readings().items():
            left = DriftRound(self.store, name).left(part, NIGHTS, AT_ONCE)
            if left:
                told[name] = self._platform(name, reading, min(left, AT_ONCE))
                more |= left > AT_ONCE and "stopped" not in told[name]
        if more:
            following = {**job.arguments, "part": part + 1}
            self.queue.enqueue(JOB, following, key=f"{JOB}:{job.arguments['day']}:{part + 1}", by=job.by)
        return Outcome(told)

    def _platform(self, name: str, reading: Reading, limit: int) -> dict[str, Any]:
        round_ = DriftRound(self.store, name)
        shadows = round_.following(StoredShadows(self.store, self.clock), limit)
        try:
            connector = self.connector(name)
            seen = [self._look(connector, shadow, name, reading) for shadow in shadows]
            told = self._keep(name, seen)
            if len(shadows) < limit:
                told["groups"] = self._groups(name, connector, reading)
        except SyncError as error:
            return {"stopped": error.code}
        round_.read(shadows[-1].person_id if len(shadows) == limit else 0)
        return told

    def _look(self, connector: Connector, shadow: AccountShadow, name: str, reading: Reading) -> Seen:
        remote = connector.find(shadow.external_id)
        if remote is not None:
            remote = self._with_people(name, remote, reading.descriptor)
        return look(shadow, remote, reading.descriptor, reading.manner, self.clock())

    def _with_people(self, name: str, remote: RemoteAccount, descriptor: Descriptor) -> RemoteAccount:
        """Return the account with UUIDs of people in place of what the platform calls their accounts."""
        shadows, told = StoredShadows(self.store, self.clock), dict(remote.attributes)
        for each in descriptor.references & told.keys():
            found = shadows.account_of(name, str(told[each]))
            told[each] = found.external_id if found is not None and found.management in OURS else ""
        return replace(remote, attributes=told)

    def _keep(self, name: str, seen: Sequence[Seen]) -> dict[str, Any]:
        """Keep what is different, unless somebody has changed it meanwhile; tell how much there was."""
        told: dict[str, Any] = {"read": len(seen)}
        if not believable(seen):
            gone = sum(one.what == "gone" for one in seen)
            self.audit.record(Event("platform.doubted", "worker", name, after={"gone": gone, "read": len(seen)}))
            return {**told, "doubted": gone}
        shadows = StoredShadows(self.store, self.clock)
        with self.store.writing():
            odd = self._untouched(name, [one for one in seen if one.what != "same"], shadows)
            shadows.keep_accounts(one.now for one in odd if one.now != one.before)
            self._forget_members(name, {one.before.person_id for one in odd if one.what == "gone"}, shadows)
            self.audit.record(*(_event(one) for one in odd))
        for one in odd:
            told[one.what] = told.get(one.what, 0) + 1
        return told

    def _untouched(self, name: str, seen: Sequence[Seen], shadows: StoredShadows) -> list[Seen]:
        now = shadows.some(name, [one.before.person_id for one in seen])
        busy = ActionLedger(self.store, self.clock).busy(name, [f"person:{one.before.person_id}" for one in seen])
        return [
            one
            for one in seen
            if now.get(one.before.person_id) == one.before and f"person:{one.before.person_id}" not in busy
        ]

    @staticmethod
    def _forget_members(name: str, gone: set[int], shadows: StoredShadows) -> None:
        """Take those whose account is gone out of the known groups, so that they come back with a new account."""
        for group in list(shadows.groups(name)) if gone else ():
            if gone & group.members:
                shadows.change_members(name, group.key, remove=gone & group.members)
            if gone & group.owners:
                shadows.change_members(name, group.key, remove=gone & group.owners, owners=True)

    def _groups(self, name: str, connector: Connector, reading: Reading) -> dict[str, int]:
        if not reading.descriptor.groups or not isinstance(connector, HasGroups):
            return {}
        shadows, read, different = StoredShadows(self.store, self.clock), 0, 0
        keys = {each.remote_id: each.key for each in shadows.groups(name)} if reading.descriptor.nests else {}
        for remote in connector.groups():
            known = shadows.group(name, remote.external_id) if remote.external_id else None
            if known is None or known.management not in OURS or known.remote_id != remote.remote_id:
                continue
            read += 1
            found = shadows.of_remote(name, remote.members | remote.owners)
            people = {
                each.remote_id: each.person_id for each in found.values() if each.person_id and each.state != "deleted"
            }
            now = look_at_group(known, remote, people, keys, reading.descriptor)
            with self.store.writing():
                busy = ActionLedger(self.store, self.clock).busy(name, [f"group:{known.key}"])
                if now is None or busy or shadows.group(name, known.key) != known:
                    continue
                shadows.keep_group(now)
                before, after = ({"name": one.name, "members": len(one.members)} for one in (known, now))
                self.audit.record(Event("group.drifted", "worker", f"{name}/{known.key}", before=before, after=after))
            different += 1
        return {"read": read, "different": different}


def _event(seen: Seen) -> Event:
    """Return the act for the audit: only what differs."""
    before, now = seen.before, seen.now
    names = {name for name in before.attributes if before.attributes[name] != now.attributes.get(name)}
    sides: list[dict[str, Any]] = [{name: one.attributes.get(name, "") for name in names} for one in (before, now)]
    if before.state != now.state:
        sides = [{**side, "state": one.state} for side, one in zip(sides, (before, now), strict=True)]
    target = f"{before.platform}/{before.external_id}"
    return Event("account.drifted", "worker", target, before=sides[0], after=sides[1], why=seen.what)
