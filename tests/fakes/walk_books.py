"""What a plan told, what the audit says was done, and what the platforms have: three books that must agree."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioners.sync.plan.change import REFERENCES, Change, Plan
from sso_bridge.audit.record import Record

SAID = {
    "account_create": "account.created", "account_update": "account.updated", "account_suspend": "account.suspended",
    "account_reactivate": "account.reactivated", "account_delete": "account.deleted", "group_create": "group.created",
    "group_rename": "group.renamed", "member_add": "group.members_added", "member_remove": "group.members_removed",
    "owner_add": "group.owners_added", "owner_remove": "group.owners_removed", "group_archive": "group.archived",
    "group_restore": "group.restored", "group_delete": "group.deleted",
}  # fmt: skip
"""How the audit calls what a plan tells; written down here once more, so that it is not compared with itself."""
Account = tuple[bool, Mapping[str, Any]]


@dataclass
class Was:
    """What the platforms had at one moment, in words of people: accounts by (platform, uuid), groups by key."""

    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    members: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    owners: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    uuids: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, walk) -> Was:
        """Look at all platforms of a walk, whether switched on or not."""
        found = cls(uuids={one.id: one.uuid for one in walk.parts.people.all()})
        for name, platform in walk.platforms.kept.items():
            known = {one.remote_id: one.external_id for one in platform.accounts()}
            for one in platform.accounts():
                found.accounts[name, one.external_id] = (one.active, dict(one.attributes))
            for room in platform.groups():
                found.members[name, room.external_id] = {known[one] for one in room.members}
                found.owners[name, room.external_id] = {known[one] for one in room.owners}
        return found


@dataclass
class Books:
    """One rollout. `check` compares the three; `people` are those whom the plan named, per platform."""

    plan: Plan
    run: int
    was: Was
    now: Was
    records: tuple[Record, ...]

    def check(self) -> None:
        """The audit says exactly what the plan told, and the platforms have exactly that."""
        assert self.told() == self.audited()
        self._check_accounts()
        self._check_groups()

    def told(self) -> Counter[str]:
        """Return what the plan told, each as one text: act, target, before, after, why."""
        return Counter(map(_told, self.plan.changes))

    def audited(self) -> Counter[str]:
        """Return what the audit says, in the same form."""
        mine = [one for one in self.records if one.what in SAID.values()]
        assert {f"run:{self.run}"} >= {one.reference for one in mine}
        return Counter(
            _text(one.what, one.target, json.loads(one.before or "{}"), json.loads(one.after or "{}"), one.why)
            for one in mine
        )

    def people(self) -> set[tuple[str, str]]:
        """Return (platform, uuid) of everybody for whom the plan tells anything."""
        return {(one.platform, uuid) for one in self.plan.changes for uuid in self._whom(one) if uuid}

    def _whom(self, change: Change) -> list[str]:
        return [change.person_uuid, *(self.was.uuids[one] for one in change.members)]

    def _check_accounts(self) -> None:
        wanted = dict(self.was.accounts)
        for change in self.plan.changes:
            if change.kind.startswith("account_"):
                place = (change.platform, change.person_uuid)
                active, attributes = wanted.pop(place, (True, {}))
                if change.kind == "account_delete":
                    continue
                written = change.after if change.kind in {"account_create", "account_update"} else {}
                kept = {name: value for name, value in written.items() if name not in REFERENCES}
                active = {"account_suspend": False, "account_reactivate": True}.get(change.kind, active)
                wanted[place] = (active, {**attributes, **kept})
        assert {place: _held(one) for place, one in wanted.items()} == {
            place: _held(one) for place, one in self.now.accounts.items()
        }

    def _check_groups(self) -> None:
        members, owners = (
            {key: set(found) for key, found in side.items()} for side in (self.was.members, self.was.owners)
        )
        for change in self.plan.changes:
            side, key = owners if change.kind.startswith("owner") else members, (change.platform, change.group)
            moved = {self.was.uuids[one] for one in change.members}
            if change.kind == "group_create":
                members[key], owners[key] = set(), set()
            elif change.kind == "group_delete":
                del members[key], owners[key]
            elif change.kind.endswith("_add"):
                side[key] |= moved
            elif change.kind.endswith("_remove"):
                side[key] -= moved
            elif change.kind == "account_delete":
                for (platform, _), people in (*members.items(), *owners.items()):
                    people.difference_update([change.person_uuid] if platform == change.platform else [])
        assert (self.now.members, self.now.owners) == (members, owners)


def _held(account: Account) -> tuple[bool, dict[str, Any]]:
    """Return an account without what is empty, and without references: those hold ids of the platform."""
    return account[0], {name: value for name, value in account[1].items() if value and name not in REFERENCES}


def _told(change: Change) -> str:
    target = f"{change.platform}/{change.group or change.person_uuid}"
    before, after = change.before, change.after
    if change.kind in {"account_suspend", "account_reactivate"}:
        before, after = {"state": "active"}, {"state": "suspended"}
        before, after = (before, after) if change.kind == "account_suspend" else (after, before)
    elif change.members:
        before, after = {}, {"members": list(change.members)}
        if change.kind.endswith("_remove"):
            before, after = after, before
    else:
        before = {name: value for name, value in change.before.items() if change.after.get(name) != value}
        after = {name: value for name, value in change.after.items() if change.before.get(name) != value}
    return _text(SAID[change.kind], target, before, after, change.reason)


def _text(what: str, target: str, before: Any, after: Any, why: str) -> str:
    return json.dumps([what, target, before, after, why], sort_keys=True)
