"""Which changes of the configuration take a second administrator (AD-08), and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sso_bridge.configuration.changing.effects import Effects
from sso_bridge.configuration.changing.group_rights import reasons_in_groups, reasons_in_waves
from sso_bridge.configuration.changing.sides import Side
from sso_bridge.configuration.document.parse import PEOPLE_GUARD

LIMITS = ("guards", "workplaces", "hr_sources", "correlation", "zones")
"""Parts that say what is too much, who is believed, when a day ends: to change them takes a second person (AD-08)."""

MOST_SHARE = 5.0
"""Percent of the people whose sign-in or account may change by the will of one administrator."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a document, brought into force after revision `base`, would do; `reasons` call for a second person.

    `digest` names its content. `turns` are what begins or ends for platforms as a whole.
    """

    base: int
    digest: str
    reasons: tuple[str, ...] = ()
    effects: Effects = field(default_factory=Effects)
    complete: bool = True
    turns: tuple[str, ...] = ()


def turns(before: Side, after: Side) -> Iterator[str]:
    """Yield what begins or ends for a platform as a whole, or is called otherwise for everybody there."""
    for name in dict.fromkeys((*before.platforms, *after.platforms)):
        was, will = before.platforms.get(name), after.platforms.get(name)
        if before.signs_in(name) != after.signs_in(name):
            yield f"sign-in to {name} {'begins' if after.signs_in(name) else 'ends'}"
        if (before.connector(name) is None) != (after.connector(name) is None):
            kept = "are kept from now on" if after.connector(name) else "are not kept any more, and stay as they are"
            yield f"accounts of {name} {kept}"
        if was is not None and will is not None and was.login.subject != will.login.subject:
            yield f"everybody is known to {name} by another name: {was.login.subject} -> {will.login.subject}"


def touches_limits(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether a change touches what holds others back: guards, sources of truth, protected accounts."""
    return any((before.get(part) or {}) != (after.get(part) or {}) for part in LIMITS) or (
        _protected(before) != _protected(after)
    )


def reasons_in(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield what in the document itself takes a second person: limits, keys and addresses of peers."""
    for part in LIMITS:
        if (before.get(part) or {}) != (after.get(part) or {}):
            yield f"it changes {part}"
    if _protected(before) != _protected(after):
        yield "it changes which accounts are protected"
    known = before.get("platforms") or {}
    for name, platform in (after.get("platforms") or {}).items():
        was = known.get(name) or {}
        if (was.get("login") or {}) != (platform.get("login") or {}):
            yield f"it changes how people sign in to {name}"
        if (was.get("provisioning") or {}) != (platform.get("provisioning") or {}):
            yield f"it changes where accounts of {name} are kept"
        if was.get("enabled") is False and platform.get("enabled") is not False:
            yield f"it switches {name} on"
    yield from reasons_in_groups(before, after)
    yield from reasons_in_waves(before, after)


def _protected(document: Mapping[str, Any]) -> dict[str, Any]:
    platforms = document.get("platforms") or {}
    return {name: one["protected"] for name, one in platforms.items() if one.get("protected")}


def too_many(found: Effects, document: Mapping[str, Any]) -> Iterator[str]:
    """Yield why what was found is more than one person may do, by the limits of the document that holds."""
    said = ((document.get("guards") or {}).get("default") or {}).get(PEOPLE_GUARD) or {}
    share = min(MOST_SHARE, float(said.get("percent", MOST_SHARE)))
    count = said.get("count")
    told = f"it changes something for {found.people:,} of {found.present:,} people"
    if found.people * 100 > share * found.present:
        yield f"{told}, more than {share:g} %"
    elif count is not None and found.people > count:
        yield f"{told}, more than {count:,}"
