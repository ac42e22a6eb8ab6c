"""Weighs a document against the one that holds: for whom what would change, and whether it takes two people.

Looking at everybody is work: in a request it is bounded, a worker or the command line does it whole and keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.days import Day, home_day
from sso_bridge.configuration.changing.effects import (
    Effect,
    Effects,
    as_kept,
    effects,
    effects_of,
    from_kept,
    touched_platforms,
)
from sso_bridge.configuration.changing.sides import Side
from sso_bridge.configuration.changing.weighing import Weighed, reasons_in, too_many, turns
from sso_bridge.configuration.document.parse import Checked
from sso_bridge.configuration.live import Live, LiveConfiguration
from sso_bridge.store.administration.revisions import content_digest
from sso_bridge.store.administration.weighings import Look, Weighing, Weighings
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.reordered import Orders

MOST_LOOKS = 20_000
"""People times platforms: more takes longer than a request may; a worker or the command line does it."""

MOST_ON_A_PAGE = 2000
"""Likewise for one page of people."""

KEPT_FROM = 1000
"""With fewer people everybody is looked at anew each time."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which people are asked for: after the one with this id of ours, on this platform, with this kind of effect."""

    after: int = 0
    limit: int = 100
    platform: str = ""
    what: str = ""


class Scales:
    """Weighs a document against the one that holds. `kept` remembers for an hour what took long to find out.

    `orders` tells how people look when HR sources speak in another order.
    """

    def __init__(
        self,
        live: LiveConfiguration,
        people: People,
        orders: Orders,
        today: Callable[[], Day],
        kept: Weighings | None = None,
    ) -> None:
        self._live = live
        self.orders = orders
        self._people = people
        self._today = today
        self._kept = kept

    def weigh(
        self,
        document: Mapping[str, Any],
        checked: Checked,
        *,
        most: int | None = MOST_LOOKS,
        progress: Callable[[int], None] = lambda _seen: None,
    ) -> Weighed:
        """Return what would change for whom; when it takes more than `most` looks, only if it is known already."""
        now = self._live.current()
        (before, after), digest = self._sides(now, checked), content_digest(document)
        touched = list(touched_platforms(before, after))
        found = self._known(now.revision, digest) if touched else Effects()
        if found is None and (most is None or len(self._people) * len(touched) <= most):
            found = self._look(before, after, now.revision, digest, progress)
        seen = found or Effects(platforms=tuple(touched))
        reasons = [*reasons_in(now.document, document), *too_many(seen, now.document)]
        if found is None:
            reasons.append("it changes rules, and nobody has looked yet at each of the many people")
        changes = tuple(turns(before, after))
        return Weighed(now.revision, digest, tuple(reasons), seen, found is not None, changes)

    def page(self, checked: Checked, asked: Page) -> tuple[list[Effect], int | None]:
        """Return the next people for whom something changes, and the place to go on from; None at the end.

        So many people are looked at and no more: a page may be empty though there is a next one.
        """
        now = self._live.current()
        before, after = self._sides(now, checked)
        touched = [name for name in touched_platforms(before, after) if asked.platform in {"", name}]
        chart, found, place = self._people.chart(self._today()), list[Effect](), asked.after
        most = max(1, MOST_ON_A_PAGE // len(touched)) if touched else 0
        looked = self._people.beyond(asked.after, most) if most else []
        for person in looked:
            place = person.id
            mine = effects_of(before, after, touched, person, chart)
            found += [one for one in mine if asked.what in {"", one.what}]
            if len(found) >= asked.limit:
                return found, place
        return found, place if most and len(looked) == most else None

    def looked(self, document: Mapping[str, Any]) -> Weighing | None:
        """Return how far the look at everybody has come, None when nobody has begun one."""
        if self._kept is None:
            return None
        return self._kept.find(self._live.current().revision, content_digest(document), home_day(self._today()))

    def _known(self, base: int, digest: str) -> Effects | None:
        known = self._kept.find(base, digest, home_day(self._today())) if self._kept else None
        return from_kept(known.result) if known is not None and known.result is not None else None

    def _look(self, before: Side, after: Side, base: int, digest: str, progress: Callable[[int], None]) -> Effects:
        day, everybody = self._today(), len(self._people)
        if self._kept is None or everybody <= KEPT_FROM:
            return effects(before, after, self._people.all(), self._people.chart(day), progress=progress)
        what, kept = Look(base, digest, self._people.version(), home_day(day)), self._kept

        def show(seen: int) -> None:
            progress(seen)
            if seen % KEPT_FROM == 0:
                kept.note(what, seen)

        found = effects(before, after, self._people.all(), self._people.chart(day), progress=show)
        kept.keep(what, everybody, as_kept(found))
        return found

    def _sides(self, now: Live, checked: Checked) -> tuple[Side, Side]:
        seen = self.orders.seen(checked.configuration.correlation.precedence)
        return Side.of(now.configuration, now.rules), Side.of(checked.configuration, checked.rules, seen)
