"""Keys that are made once per test process, because making an RSA key takes longer than most tests."""

from __future__ import annotations

from datetime import datetime

from sso_bridge.keys import material
from sso_bridge.keys.material import Material
from sso_bridge.keys.rotation import Purpose


class MadeKeys:
    """Keeps what it made; `maker()` starts again from the first one."""

    def __init__(self) -> None:
        self._made: dict[Purpose, list[Material]] = {}

    def maker(self) -> Maker:
        """Return a function for `KeyRing(make=...)` that gives different keys to one test, the same to the next."""
        return Maker(self._made)


class Maker:
    """One test's view of the kept keys."""

    def __init__(self, made: dict[Purpose, list[Material]]) -> None:
        self._made = made
        self._taken: dict[Purpose, int] = {}

    def __call__(self, purpose: Purpose, now: datetime) -> Material:
        """Return the next kept key, making one when all are taken."""
        kept = self._made.setdefault(purpose, [])
        index = self._taken.get(purpose, 0)
        self._taken[purpose] = index + 1
        if index == len(kept):
            kept.append(material.make(purpose, now))
        return kept[index]
