"""A plan as data: it can be printed, stored, approved, hashed, executed and turned around (PR-03)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from hashlib import sha256
from typing import Any, Literal

from mappings.desired import Value
from mappings.manner import Strength
from provisioners.fingerprint import REFERENCES

__all__ = [
    "BATCH",
    "REFERENCES",
    "Change",
    "Finding",
    "Held",
    "Kind",
    "Phase",
    "Plan",
    "Seal",
    "from_canonical",
    "make_plan",
]

Kind = Literal[
    "account_create",
    "account_update",
    "account_suspend",
    "account_reactivate",
    "account_anonymise",
    "account_delete",
    "group_create",
    "group_rename",
    "member_add",
    "member_remove",
    "owner_add",
    "owner_remove",
    "group_nest",
    "group_unnest",
    "group_archive",
    "group_restore",
    "group_delete",
]

Counts = Mapping[str, Mapping[str, int]]
"""Platform -> kind of change -> number of single changes."""

BATCH = 500
"""The most members that one change of a group names."""


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Phase(IntEnum):
    """The order of execution: a phase begins when the one before is done. Suspensions come first within ACCOUNTS.

    NAMES are the deletions by which a name is free for somebody else in the same plan; the others come last.
    """

    NAMES = 0
    ACCOUNTS = 1
    MANAGERS = 2
    GROUPS = 3
    MEMBERSHIPS = 4
    OWNERS = 5
    DELETIONS = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do on one platform. Frozen; two equal changes have equal `canonical()` texts.

    An account change names `person_id` and `person_uuid` (what we write as external id); a change of a group names
    `group` (the text of its `GroupKey`, also what we write as the group's external id); `member_*` and `owner_*` name
    up to `BATCH` person ids in `members`, sorted. `remote_id` is what the platform calls the account or group, empty
    while it has none; the executor takes it from the shadow in that case.

    `before` and `after` hold all attributes we manage, not only the changed ones; an empty text in `after` clears.
    References (`fingerprint.REFERENCES`) hold a person's UUID and come in the phase MANAGERS, when the other account is
    there: the executor puts that account's remote id in its place before it calls the connector. For groups `before`
    and `after` hold `name` and `description`; `group_nest` and `group_unnest` are about the inner group whose key is
    `inner`, and `people` tells how many of them that takes out. `precondition` is the fingerprint
    (`provisioners.fingerprint`) that the account's shadow must have at the moment of execution, empty when there must
    be none; otherwise the change is stale and is skipped. `result` is the fingerprint afterwards. Changes of one
    account in one plan form a chain: the result of one is the precondition of the next. Adding a member that is there,
    and removing one that is not, is no error.

    `unique` names the attributes whose value is given to this person for ever before the call.

    `held` names the guard that stopped this change, empty when none did: the executor leaves a held change alone
    unless the approval of this plan names that guard.
    """

    phase: Phase
    kind: Kind
    platform: str
    person_id: int = 0
    person_uuid: str = ""
    subject: str = ""
    group: str = ""
    remote_id: str = ""
    members: tuple[int, ...] = ()
    before: Mapping[str, Value] = field(default_factory=dict)
    after: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""
    precondition: str = ""
    result: str = ""
    held: str = ""
    eased: Mapping[str, Strength] = field(default_factory=dict)
    unique: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """Return how many single changes this stands for; to take a group out of another is to take its people out."""
        if self.kind == "group_unnest":
            return max(1, int(str(self.before.get("people", 1))))
        return len(self.members) or 1

    def canonical(self) -> str:
        """Return the one text of this change that is hashed and stored: a JSON list in the order of the fields."""
        return _encode(
            [
                int(self.phase),
                self.kind,
                self.platform,
                self.person_id,
                self.person_uuid,
                self.subject,
                self.group,
                self.remote_id,
                self.members,
                {name: self.before[name] for name in sorted(self.before)},
                {name: self.after[name] for name in sorted(self.after)},
                dict(sorted(self.eased.items())),
                self.unique,
                self.reason,
                self.precondition,
                self.result,
                self.held,
            ]
        )


def from_canonical(text: str) -> Change:
    """Return the change whose canonical text this is."""
    phase, kind, platform, person_id, person_uuid, subject, group, remote_id, members, before, after, *rest = (
        json.loads(text)
    )
    eased, unique, reason, precondition, result, held = rest
    return Change(
        Phase(phase), kind, platform, person_id, person_uuid, subject, group, remote_id, tuple(members),
        _values(before), _values(after), reason, precondition, result, held, eased, tuple(unique),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the plan leaves alone and somebody should know: a foreign or protected account, an oddity."""

    platform: str
    what: str
    detail: str
    person_id: int = 0
    remote_id: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A class of changes that a guard stopped: how many there would be, and how many are agreed."""

    guard: str
    platform: str
    count: int
    limit: int
    base: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done, in order. `digest` is what is approved; it covers every item and the basis.

    `on` is the day the plan is for, `revision` the configuration's and `organisation` the org chart's number; `scope`
    tells under `elsewhere` in which zones it was another date.
    `changes` may be more than the memory holds (`sheaf.Sheaf`): go through them once, do not make a list of them.
    """

    digest: str
    on: date
    revision: int
    organisation: int
    changes: Sequence[Change]
    held: tuple[Held, ...] = ()
    findings: tuple[Finding, ...] = ()
    scope: Mapping[str, str] = field(default_factory=dict)
    sums: Counts = field(default_factory=dict)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return platform -> kind -> number of single changes, held ones included."""
        return {platform: dict(kinds) for platform, kinds in self.sums.items()}


def count_in(sums: dict[str, dict[str, int]], change: Change) -> None:
    """Add one change to the sums of a plan."""
    row = sums.setdefault(change.platform, {})
    row[change.kind] = row.get(change.kind, 0) + change.weight


def make_plan(
    changes: Iterable[Change],
    *,
    on: date,
    revision: int,
    organisation: int,
    held: Iterable[Held] = (),
    findings: Iterable[Finding] = (),
    scope: Mapping[str, str] | None = None,
) -> Plan:
    """Return the plan of these changes, which must be in the order of execution already."""
    kept = tuple(changes)
    scope = dict(scope or {})
    sums: dict[str, dict[str, int]] = {}
    for change in kept:
        count_in(sums, change)
    seal = Seal(on, revision, organisation, scope)
    seal.add(change.canonical() for change in kept)
    return Plan(seal.digest(), on, revision, organisation, kept, tuple(held), tuple(findings), scope, sums)


class Seal:
    """The SHA-256 over the basis and all canonical texts of a plan; two plans with equal digests do the same."""

    def __init__(self, on: date, revision: int, organisation: int, scope: Mapping[str, str]) -> None:
        self._seal = sha256(json.dumps([on.isoformat(), revision, organisation, dict(sorted(scope.items()))]).encode())

    def add(self, canonical: Iterable[str]) -> None:
        """Add the next texts, in the order of execution."""
        for text in canonical:
            self._seal.update(f"\n{text}".encode())

    def digest(self) -> str:
        """Return the digest in hex."""
        return self._seal.hexdigest()


def _values(stored: Mapping[str, Any]) -> dict[str, Value]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
