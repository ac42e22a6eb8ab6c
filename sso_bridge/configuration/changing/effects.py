"""Which people a changed configuration would give, take or change something, per platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from mappings.desired import Outcome
from mappings.errors import EvaluationError
from mappings.people import OrgChart, Person
from mappings.rules import Rules

TELL_EVERY = 200
What = Literal["gains", "loses", "changes", "doubt"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One person on one platform. `details` names attributes, claims and groups that differ; values are not told."""

    platform: str
    person: str
    what: What
    details: tuple[str, ...] = ()


@dataclass(slots=True)
class Effects:
    """All of it: how many per platform and kind, the first of each as examples, and how many people in all.

    `people` have an effect on any platform; they are among `present`, who work here, or were looked at for leaving.
    """

    people: int = 0
    present: int = 0
    counts: Counter[tuple[str, What]] = field(default_factory=Counter)
    examples: list[Effect] = field(default_factory=list)


def effects(
    before: Rules,
    after: Rules,
    people: Iterable[Person],
    chart: OrgChart,
    *,
    examples: int = 20,
    progress: Callable[[int], None] = lambda _seen: None,
) -> Effects:
    """Return what would change for these people; platforms whose rules are the same are not evaluated.

    `progress` is told now and then how many people were looked at.
    """
    found = Effects()
    touched = tuple(touched_platforms(before, after))
    for seen, person in enumerate(people if touched else (), start=1):
        mine = [one for name in touched if (one := _effect(before, after, name, person, chart)) is not None]
        found.people += bool(mine)
        found.present += bool(mine) or person.status != "gone"
        for effect in mine:
            found.counts[effect.platform, effect.what] += 1
            if found.counts[effect.platform, effect.what] <= examples:
                found.examples.append(effect)
        if seen % TELL_EVERY == 0:
            progress(seen)
    return found


def touched_platforms(before: Rules, after: Rules) -> Iterator[str]:
    """Yield the platforms whose rules differ."""
    for platform in dict.fromkeys((*before.platforms, *after.platforms)):
        both = platform in before.platforms and platform in after.platforms
        if not both or before.fingerprint(platform) != after.fingerprint(platform):
            yield platform


def _effect(before: Rules, after: Rules, platform: str, person: Person, chart: OrgChart) -> Effect | None:
    try:
        was, will = _outcome(before, platform, person, chart), _outcome(after, platform, person, chart)
    except EvaluationError as error:
        return Effect(platform, person.key, "doubt", (str(error),))
    if was.in_scope != will.in_scope:
        return Effect(platform, person.key, "gains" if will.in_scope else "loses")
    details = tuple(_details(was, will))
    return Effect(platform, person.key, "changes", details) if details else None


def _outcome(rules: Rules, platform: str, person: Person, chart: OrgChart) -> Outcome:
    if platform not in rules.platforms:
        return Outcome(platform, in_scope=False, reason="the platform has no mapping")
    return rules.outcome(platform, person, chart)


def _details(was: Outcome, will: Outcome) -> Iterator[str]:
    for name in dict.fromkeys((*was.attributes, *will.attributes)):
        if was.attributes.get(name) != will.attributes.get(name):
            yield f"attribute {name}"
    for name in dict.fromkeys((*was.claims, *will.claims)):
        if was.claims.get(name) != will.claims.get(name):
            yield f"claim {name}"
    yield from (f"+ group {key}" for key in will.groups if key not in was.groups)
    yield from (f"- group {key}" for key in was.groups if key not in will.groups)
