"""What a delegated token reaches: which people, platforms, plans and jobs there are for it (AD-02).

What is out of reach is not there: the answer is the same as for an id that nobody has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mappings.days import Day, day_of
from mappings.people import Assignment, Person
from sso_bridge.admin.bounds import Bounds
from sso_bridge.admin.permissions import allows
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.problems import NotFound
from sso_bridge.api.route import Call
from sso_bridge.store.administration.hands import at_console
from sso_bridge.store.staff.people import People

One = TypeVar("One")
DEEPEST = 64
MOST_READ = 20_000
"""So many entries are looked through for one page, however few of them are in reach."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Answers by the org chart of today, and by the bounds of everybody a token comes from (AD-04).

    `acting` gives how far somebody reaches now who acts with a token or client, None when it has ended.
    """

    people: People
    today: Callable[[], Day]
    acting: Callable[[str], ApiToken | None]

    def inside(self, unit: str, units: tuple[str, ...]) -> bool:
        """Return whether a unit is one of these, or below one of them today."""
        return any(one in units for one in self.upwards(unit))

    def upwards(self, unit: str) -> Iterator[str]:
        """Yield a unit and those above it today; a loop ends."""
        chart, at = self.people.chart(self.today()), unit
        for _ in range(DEEPEST):
            if not at:
                return
            yield at
            found = chart.unit(at)
            at = found.parent if found else ""

    def unit(self, token: ApiToken, key: str) -> bool:
        """Return whether a unit is one of the token's today, or below one of them."""
        return all(self.inside(key, one.units) for one in _all(token) if one.units)

    def person(self, token: ApiToken, person: Person) -> bool:
        """Return whether the person works in one of the token's units today, or will begin there."""
        binding = [one.units for one in _all(token) if one.units]
        if not binding:
            return True
        jobs = _jobs(person, self.today())
        return any(all(self.inside(job.unit, units) for units in binding) for job in jobs)

    def platform(self, token: ApiToken, name: str) -> bool:
        """Return whether it is one of the token's platforms."""
        return all(name in one.platforms for one in _all(token) if one.platforms)

    def scope(self, token: ApiToken, scope: Mapping[str, str]) -> bool:
        """Return whether a plan of this scope touches nothing that the token does not reach."""
        if not token.bounds.kinds:
            return True
        named = [name for name in scope.get("platforms", "").split(",") if name]
        if token.bounds.platforms and not (named and all(self.platform(token, name) for name in named)):
            return False
        return not token.bounds.units or self._knows(token, int(scope.get("person", 0)))

    def one(self, call: Call, uuid: str) -> Person:
        """Return the person with this id of ours; NotFound when there is none, or none of the caller's business."""
        found = self.people.by_uuid(uuid)
        if found is None or not self.person(call.token, found):
            raise NotFound
        return found

    def pair(self, token: ApiToken, account_on: str, people: Sequence[Person]) -> bool:
        """Return whether two that may be one are the token's business: two people, or a person and an account.

        An account without an owner is in no unit, and who is made one is so on every platform.
        """
        if account_on:
            return not token.bounds.units and self.platform(token, account_on)
        if token.bounds.platforms:
            return False
        return not token.bounds.units or (len(people) > 1 and all(self.person(token, one) for one in people))

    def still_pairs(self, actor: str, account_on: str, people: Sequence[Person]) -> bool:
        """Return whether who proposed that two are one could still do so (AD-04)."""
        return self.stands(
            actor, lambda token: allows(token, "correlation.decide") and self.pair(token, account_on, people)
        )

    def conflict(self, token: ApiToken, ids: Sequence[int], *others: int | None) -> bool:
        """Return whether a doubt about a sign-in is the token's business: everybody it is about must be."""
        wanted = {*ids, *(one for one in others if one)}
        if not token.bounds.kinds:
            return True
        return bool(wanted) and not token.bounds.platforms and all(self._knows(token, one) for one in wanted)

    def stands(self, actor: str, reaches: Callable[[ApiToken], bool]) -> bool:
        """Return whether what somebody proposed counts: who has no such rights any more proposes nothing (AD-04)."""
        if at_console(actor):
            return True
        token = self.acting(actor)
        return token is not None and reaches(token)

    def own(self, token: ApiToken, actor: str) -> bool:
        """Return whether what somebody did is told to the token: all of it without bounds, else its own acts."""
        return not token.bounds.kinds or actor == token.actor

    def trace(self, token: ApiToken, platform: str, person_id: int | None) -> bool:
        """Return whether a sign-in is the token's business: to its platforms, of its people."""
        return self.platform(token, platform) and (not token.bounds.units or self._knows(token, person_id or 0))

    def _knows(self, token: ApiToken, person_id: int) -> bool:
        found = self.people.by_id(person_id) if person_id else None
        return found is not None and self.person(token, found)


def _all(token: ApiToken) -> tuple[Bounds, ...]:
    return (token.bounds, *token.makers)


def page_of(
    fetch: Callable[[int, Any], Sequence[One]], keep: Callable[[One], bool], place: Callable[[One], Any],
    limit: int, start: Any,
) -> tuple[list[One], Any]:  # fmt: skip
    """Return a page of what is kept, and where to go on; None at the end."""
    found: list[One] = []
    read, batch = 0, max(limit, 1)
    while read < MOST_READ:
        rows = fetch(batch, start)
        for row in rows:
            start = place(row)
            if keep(row):
                found.append(row)
                if len(found) == limit:
                    return found, start
        read += len(rows)
        if len(rows) < batch:
            return found, None
        batch = min(500, batch * 2)
    return found, start


def _jobs(person: Person, on: Day) -> list[Assignment]:
    """Return today's jobs; of somebody who has none, those that begin later."""
    day = day_of(on, person)
    now = [job for job in person.assignments if job.holds_on(day)]
    return now or [job for job in person.assignments if job.valid_from is not None and job.valid_from > day]
