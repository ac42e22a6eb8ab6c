"""Which changes of the configuration take a second administrator (AD-08), and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sso_bridge.configuration.changing.effects import Effects, effects, touched_platforms
from sso_bridge.configuration.document.parse import PEOPLE_GUARD, Checked
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.store.administration.revisions import content_digest
from sso_bridge.store.staff.people import People

LIMITS = ("guards", "workplaces", "hr_sources")
"""Parts that say what is too much, and who is believed: changing them takes more than writing rules (AD-08)."""

MOST_SHARE = 5.0
"""Percent of the people whose sign-in or account may change by the will of one administrator."""

MOST_PEOPLE = 20_000
"""With more people, looking at all of them takes longer than a request may: the command line does it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a document, brought into force after revision `base`, would do; `reasons` call for a second person.

    `digest` names its content.
    """

    base: int
    digest: str
    reasons: tuple[str, ...] = ()
    effects: Effects = field(default_factory=Effects)
    complete: bool = True


class Scales:
    """Weighs a document against the one that holds."""

    def __init__(self, live: LiveConfiguration, people: People, today: Callable[[], date]) -> None:
        self._live = live
        self._people = people
        self._today = today

    def weigh(
        self,
        document: Mapping[str, Any],
        checked: Checked,
        *,
        most: int | None = MOST_PEOPLE,
        progress: Callable[[int], None] = lambda _seen: None,
    ) -> Weighed:
        """Return what would change for whom; with more than `most` people nobody is looked at."""
        now = self._live.current()
        found, complete = Effects(), True
        if any(True for _ in touched_platforms(now.rules, checked.rules)):
            complete = most is None or len(self._people) <= most
            if complete:
                chart = self._people.chart(self._today())
                found = effects(now.rules, checked.rules, self._people.all(), chart, progress=progress)
        reasons = [*reasons_in(now.document, document), *_many(found, now.document)]
        if not complete:
            reasons.append("it changes rules, and there are too many people to look at each of them here")
        return Weighed(now.revision, content_digest(document), tuple(reasons), found, complete)


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


def _protected(document: Mapping[str, Any]) -> dict[str, Any]:
    platforms = document.get("platforms") or {}
    return {name: one["protected"] for name, one in platforms.items() if one.get("protected")}


def _many(found: Effects, document: Mapping[str, Any]) -> Iterator[str]:
    said = ((document.get("guards") or {}).get("default") or {}).get(PEOPLE_GUARD) or {}
    share = min(MOST_SHARE, float(said.get("percent", MOST_SHARE)))
    count = said.get("count")
    told = f"it changes something for {found.people:,} of {found.present:,} people"
    if found.people * 100 > share * found.present:
        yield f"{told}, more than {share:g} %"
    elif count is not None and found.people > count:
        yield f"{told}, more than {count:,}"
