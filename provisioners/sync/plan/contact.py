"""The first meeting with a platform that already has accounts (PR-08).

An account is ours only when it carries the external id that we give to a person, which nobody can guess; it is never
matched by name or address. All others are remembered as nobody's, listed in the plan and left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mappings.desired import AccountState
from provisioners.fingerprint import REFERENCES, of_account
from provisioners.platforms.contract import Connector, HasGroups, RemoteAccount
from provisioners.ports import AccountShadow, Clock, GroupShadow, Shadows, Transaction
from provisioners.sync.derive.narrow import narrow
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.plan.ownership import NAMES

BATCH = 1000
TOLD = (*NAMES, "displayName", "name.formatted")
"""What is kept of an account that is nobody's: what it is called, so that somebody can see whose it may be."""


@dataclass(frozen=True, slots=True)
class Met:
    """How many accounts were found: ours by external id, and nobody's."""

    ours: int
    others: int


def first_contact(
    connector: Connector,
    derivation: Derivation,
    shadows: Shadows,
    *,
    transaction: Transaction,
    clock: Clock,
    progress: Callable[[int], None] | None = None,
) -> Met:
    """Read every account once and remember it. All or nothing: an error on the way leaves nothing behind."""
    seen = []
    for count, account in enumerate(connector.accounts(), start=1):
        seen.append(_shadow(account, derivation, clock))
        if progress and count % BATCH == 0:
            progress(count)
    ours = {shadow.person_id: shadow for shadow in seen if shadow.person_id}
    remote = {shadow.remote_id: person_id for person_id, shadow in ours.items()}
    groups = list(_groups(connector, derivation, remote))
    with transaction():
        shadows.keep_accounts(shadow for shadow in seen if not shadow.person_id)
        shadows.keep_accounts(ours.values())
        for group in groups:
            shadows.keep_group(group)
        shadows.mark_contacted(derivation.platform)
    return Met(len(ours), len(seen) - len(ours))


def _shadow(account: RemoteAccount, derivation: Derivation, clock: Clock) -> AccountShadow:
    person = derivation.chart.by_uuid(account.external_id) if account.external_id else None
    state: AccountState = "active" if account.active else "suspended"
    if person is None:
        names = {name: value for name, value in account.attributes.items() if name in TOLD}
        return AccountShadow(
            derivation.platform,
            0,
            account.remote_id,
            state,
            "unmanaged",
            account.external_id,
            of_account("active", names),
            names,
        )
    wanted = derivation.evaluate(person).attributes or {}
    held = narrow(account.attributes, derivation.descriptor)
    eased = derivation.manner.eased  # whatever value there is stays until the rule gives another one than today
    held = {name: wanted[name] if name in eased else held[name] for name in held.keys() & wanted.keys() - REFERENCES}
    return AccountShadow(
        derivation.platform,
        person.id,
        account.remote_id,
        state,
        "managed",
        account.external_id,
        of_account(state, held),
        held,
        clock(),
    )


def _groups(connector: Connector, derivation: Derivation, remote: dict[str, int]) -> Iterable[GroupShadow]:
    """Yield the groups that carry our key (PR-07); a group is never recognised by its name."""
    if not derivation.descriptor.groups or not isinstance(connector, HasGroups):
        return
    found = [group for group in connector.groups() if group.external_id]
    keys = {group.remote_id: group.external_id for group in found} if derivation.descriptor.nests else {}
    for group in found:
        yield GroupShadow(
            derivation.platform,
            group.external_id,
            group.remote_id,
            group.name,
            "managed",
            frozenset(remote[each] for each in group.members if each in remote),
            frozenset(remote[each] for each in group.owners if each in remote),
            frozenset(keys[each] for each in group.groups if each in keys),
            group.description,
        )
