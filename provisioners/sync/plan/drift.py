"""Reading back what a platform really has: a shadow that is not true any more becomes what is there.

Nothing is repaired here: the next plan finds the difference and repairs what is ours, under its guards. What we do not
hold on to is left out: attributes that no rule fills, `normal` ones, and those a platform takes at creation only. Of a
`weak` one only counts whether there is a value. An account that was locked by hand over there stays locked: somebody
had a reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from mappings.desired import Value
from mappings.manner import Manner
from provisioners.fingerprint import REFERENCES, of_account
from provisioners.platforms.contract import RemoteAccount, RemoteGroup
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.derive.narrow import narrow

FEW = 3
MOST_GONE = 0.1
"""Of the accounts read at once; more missing ones are taken for an error of the platform, never for absences."""

What = Literal["same", "different", "gone", "locked", "other"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One account as it was found. `now` is the shadow to keep; the old one when there is nothing to keep.

    `locked`: inactive over there though we left it active; `other`: another account carries our mark.
    """

    what: What
    before: AccountShadow
    now: AccountShadow


def look(
    shadow: AccountShadow, remote: RemoteAccount | None, descriptor: Descriptor, manner: Manner, at: datetime
) -> Seen:
    """Return what has become of an account of ours; references of `remote` are people's UUIDs."""
    if remote is None:
        gone = of_account("deleted", {})
        return Seen("gone", shadow, replace(shadow, state="deleted", fingerprint=gone, attributes={}, state_since=at))
    if remote.remote_id != shadow.remote_id:
        return Seen("other", shadow, shadow)
    attributes = _observed(shadow.attributes, remote.attributes, descriptor, manner)
    woken = shadow.state == "suspended" and remote.active
    state = "active" if woken else shadow.state
    now = replace(shadow, attributes=attributes, state=state, fingerprint=of_account(state, attributes))
    if woken:
        now = replace(now, state_since=at)
    if now.fingerprint != shadow.fingerprint:
        return Seen("different", shadow, now)
    return Seen("locked" if shadow.state == "active" and not remote.active else "same", shadow, shadow)


def believable(seen: Collection[Seen]) -> bool:
    """Return whether so many missing accounts can be true (promise 1)."""
    return sum(one.what == "gone" for one in seen) <= max(FEW, MOST_GONE * len(seen))


def look_at_group(
    shadow: GroupShadow, remote: RemoteGroup, people: Mapping[str, int], groups: Mapping[str, str], kind: Descriptor
) -> GroupShadow | None:
    """Return the shadow to keep, None when all is as known.

    `people` are the accounts of ours by remote id, `groups` the keys of our groups by remote id.
    """
    now = replace(shadow, name=remote.name, members=_known(remote.members, people))
    if kind.owners:
        now = replace(now, owners=_known(remote.owners, people))
    if kind.nests:
        now = replace(now, groups=frozenset(groups[one] for one in remote.groups if one in groups))
    if kind.describes:
        now = replace(now, description=remote.description)
    return None if now == shadow else now


def _observed(
    known: Mapping[str, Value], there: Mapping[str, Value], descriptor: Descriptor, manner: Manner
) -> dict[str, Value]:
    held = narrow(there, descriptor)
    held |= {name: there.get(name, "") for name in REFERENCES & descriptor.references}
    as_left = descriptor.fixed | (REFERENCES - descriptor.references)
    seen: dict[str, Value] = {}
    for name, value in known.items():
        now, strength = held.get(name, ""), manner.strength(name)
        as_known = name in as_left or strength == "normal" or (strength == "weak" and now not in ("", ()))
        if value not in ("", ()):
            seen[name] = value if as_known else now
    return seen | {name: held[name] for name in manner.weak & held.keys() if held[name] and not known.get(name)}


def _known(remote: Iterable[str], people: Mapping[str, int]) -> frozenset[int]:
    return frozenset(people[one] for one in remote if one in people)
