"""Whom a person was made of, and by whose word: the rows of other HR sources, and an account that was adopted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mappings.people import Person
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.pairs import RULE, Pair, Pairs

HOW = {"rule": "by the rule", "decided": "decided by", "by_hand": "paired by hand by"}


@dataclass(frozen=True, slots=True)
class Joined:
    """One row or account that was found to be the person's; `who` is a rule or an administrator."""

    what: str
    how: str
    who: str
    why: str
    at: datetime | None
    pair: int

    def __str__(self) -> str:
        """Return it as a sentence."""
        day = f" on {self.at:%Y-%m-%d}" if self.at else ""
        return f"{self.what}: {HOW[self.how]} {self.who}{day}" + (f" ({self.why})" if self.why else "")


class Joinings:
    """Looks up why rows and accounts are somebody's."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pairs = Pairs()

    def rows(self, rows: Iterable[Person]) -> tuple[Joined, ...]:
        """Return by whose word these rows of one person are hers, those of rules included."""
        with self._store.reading() as connection:
            found = [
                pair
                for row in rows
                for pair in self._pairs.about(connection, "people", (row.source, row.key), ["same"])
            ]
        return tuple(_told({pair.id: pair for pair in found}.values()))

    def accounts(self, person: Person, platform: str) -> tuple[Joined, ...]:
        """Return by whose word an account there is this person's that others had made."""
        place = (person.source, person.key)
        with self._store.reading() as connection:
            found = self._pairs.about(connection, "account", place, ["same"])
        return tuple(_told(pair for pair in found if pair.name.where == platform))


def _told(pairs: Iterable[Pair]) -> Iterator[Joined]:
    for pair in pairs:
        name = pair.name
        account = f"account {name.key}"
        what = account if name.kind == "account" else f"{name.where}/{name.key} and {name.source}/{name.number}"
        by_rule = pair.decided_by == RULE
        how = "rule" if by_rule else "decided" if pair.rules else "by_hand"
        who, why = (pair.why, "") if by_rule else (pair.decided_by, pair.why)
        yield Joined(what, how, who, why, pair.decided_at, pair.id)
