"""One action as one call of the connector, and what is asked afterwards when an answer alone does not tell.

Nobody knows whether a call has worked: it is read back. It was not allowed: the platform is asked whether it takes our
credentials at all; when it does, only this one object is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mappings.desired import Account
from provisioners.errors import NeedsAdmin, NotAllowed, ObjectRefused, SkipAccount, TryAgain, Unknown
from provisioners.platforms.contract import Connector, HasDeletion, HasDescriptions, HasGroups, HasNesting, HasOwners
from provisioners.sync.rollout.gate import Cleared

CHANGES = frozenset({"account_update", "account_anonymise"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform said: the id of what was made, and the members that failed with the reason each."""

    remote_id: str = ""
    failed: Mapping[int, Exception] = field(default_factory=dict)


def call(connector: Connector, cleared: Cleared) -> Answer:
    """Make the call; an unknown outcome is read back at once where that can tell (PR-10). Raises SyncError."""
    try:
        return _call(connector, cleared)
    except NotAllowed as refusal:
        connector.check()  # raises when it is about us
        raise _object_refused() from refusal
    except Unknown as unknown:
        known = _read_back(connector, cleared)
        if known is None:
            raise TryAgain("the outcome could not be told, the call is repeated") from unknown
        return known


def _call(connector: Connector, cleared: Cleared) -> Answer:
    change, remote_id = cleared.change, cleared.remote_id
    match change.kind:
        case "account_create":
            return Answer(connector.create(_account(cleared)))
        case "account_update" | "account_anonymise":
            _update(connector, cleared)
        case "account_suspend":
            connector.suspend(remote_id)
        case "account_reactivate":
            connector.reactivate(remote_id)
        case "account_delete":
            if not isinstance(connector, HasDeletion):
                raise SkipAccount("this platform cannot delete accounts")
            connector.delete(remote_id)
        case _:
            return _call_group(connector, cleared)
    return Answer(remote_id)


def _update(connector: Connector, cleared: Cleared) -> None:
    """Send what we hold to; a `normal` value only when it changes, a `weak` one only where there is none by now."""
    change, account = cleared.change, _account(cleared)
    same = {name for name in change.eased if change.before.get(name, "") == change.after[name]}
    weak = {name for name, strength in change.eased.items() if strength == "weak"} - same
    if weak:
        there = connector.find(change.person_uuid)
        same |= {name for name in weak if there is not None and there.attributes.get(name, "") not in ("", ())}
    wanted = {name: value for name, value in account.attributes.items() if name not in same}
    if wanted:
        connector.update(cleared.remote_id, replace(account, attributes=wanted))


def _call_group(connector: Connector, cleared: Cleared) -> Answer:
    change, remote_id = cleared.change, cleared.remote_id
    if not isinstance(connector, HasGroups):
        raise SkipAccount("this platform has no groups that we may fill")
    if not change.members:
        return _call_whole(connector, cleared)
    if not cleared.call:
        return Answer(remote_id)
    remote = list(cleared.call.values())
    add, remove = (remote, []) if change.kind.endswith("add") else ([], remote)
    if change.kind.startswith("member"):
        failed = connector.change_members(remote_id, add=add, remove=remove)
    elif isinstance(connector, HasOwners):
        failed = connector.change_owners(remote_id, add=add, remove=remove)
    else:
        raise SkipAccount("groups have no owners on this platform")
    return Answer(remote_id, _by_person(cleared, failed))


def _call_whole(connector: HasGroups, cleared: Cleared) -> Answer:
    """Make a call about a group itself, or about a group inside it."""
    change, remote_id = cleared.change, cleared.remote_id
    if change.kind == "group_delete":
        connector.delete_group(remote_id)
    elif change.kind in {"group_nest", "group_unnest"}:
        if not isinstance(connector, HasNesting):
            raise SkipAccount("groups hold no groups on this platform")
        inner = [cleared.references["inner"]] if cleared.references["inner"] else []
        add, remove = (inner, []) if change.kind == "group_nest" else ([], inner)
        for error in connector.change_groups(remote_id, add=add, remove=remove).values():
            raise error
    else:
        name = str(change.after["name"])
        if change.kind == "group_create":
            remote_id = connector.create_group(change.group, name)
        elif change.before.get("name") != name:
            connector.rename_group(remote_id, name)
        if "description" in change.after and isinstance(connector, HasDescriptions):
            connector.describe_group(remote_id, str(change.after["description"]))
    return Answer(remote_id)


def _by_person(cleared: Cleared, failed: Mapping[str, Exception]) -> dict[int, Exception]:
    """Return the failed members by person; raise what is not about single members."""
    refused = [error for error in failed.values() if isinstance(error, NotAllowed)]
    everybody = len(refused) == len(cleared.call)
    for error in failed.values():
        if isinstance(error, NeedsAdmin) and (everybody or not isinstance(error, NotAllowed)):
            raise error
    told = {remote: _object_refused() if isinstance(error, NotAllowed) else error for remote, error in failed.items()}
    return {person: told[remote] for person, remote in cleared.call.items() if remote in told}


def _object_refused() -> ObjectRefused:
    hint = "the platform takes our token, but does not let us touch this one; look there who may"
    return ObjectRefused("401 or 403 for one object", hint=hint)


def _account(cleared: Cleared) -> Account:
    change = cleared.change
    return Account(
        platform=change.platform,
        person_id=change.person_id,
        person_uuid=change.person_uuid,
        subject=change.subject,
        state=cleared.account.state if cleared.account and change.kind in CHANGES else "active",
        attributes={**change.after, **cleared.references},
        reason=change.reason,
    )


def _read_back(connector: Connector, cleared: Cleared) -> Answer | None:
    """Return the answer when the platform shows that the call has worked; None when it must be repeated."""
    kind = cleared.change.kind
    if kind not in {"account_create", "account_suspend", "account_reactivate"}:
        return None  # every other verb is safe to repeat, and reading back would say less than doing it again
    try:
        seen = connector.find(cleared.change.person_uuid)
    except Unknown:
        return None
    if seen is None or (kind != "account_create" and seen.active != (kind == "account_reactivate")):
        return None
    return Answer(seen.remote_id)
