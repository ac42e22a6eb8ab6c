"""The rules that apply to one platform, and who is outside of it before any value is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.bound import Bound
from mappings.desired import Outcome, Value
from mappings.facts import FactSource
from mappings.groups.book import GroupBook
from mappings.groups.rule import Keys
from mappings.manner import Manner
from mappings.people import Person
from mappings.reading import MappingRules
from mappings.unique import Candidates
from mappings.waves import Waves


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """What applies to one platform; platforms whose attributes are made by the same rules are `alike`."""

    mapping: MappingRules
    groups: GroupBook
    fingerprint: str
    sources: Mapping[str, str]
    alike: int
    manner: Manner
    waves: Waves | None = None


@dataclass(slots=True)
class Looked:
    """The person looked at last: why absent, or the facts; and what was made of them for platforms so far."""

    person: Person
    source: FactSource
    absent: str
    bound: Bound | None
    attributes: dict[int, tuple[Mapping[str, Value], Candidates]] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    groups: dict[str, Keys] = field(default_factory=dict)


def outside(rules: PlatformRules, person: Person, looked: Looked) -> str:
    """Return why a platform is not meant for this person, empty when it is."""
    if looked.bound is None:
        return looked.absent
    name, scope = rules.mapping.name, rules.mapping.scope
    if person.is_external and not rules.mapping.external:
        return f"not known to HR, and mappings.{name}.external is off"
    return "" if scope is None or scope.run(looked.bound) else f"outside mappings.{name}.for"


def waiting(platform: str, waves: Waves, wave: int) -> Outcome | None:
    """Return the answer for somebody whose wave is not open, None for everybody else."""
    if waves.is_open(wave):
        return None
    name = waves.name(wave)
    reason = f"waits for the wave {name}" if wave else "is in no wave"
    reason = f"{reason} of platforms.{platform}.waves" + ("; an account that is there is kept" if waves.keeps else "")
    return Outcome(platform, in_scope=False, reason=reason, wave=name, waits=waves.keeps)
