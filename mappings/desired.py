"""What ought to be on a platform: accounts and groups, as values that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Value = str | bool | int | float | tuple[str, ...]
"""One attribute value: JSON-like and hashable. A list of texts keeps its order."""

AccountState = Literal["active", "suspended", "deleted"]


@dataclass(frozen=True, slots=True)
class Account:
    """One person's wanted account on one platform.

    `person_uuid` is what we write as the platform's external id; `subject` is what sign-in calls this
    person on this platform (OIDC `sub`, SAML NameID), so that both meet on one account.
    """

    platform: str
    person_id: int
    person_uuid: str
    subject: str
    state: AccountState
    attributes: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""


class GroupKey(NamedTuple):
    """Names one group for ever: the rule, and the unit or manager it was made for (empty for a single group)."""

    rule: str
    of: str = ""

    def __str__(self) -> str:
        """Return `rule` or `rule/of`, the form used in plans, claims and the admin API."""
        return f"{self.rule}/{self.of}" if self.of else self.rule


@dataclass(frozen=True, slots=True)
class Group:
    """One wanted group on one platform; members and owners are person ids."""

    platform: str
    key: GroupKey
    name: str
    members: frozenset[int] = frozenset()
    owners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules of one platform say about one person: the single answer both flows use.

    `claims` holds what sign-in may release, already cut to the mapping's `release` list;
    `sources` names for each attribute and claim the rule it came from. `wave` is the person's wave on the platform.
    Who `waits` for a wave is not in scope; `attributes` and `groups` are there all the same where those who have an
    account already keep it. `candidates` are the values of attributes that no two people may share, best first;
    `attributes` has the first of them until somebody says which one this person was given.
    """

    platform: str
    in_scope: bool
    reason: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    claims: Mapping[str, Value] = field(default_factory=dict)
    groups: tuple[GroupKey, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    wave: str = ""
    waits: bool = False
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
