"""The waves of a platform with the people in each: how many there are, and how many have an account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mappings.days import Day
from mappings.errors import EvaluationError
from provisioners.ports import OURS
from sso_bridge.configuration.live import Live, LiveConfiguration
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.shadows import StoredShadows

NO_WAVES: Final = "{} is not opened in waves"


class NoWaves(Exception):
    """There is no such platform, or it is not opened in waves."""

    code = "no_waves"


@dataclass(frozen=True, slots=True)
class WaveCount:
    """One wave; the last one has no name: people whom no wave takes."""

    name: str
    is_open: bool
    people: int
    accounts: int


class WaveCounts:
    """Counts by the rules in force. Who is in which wave is found once per revision, state of HR and day."""

    def __init__(
        self, people: People, shadows: StoredShadows, live: LiveConfiguration, today: Callable[[], Day]
    ) -> None:
        self._people = people
        self._shadows = shadows
        self._live = live
        self._today = today
        self._known: tuple[object, dict[int, int]] = (None, {})

    def of(self, platform: str) -> tuple[WaveCount, ...]:
        """Return the waves in order; NoWaves."""
        live = self._live.current()
        waves = live.rules.waves(platform) if platform in live.rules.platforms else None
        if waves is None:
            raise NoWaves(NO_WAVES.format(platform))
        mine = self._waves(live, platform)
        people, accounts = Counter(mine.values()), Counter[int]()
        for person_id, _, state, management in self._shadows.states(platform):
            if state == "active" and management in OURS and person_id in mine:
                accounts[mine[person_id]] += 1
        numbers = (*range(1, len(waves.steps) + 1), 0)
        return tuple(
            WaveCount(waves.name(number), waves.is_open(number), people[number], accounts[number]) for number in numbers
        )

    def _waves(self, live: Live, platform: str) -> dict[int, int]:
        """Return the wave of each person who is meant to be on the platform."""
        day = self._today()
        state = (platform, live.rules.fingerprint(platform), self._people.version(), day)
        if self._known[0] == state:
            return self._known[1]
        chart, found = self._people.chart(day), dict[int, int]()
        for person in self._people.all():
            try:
                wave = live.rules.wave(platform, person, chart)
            except EvaluationError:
                continue  # nothing can be said of this person; the plan tells
            if wave is not None:
                found[person.id] = wave
        self._known = state, found
        return found
