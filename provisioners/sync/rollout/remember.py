"""What an answer means: the result for the ledger, the new shadow, and the entry for the audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mappings.desired import AccountState, Value
from provisioners.errors import LeftAlone, Stale, TryAgain, Unknown
from provisioners.ports import AccountShadow, Entry, GroupShadow, Shadows
from provisioners.sync.plan.change import Change
from provisioners.sync.rollout import retry
from provisioners.sync.rollout.call import Answer
from provisioners.sync.rollout.contract import Action, Result
from provisioners.sync.rollout.gate import LATER, SOON, Cleared

STATES: Mapping[str, AccountState] = {
    "account_create": "active",
    "account_suspend": "suspended",
    "account_reactivate": "active",
    "account_delete": "deleted",
}

ACTS = {
    "account_create": "account.created",
    "account_update": "account.updated",
    "account_suspend": "account.suspended",
    "account_reactivate": "account.reactivated",
    "account_anonymise": "account.anonymised",
    "account_delete": "account.deleted",
    "group_create": "group.created",
    "group_rename": "group.renamed",
    "member_add": "group.members_added",
    "member_remove": "group.members_removed",
    "owner_add": "group.owners_added",
    "owner_remove": "group.owners_removed",
    "group_nest": "group.group_added",
    "group_unnest": "group.group_removed",
    "group_archive": "group.archived",
    "group_restore": "group.restored",
    "group_delete": "group.deleted",
}

SWITCHED: Mapping[str, tuple[Mapping[str, object], Mapping[str, object]]] = {
    "account_suspend": ({"state": "active"}, {"state": "suspended"}),
    "account_reactivate": ({"state": "suspended"}, {"state": "active"}),
}
"""What the audit says of acts that leave all attributes as they are."""

MEANWHILE = {
    "stale": "are not moved: HR or the rules say something else by now",
    "suspension_first": "stay until their accounts are suspended",
}
"""Members who are skipped, and told; nothing has failed."""


@dataclass(frozen=True, slots=True)
class Done:
    """A call that was answered: what the ledger, the shadows and the audit keep of it."""

    cleared: Cleared
    answer: Answer
    result: Result


def answered(cleared: Cleared, answer: Answer, now: datetime, jitter: retry.Jitter) -> Done:
    """Return what came of a call; members that failed for the moment make the whole action wait."""
    action, change = cleared.action, cleared.change
    if not change.members:
        return Done(cleared, answer, Result(action, "done", achieved=1, detail={"remote_id": answer.remote_id}))
    changed = sorted({*action.done, *(set(cleared.call) - set(answer.failed)), *cleared.gone})
    lost = dict(cleared.lost)
    lost |= {person: getattr(error, "code", "connector_fault") for person, error in answer.failed.items()}
    achieved = len(change.members) - len(lost) - len(cleared.later)
    detail = {"members": changed, "lost": {str(person): code for person, code in sorted(lost.items())}}
    passing = [error for error in answer.failed.values() if isinstance(error, TryAgain | Unknown)]
    if cleared.later:
        passing.insert(0, TryAgain("later", after=max(SOON, *cleared.later.values()), hint=LATER))
    if passing:
        result = replace(retry.again(action, passing[0], now, jitter), achieved=achieved, detail=detail)
    elif lost:
        failed = [code for code in lost.values() if code not in MEANWHILE]
        why = "could not be changed" if failed else MEANWHILE[next(iter(lost.values()))]
        told = f"{len(lost)} of {len(change.members)} members {why}"
        code = next(iter(failed or lost.values()))
        result = Result(action, "failed" if failed else "skipped", code, told, achieved=achieved, detail=detail)
    else:
        result = Result(action, "done", achieved=achieved, detail=detail)
    return Done(cleared, answer, result)


def refused(action: Action, error: Exception, now: datetime, jitter: retry.Jitter) -> Result:
    """Return the result of an action that was not carried out; what earlier attempts have moved stays counted."""
    if isinstance(error, TryAgain | Unknown):
        result = retry.again(action, error, now, jitter)
    elif isinstance(error, Stale | LeftAlone):
        result = Result(action, "skipped", error.code, str(error))
    else:
        result = Result(action, "failed", getattr(error, "code", "connector_fault"), retry.told(error))
    return replace(result, achieved=len(action.done), detail={"members": list(action.done)}) if action.done else result


def keep(answers: Sequence[Done], shadows: Shadows, now: datetime) -> None:
    """Bring the shadows to what the platform has now."""
    shadows.keep_accounts(_account(one, now) for one in answers if one.cleared.change.kind.startswith("account_"))
    for one in answers:
        if one.cleared.change.group:
            _keep_group(one, shadows, now)


def _keep_group(done: Done, shadows: Shadows, now: datetime) -> None:
    change = done.cleared.change
    if change.members:
        moved = [*(set(done.cleared.call) - set(done.answer.failed)), *done.cleared.gone]
        if moved:
            sides = {"add": moved} if change.kind.endswith("add") else {"remove": moved}
            shadows.change_members(change.platform, change.group, owners=change.kind.startswith("owner"), **sides)
    elif change.kind == "group_delete":
        shadows.forget_group(change.platform, change.group)
    else:
        known = done.cleared.group or GroupShadow(change.platform, change.group, done.answer.remote_id)
        shadows.keep_group(_with(known, change, now))


def _with(known: GroupShadow, change: Change, now: datetime) -> GroupShadow:
    """Return what is known of a group after a change of the group itself."""
    if change.kind == "group_nest":
        return replace(known, groups=known.groups | {str(change.after["inner"])})
    if change.kind == "group_unnest":
        return replace(known, groups=known.groups - {str(change.before["inner"])})
    named = replace(
        known, name=str(change.after["name"]), description=str(change.after.get("description", known.description))
    )
    if change.kind == "group_archive":
        return replace(named, state="archived", state_since=now)
    return replace(named, state="live", state_since=None) if change.kind == "group_restore" else named


def entries(kept: Iterable[Done]) -> Iterator[Entry]:
    """Yield the acts for the audit: only what changed, and nothing where nothing did."""
    for done in kept:
        members = sorted(set(done.cleared.call) - set(done.answer.failed))
        if members or not done.cleared.change.members:
            yield _entry(done, members)


def _entry(done: Done, members: Sequence[int]) -> Entry:
    change = done.cleared.change
    if change.members:
        moved: dict[str, object] = {"members": members}
        before, after = ({}, moved) if change.kind.endswith("add") else (moved, {})
    else:
        was, now = SWITCHED.get(change.kind, (change.before, change.after))
        before, after = _changed(was, now), _changed(now, was)
    target = f"{change.platform}/{change.group or change.person_uuid}"
    return Entry(ACTS[change.kind], target, before, after, change.reason, f"run:{done.cleared.action.run}")


def _account(done: Done, now: datetime) -> AccountShadow:
    change, known = done.cleared.change, done.cleared.account
    state = STATES.get(change.kind) or (known.state if known else "active")
    same = known is not None and known.state == state
    return AccountShadow(
        platform=change.platform,
        person_id=change.person_id,
        remote_id=done.answer.remote_id,
        state=state,
        management=known.management if known else "managed",
        external_id=change.person_uuid,
        fingerprint=change.result,
        attributes=_attributes(change, known),
        state_since=known.state_since if same and known else now,
    )


def _attributes(change: Change, known: AccountShadow | None) -> Mapping[str, Value]:
    if change.kind in {"account_create", "account_update", "account_anonymise"}:
        return change.after
    return known.attributes if known else {}


def _changed(side: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in side.items() if other.get(name) != value}
