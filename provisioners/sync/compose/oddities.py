"""What is odd about the organisation on a day: listed for HR and administrators, never fatal.

Facts are read once, person by person, and forgotten: what stays of a million people is whom they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mappings.days import Day, day_of, home_day
from mappings.employment import active_on
from mappings.people import Unit
from provisioners.ports import Stated
from provisioners.sync.compose.numbers import Numbers
from provisioners.sync.compose.tree import Tree


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing to look at; `who` is the HR key of the person or unit."""

    what: str
    who: str
    detail: str


def oddities(on: Day, people: Iterable[Stated], units: Iterable[Unit]) -> Iterator[Oddity]:
    """Yield twins, loops, orphans, units without a head or with two, managers and heads who are not here.

    People come in the order of our ids.
    """
    seen = _Seen(on)
    for stated in people:
        seen.note(stated)
    seen.numbers.settle()
    for key in seen.numbers.twins:
        yield Oddity("twin", key, "two HR sources have a person with this number; rules see neither")
    yield from _units(Tree(units, home_day(on)), seen)
    yield from _people(seen)


class _Seen:
    """What is remembered of everybody, by place."""

    def __init__(self, on: Day) -> None:
        self._on = on
        self.numbers = Numbers()
        self.keys: list[str] = []
        self.managers: list[tuple[str, ...]] = []
        self.mail_of: dict[int, int] = {}
        """Who has the mail address of somebody who came before -> whose."""
        self.two_primary: set[int] = set()
        self._active = bytearray()
        self._mails: dict[str, int] = {}
        self._named: dict[tuple[str, ...], tuple[str, ...]] = {}

    def note(self, stated: Stated) -> None:
        """Remember what others may be odd because of."""
        person, place = stated.person(), self.numbers.add(stated)
        day = day_of(self._on, person)
        active = active_on(person, day)
        jobs = [job for job in person.assignments if job.holds_on(day)] if active else []
        managers = tuple(sorted({job.manager for job in jobs if job.manager}))
        self.keys.append(person.key)
        self.managers.append(self._named.setdefault(managers, managers))
        self._active.append(active)
        if sum(job.primary for job in jobs) > 1:
            self.two_primary.add(place)
        if active and person.email:
            first = self._mails.setdefault(person.email.casefold(), place)
            if first != place and self.keys[first] != person.key:
                self.mail_of[place] = first

    def is_here(self, key: str) -> bool:
        """Return whether the person with this number works here that day."""
        place = self.numbers.get(key)
        return place is not None and bool(self._active[place])


def _units(tree: Tree, seen: _Seen) -> Iterator[Oddity]:
    parents = {unit.key: unit.parent for unit in tree.units.values()}
    for key in looped(parents):
        yield Oddity("unit_loop", key, "is its own ancestor")
    for unit in tree.units.values():
        if unit.parent and unit.parent not in parents:
            yield Oddity("unit_orphan", unit.key, "its parent does not exist on this day")
        if len(heads := tree.heads.get(unit.key, ())) > 1:
            named = ", ".join(sorted(heads))
            yield Oddity("two_heads", unit.key, f"its rows of this day name {named}; the row that began last counts")
        if not unit.head:
            yield Oddity("unit_without_head", unit.key, "nobody is stated as head")
        elif not seen.is_here(unit.head):
            yield Oddity("head_not_here", unit.key, "its head does not work here on this day")


def _people(seen: _Seen) -> Iterator[Oddity]:
    above: dict[str, str] = {}
    for place, (key, managers) in enumerate(zip(seen.keys, seen.managers, strict=True)):
        if place in seen.two_primary:
            yield Oddity("two_primary_jobs", key, "more than one job is marked primary")
        for manager in managers:
            if not seen.is_here(manager):
                yield Oddity("manager_not_here", key, "the manager does not work here on this day")
        if managers:
            above[key] = managers[0]
        if place in seen.mail_of:
            yield Oddity("mail_shared", key, f"has the same mail address as {seen.keys[seen.mail_of[place]]}")
    for key in looped(above):
        yield Oddity("manager_loop", key, "is the own manager, directly or through others")


def looped(above: dict[str, str]) -> list[str]:
    """Return the keys that are above themselves, in order."""
    done: set[str] = set()
    found: set[str] = set()
    for start in above:
        path: list[str] = []
        place: dict[str, int] = {}
        key = start
        while key in above and key not in done and key not in place:
            place[key] = len(path)
            path.append(key)
            key = above[key]
        if key in place:
            found.update(path[place[key] :])
        done.update(path)
    return sorted(found)
