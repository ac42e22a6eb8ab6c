"""Pairs by hand what no rule has found: two rows of HR, or a person and an account that is nobody's.

It is a pair like any other: decided by one or two people, remembered, audited, and taken back. It has no rule, so no
change of the rules ends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from mappings.employment import active_on
from mappings.people import ERASED_MARK, Person
from provisioners.correlation.rules import NO
from sso_bridge.correlation.desk import CorrelationDesk, NotDecidable
from sso_bridge.store.staff.pairs import Name, Pair
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.statements import JOINED
from sso_bridge.store.sync.moving import LIVING
from sso_bridge.store.sync.shadows import StoredShadows


@dataclass(frozen=True, slots=True)
class Pairing:
    """Finds both by what people call them, and gives the pair to the desk."""

    desk: CorrelationDesk

    def find(self, person: str, *, row: str = "", account: str = "") -> Pair:
        """Return the pair of a person with a row or an account, kept as open when nobody has looked at it yet.

        A person is our id, an HR number or SOURCE/NUMBER, a row SOURCE/NUMBER, an account PLATFORM/ID. LookupError when
        there is none of them. It joins the open transaction; whoever refuses the pair rolls that back.
        """
        one = self._person(person)
        place, _, key = (account or row).partition("/")
        if account:
            name = Name("account", place, key, one.source, one.key)
            if self._shadows.account_of(place, key) is None:
                raise LookupError(f"there is no account {account}")
        else:
            other = self._row(place, key)
            name = Name.of_people((one.source, one.key), (other.source, other.key))
        pairs = self.desk.comparing.pairs
        with self.desk.store.writing() as connection:
            known = pairs.named(connection, [name]).get(name)
            if known is None or known.state == "void":
                known = pairs.keep(connection, {name: NO}, self.desk.clock())[name]
            return known

    def check(self, pair: Pair) -> None:
        """Raise NotDecidable when these two cannot be one, whatever anybody says."""
        people = self.desk.people(pair)
        if any(one.is_external or one.key.startswith(ERASED_MARK) for one in people):
            raise NotDecidable("one of the two is nobody of HR")
        if any(one.status == JOINED for one in people):
            raise NotDecidable("one of the two is part of somebody already: undo that first")
        if pair.name.kind == "account":
            self._check_account(pair, *people)
        else:
            self._check_rows(people)

    def pair(self, pair: Pair, actor: str, why: str = "") -> Pair:
        """Say that these two are the same; `proposed` when it takes a second one. NotDecidable, SecondPersonNeeded."""
        self.check(pair)
        return self.desk.decide(pair.id, "same", actor, why)

    @property
    def _shadows(self) -> StoredShadows:
        return StoredShadows(self.desk.store, self.desk.clock)

    def _person(self, text: str) -> Person:
        people = People(self.desk.store, self.desk.clock)
        place, _, key = text.partition("/")
        found = people.by_uuid(text) or people.by_any_key(text) or people.by_key(place, key)
        if found is None:
            raise LookupError(f"nobody is {text}, or two HR sources both have this number")
        return found

    def _row(self, source: str, number: str) -> Person:
        found = People(self.desk.store, self.desk.clock).by_key(source, number)
        if found is None:
            raise LookupError(f"there is no row {source}/{number}")
        return found

    def _check_rows(self, people: tuple[Person, ...]) -> None:
        if len({one.id for one in people}) == 1:
            raise NotDecidable("both are the same row")
        if len({one.source for one in people}) == 1 and not any(map(self.desk.comparing.is_over, people)):
            raise NotDecidable("two numbers of one source are two people, unless one of them has ended")

    def _check_account(self, pair: Pair, person: Person) -> None:
        shadow = self._shadows.account_of(pair.name.where, pair.name.key)
        if shadow is None or shadow.person_id or shadow.state not in LIVING:
            raise NotDecidable("the account is somebody's by now, or not there any more")
        if shadow.management == "protected":
            raise NotDecidable("the account is protected")
        if not active_on(person, self.desk.today()):
            raise NotDecidable("this person does not work here")
        mine = self._shadows.some(pair.name.where, [person.id]).values()
        if any(one.state in LIVING for one in mine):
            raise NotDecidable("this person has an account there")
