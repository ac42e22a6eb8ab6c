"""Which people a changed configuration would give, take or change something, per platform, at sign-in and beyond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mappings.chart import OrgChart
from mappings.errors import EvaluationError
from mappings.people import Person
from sso_bridge.configuration.changing.sides import Difference, How, Kind, Side, differences

TELL_EVERY = 200
What = Literal["gains", "loses", "changes", "doubt"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One person on one platform. `because` says why nothing can be said, for a doubt."""

    platform: str
    person: str
    uuid: str
    what: What
    details: tuple[Difference, ...] = ()
    because: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return what differs, without values: those are personal."""
        return (self.because,) if self.because else tuple(map(str, self.details))


@dataclass(slots=True)
class Effects:
    """All of it: how many per platform and kind, the first of each as examples, and how many people in all.

    `people` have an effect on any platform that is not just switched off; they are among `present`, who work here, or
    were looked at for leaving. `parts` counts single claims, attributes and groups. `platforms` are those looked at.
    """

    people: int = 0
    present: int = 0
    platforms: tuple[str, ...] = ()
    counts: Counter[tuple[str, What]] = field(default_factory=Counter)
    parts: Counter[tuple[str, Kind, str, How]] = field(default_factory=Counter)
    examples: list[Effect] = field(default_factory=list)


def effects(
    before: Side,
    after: Side,
    people: Iterable[Person],
    chart: OrgChart,
    *,
    examples: int = 20,
    progress: Callable[[int], None] = lambda _seen: None,
) -> Effects:
    """Return what would change for these people; platforms where nothing can change are not evaluated.

    `progress` is told now and then how many people were looked at.
    """
    found = Effects(platforms=tuple(touched_platforms(before, after)))
    ending = {name for name in found.platforms if _switched_off(before, after, name)}
    for seen, person in enumerate(people if found.platforms else (), start=1):
        mine = list(effects_of(before, after, found.platforms, person, chart))
        counted = any(one.platform not in ending for one in mine)
        found.people += counted
        found.present += counted or person.status != "gone"
        for effect in mine:
            _count(found, effect, examples)
        if seen % TELL_EVERY == 0:
            progress(seen)
    return found


def effects_of(
    before: Side, after: Side, platforms: Iterable[str], person: Person, chart: OrgChart
) -> Iterator[Effect]:
    """Yield what changes for one person on these platforms."""
    for name in platforms:
        effect = _effect(before, after, name, person, chart)
        if effect is not None:
            yield effect


def touched_platforms(before: Side, after: Side) -> Iterator[str]:
    """Yield the platforms where something may change for somebody."""
    for platform in dict.fromkeys((*before.platforms, *after.platforms)):
        if before.basis(platform) != after.basis(platform):
            yield platform


def _effect(before: Side, after: Side, platform: str, person: Person, chart: OrgChart) -> Effect | None:
    try:
        was, will = (side.gets(platform, person, chart) for side in (before, after))
    except EvaluationError as error:
        return Effect(platform, person.key, person.uuid, "doubt", because=str(error))
    if will.doubt:  # then the account stays as it is
        will = replace(will, attributes=was.attributes, groups=was.groups)
    details = tuple(differences(was, will))
    if will.doubt and will.doubt != was.doubt:
        return Effect(platform, person.key, person.uuid, "doubt", details, will.doubt)
    if not details:
        return None
    what: What = "changes" if was.something == will.something else "gains" if will.something else "loses"
    return Effect(platform, person.key, person.uuid, what, details)


def _count(found: Effects, effect: Effect, examples: int) -> None:
    found.counts[effect.platform, effect.what] += 1
    for one in effect.details:
        found.parts[effect.platform, one.kind, one.name, one.how] += 1
    if found.counts[effect.platform, effect.what] <= examples:
        found.examples.append(effect)


def _switched_off(before: Side, after: Side, platform: str) -> bool:
    """Return whether the platform is there and only switched off: an emergency's first step counts nobody (AD-08)."""
    was, will = before.platforms.get(platform), after.platforms.get(platform)
    return was is not None and will is not None and was.enabled and not will.enabled


def as_kept(found: Effects) -> dict[str, Any]:
    """Return effects as JSON that can be kept: numbers only, nobody is named in it."""
    return {
        "people": found.people,
        "present": found.present,
        "platforms": list(found.platforms),
        "counts": [[*key, count] for key, count in found.counts.items()],
        "parts": [[*key, count] for key, count in found.parts.items()],
    }


def from_kept(kept: Mapping[str, Any]) -> Effects:
    """Return the effects whose JSON this is."""
    return Effects(
        kept["people"],
        kept["present"],
        tuple(kept["platforms"]),
        Counter({(platform, what): count for platform, what, count in kept["counts"]}),
        Counter({(platform, kind, name, how): count for platform, kind, name, how, count in kept["parts"]}),
    )
