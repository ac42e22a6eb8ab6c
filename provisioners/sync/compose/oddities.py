"""What is odd about an org chart: listed for HR and administrators, never fatal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mappings.days import day_of
from mappings.employment import active_on
from mappings.people import Person
from provisioners.sync.compose.chart import Chart


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing to look at; `who` is the HR key of the person or unit."""

    what: str
    who: str
    detail: str


def oddities(chart: Chart) -> Iterator[Oddity]:
    """Yield twins, loops, orphans, units without a head or with two, managers and heads who are not here."""
    for key in chart.twins:
        yield Oddity("twin", key, "two HR sources have a person with this number; rules see neither")
    yield from _units(chart)
    yield from _people(chart)


def _units(chart: Chart) -> Iterator[Oddity]:
    parents = {unit.key: unit.parent for unit in chart.units()}
    for key in looped(parents):
        yield Oddity("unit_loop", key, "is its own ancestor")
    for unit in chart.units():
        if unit.parent and unit.parent not in parents:
            yield Oddity("unit_orphan", unit.key, "its parent does not exist on this day")
        if len(heads := chart.heads.get(unit.key, ())) > 1:
            named = ", ".join(sorted(heads))
            yield Oddity("two_heads", unit.key, f"its rows of this day name {named}; the row that began last counts")
        if not unit.head:
            yield Oddity("unit_without_head", unit.key, "nobody is stated as head")
        elif not _here(chart.person, unit.head, chart):
            yield Oddity("head_not_here", unit.key, "its head does not work here on this day")


def _people(chart: Chart) -> Iterator[Oddity]:
    above: dict[str, str] = {}
    mails: dict[str, str] = {}
    for person in chart.everyone():
        day = day_of(chart.days, person)
        if not active_on(person, day):
            continue
        jobs = [job for job in person.assignments if job.holds_on(day)]
        managers = sorted({job.manager for job in jobs if job.manager})
        if sum(job.primary for job in jobs) > 1:
            yield Oddity("two_primary_jobs", person.key, "more than one job is marked primary")
        for manager in managers:
            if not _here(chart.person, manager, chart):
                yield Oddity("manager_not_here", person.key, "the manager does not work here on this day")
        if managers:
            above[person.key] = managers[0]
        if person.email:
            first = mails.setdefault(person.email.casefold(), person.key)
            if first != person.key:
                yield Oddity("mail_shared", person.key, f"has the same mail address as {first}")
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


def _here(find: Callable[[str], Person | None], key: str, chart: Chart) -> bool:
    person = find(key)
    return person is not None and active_on(person, chart.days)
