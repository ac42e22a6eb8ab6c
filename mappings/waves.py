"""Waves: in which order people come onto a platform, and up to which wave it is open.

A person belongs to the first wave that takes them. Shares are taken by a hash of our permanent id and the salt, the
same for all waves of a platform: whoever is among the first 10 % is among the first 20 % as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, Literal, cast

from mappings.bound import Bound
from mappings.expression import Program
from mappings.facts import FactSource
from mappings.reads import Reads

Shrink = Literal["keep", "leave"]
KEYS: Final = ("open", "salt", "shrink", "steps")
STEP_KEYS: Final = ("name", "people", "units", "when", "percent")
SHARES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave: `people` by HR number, and those who meet all of the other conditions that are stated."""

    name: str
    people: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    when: Program | None = None
    percent: float | None = None

    def takes(self, bound: Bound, source: FactSource, share: int) -> bool:
        """Return whether the person belongs here; `share` is the person's place among a million."""
        if bound.value("person.id") in self.people:
            return True
        stated = self.units or self.when is not None or self.percent is not None
        if not stated or (self.percent is not None and share >= self.percent / 100 * SHARES):
            return False
        if self.units and not self._within(bound, source):
            return False
        return self.when is None or bool(self.when.run(bound))

    def _within(self, bound: Bound, source: FactSource) -> bool:
        own: tuple[str, ...] = bound.value("person.units")  # type: ignore[assignment]
        return any(not self.units.isdisjoint(cast("tuple[str, ...]", source.unit(key)["path"])) for key in own)


@dataclass(frozen=True, slots=True)
class Waves:
    """The waves of one platform in order; the first `opened` are open.

    `keeps`: who had an account before a wave was made smaller, or closed, keeps it, and the way in.
    """

    steps: tuple[Wave, ...]
    opened: int
    salt: str
    keeps: bool = True

    def of(self, uuid: str, bound: Bound, source: FactSource) -> int:
        """Return the number of the person's wave, from 1; 0 for nobody's wave."""
        share = share_of(uuid, self.salt)
        return next((at for at, step in enumerate(self.steps, start=1) if step.takes(bound, source, share)), 0)

    def is_open(self, number: int) -> bool:
        """Return whether people of this wave may be on the platform."""
        return 0 < number <= self.opened

    def name(self, number: int) -> str:
        """Return the name of a wave, empty for nobody's."""
        return self.steps[number - 1].name if number else ""


def share_of(uuid: str, salt: str) -> int:
    """Return a person's place among a million: the same for ever, another one with another salt."""
    digest = blake2b(f"{salt}\x1f{uuid}".encode(), digest_size=8, person=b"waves").digest()
    return int.from_bytes(digest) * SHARES >> 64


def read_waves(reads: Reads, platform: str, document: Any) -> Waves | None:
    """Return the `waves` of a platform, None without any."""
    if document is None:
        return None
    path = f"platforms.{platform}.waves"
    body = reads.body(document, path, KEYS)
    steps = body.get("steps")
    if not isinstance(steps, list) or not steps:
        reads.problem(f"{path}.steps", "must be a list of waves", "write - {name: pilot, people: [E1001]}")
        return None
    read = [_step(reads, each, f"{path}.steps[{at}]") for at, each in enumerate(steps)]
    names = [each.name for each in read]
    for at, name in enumerate(names):
        if name in names[:at]:
            reads.problem(f"{path}.steps[{at}].name", f"{name} comes twice")
    opened = body.get("open")
    if opened is not None:
        reads.unknown([str(opened)], names, f"{path}.open", "wave")
    salt, shrink = body.get("salt", platform), body.get("shrink", "keep")
    if not isinstance(salt, str) or not salt:
        reads.problem(f"{path}.salt", "must be a text")
    if shrink not in {"keep", "leave"}:
        reads.problem(f"{path}.shrink", "must be keep or leave")
    return Waves(tuple(read), names.index(opened) + 1 if opened in names else 0, str(salt), shrink == "keep")


def _step(reads: Reads, document: Any, path: str) -> Wave:
    body = reads.body(document, path, STEP_KEYS)
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        reads.problem(f"{path}.name", "must be a text")
    if body and len(body) < 2:  # noqa: PLR2004 - a name and who it is
        reads.problem(path, "takes nobody", f"write some of {', '.join(STEP_KEYS[1:])}")
    percent = body.get("percent")
    if percent is not None and not _is_percent(percent):
        reads.problem(f"{path}.percent", "must be a number above 0, at most 100")
        percent = None
    when = reads.program(body["when"], f"{path}.when", "flag") if "when" in body else None
    people, units = (frozenset(reads.texts(body.get(part, []), f"{path}.{part}")) for part in ("people", "units"))
    return Wave(str(name), people, units, when, percent)


def _is_percent(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said) and 0 < said <= 100  # noqa: PLR2004
