"""A pair as people look at it: both sides, what they have to lose, and what speaks for and against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from mappings.names import display_name
from mappings.people import Person
from provisioners.ports import AccountShadow
from sso_bridge.correlation.desk import CorrelationDesk
from sso_bridge.correlation.evidence import Evidence, of_found, of_rows
from sso_bridge.store.staff.pairs import Pair
from sso_bridge.store.sync.moving import Moving
from sso_bridge.store.sync.shadows import StoredShadows


@dataclass(frozen=True, slots=True)
class SideSeen:
    """One of the two."""

    what: Literal["person", "account"]
    id: str
    where: str
    number: str
    name: str
    status: str
    accounts: tuple[str, ...] = ()
    signs_in: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A pair with all that is needed to decide."""

    pair: Pair
    sides: tuple[SideSeen, ...]
    evidence: tuple[Evidence, ...]
    takes_two: bool


class View:
    """Reads pairs for those who decide."""

    def __init__(self, desk: CorrelationDesk) -> None:
        self._desk = desk
        self._pairs = desk.comparing.pairs
        self._keys = desk.comparing.keys
        self._moving = Moving(desk.store, desk.clock)
        self._shadows = StoredShadows(desk.store, desk.clock)

    def pending(self) -> dict[str, int]:
        """Return for how many of each kind somebody has still to decide."""
        with self._desk.store.reading() as connection:
            return self._pairs.pending(connection)

    def one(self, number: int) -> Seen:
        """Return one; LookupError when there is none."""
        return self.seen(self.pair(number))

    def pairs(self, limit: int, before: int | None, wanted: Mapping[str, Any]) -> list[Pair]:
        """Return the newest ones that are wanted, as they are kept."""
        with self._desk.store.reading() as connection:
            return self._pairs.page(connection, limit, before, wanted)

    def pair(self, number: int) -> Pair:
        """Return one as it is kept; LookupError when there is none."""
        with self._desk.store.reading() as connection:
            return self._pairs.get(connection, number)

    def people(self, pair: Pair) -> tuple[Person, ...]:
        """Return the rows of a pair."""
        return self._desk.people(pair)

    def seen(self, pair: Pair) -> Seen:
        """Return a pair with all that is needed to decide."""
        with self._desk.store.reading() as connection:
            return self._seen(connection, pair)

    def page(self, limit: int, before: int | None, wanted: Mapping[str, Any]) -> list[Seen]:
        """Return the newest ones that are wanted."""
        return [self.seen(pair) for pair in self.pairs(limit, before, wanted)]

    def _seen(self, connection: Connection, pair: Pair) -> Seen:
        people = self._desk.people(pair)
        stated = self._keys.stated(connection, [one.id for one in people])
        rows = [stated[one.id] for one in people]
        sides = [self._person(connection, one) for one in people]
        evidence: list[Evidence] = []
        if pair.name.kind == "account":
            shadow = self._shadows.account_of(pair.name.where, pair.name.key)
            if shadow is not None:
                sides.append(_account(shadow))
                evidence = of_found(shadow, rows[0]) if rows else []
        elif len(rows) > 1:
            evidence = of_rows(rows[0], rows[1])
        return Seen(pair, tuple(sides), tuple(evidence), self._desk.takes_two(connection, pair))

    def _person(self, connection: Connection, person: Person) -> SideSeen:
        _, linked = self._moving.holds(connection, person.id)
        accounts = self._moving.platforms(connection, person.id)
        return SideSeen(
            "person", person.uuid, person.source, person.key, display_name(person), person.status, accounts, linked
        )


def _account(shadow: AccountShadow) -> SideSeen:
    shown = str(shadow.attributes.get("displayName") or shadow.attributes.get("userName") or "")
    return SideSeen("account", shadow.remote_id, shadow.platform, shadow.external_id, shown, shadow.state)
