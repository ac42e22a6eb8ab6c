"""Delegated administration: the bounds of a token, and whether somebody may hand out bounds like these (AD-04)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Bound = Literal["units", "platforms"]
BOTH: Final[tuple[Bound, ...]] = ("units", "platforms")

Inside = Callable[[str, tuple[str, ...]], bool]
"""Whether a unit is one of these, or below one of them."""


def same_unit(unit: str, units: tuple[str, ...]) -> bool:
    """Return whether it is one of them: all that can be said without an org chart."""
    return unit in units


@dataclass(frozen=True, slots=True)
class Bounds:
    """Only people of these units and what is below them, only these platforms; an empty part does not bind."""

    units: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()

    @property
    def kinds(self) -> frozenset[Bound]:
        """Return which parts bind."""
        return frozenset(name for name in BOTH if getattr(self, name))

    def cover(self, other: Bounds, inside: Inside = same_unit) -> bool:
        """Return whether whoever has these may hand out `other`: nothing in it reaches further."""
        units = not self.units or (bool(other.units) and all(inside(one, self.units) for one in other.units))
        return units and (not self.platforms or (bool(other.platforms) and set(other.platforms) <= set(self.platforms)))


UNBOUND: Final = Bounds()
