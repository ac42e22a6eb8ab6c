"""Decides about pairs: the same, different, later; and undoes what was decided.

Making two one takes two people when both have something to lose (an account, or a way to sign in), and when an account
is like somebody's in name and address alone (AD-08, PR-08). What follows for platforms is shown by the next plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection

from mappings.days import Day
from mappings.people import Person
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.correlation.comparing import Comparing
from sso_bridge.store.administration.hands import at_console, check_two_hands
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.staff.pairs import PENDING, Pair
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.register import locked_version
from sso_bridge.store.staff.statements import JOINED, WAITING
from sso_bridge.store.sync.moving import Moved, Moving
from sso_bridge.store.sync.shadows import StoredShadows

Decision = Literal["same", "different", "later"]
Stands = Callable[[str, str, Sequence[Person]], bool]


class NotDecidable(Exception):
    """The pair is not what the decision supposes any more; the message says why."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class CorrelationDesk:
    """The one way in which it is decided who is who, for commands and the admin API alike.

    `stands` tells whether who proposed it could still do so, for an account on this platform, or for these people.
    """

    store: Store
    clock: Clock
    audit: AuditTrail
    tokens: Tokens
    today: Callable[[], Day]
    stands: Stands

    @property
    def comparing(self) -> Comparing:
        """Return what compares."""
        return Comparing(self.store, self.clock, self.audit, self.today)

    def decide(self, number: int, decision: Decision, actor: str, why: str = "") -> Pair:
        """Keep a decision and do what follows; return the pair, `proposed` when somebody else has to agree.

        LookupError for no pair, NotDecidable, SecondPersonNeeded when the same hand agrees with itself.
        """
        comparing = self.comparing
        with self.store.writing() as connection:
            locked_version(connection)
            pair = comparing.pairs.get(connection, number)
            if not pair.pending:
                raise NotDecidable(f"it was decided already: {pair.state}")
            if decision == "same" and self._proposes(connection, pair, actor):
                comparing.pairs.set(connection, [number], "proposed", proposed_by=actor, why=why)
                self._note("correlation.proposed", actor, pair, why)
            else:
                moved = self._same(connection, pair) if decision == "same" else {}
                said = {"decided_by": actor, "decided_at": self.clock(), "why": why, "moved": moved}
                comparing.pairs.set(connection, [number], decision, **said)
                self._settle(connection, pair, decision)
                self._note(f"correlation.{decision}", actor, pair, why, moved)
            return comparing.pairs.get(connection, number)

    def undo(self, number: int, actor: str, why: str = "") -> Pair:
        """Take a decision back: what was one is two again, with their own permanent ids; LookupError, NotDecidable.

        A pair by hand asks nobody afterwards, unless a row waits for an answer; one that is only proposed is withdrawn.
        """
        comparing = self.comparing
        with self.store.writing() as connection:
            locked_version(connection)
            pair = comparing.pairs.get(connection, number)
            if pair.state not in {"same", "different"} and not (pair.state == "proposed" and not pair.rules):
                raise NotDecidable("there is no decision to take back")
            if pair.state == "same":
                self._apart(connection, pair)
            nothing = {"proposed_by": "", "decided_by": actor, "decided_at": self.clock(), "why": why, "moved": {}}
            asks = pair.rules or pair.moved.get("waited")
            comparing.pairs.set(connection, [number], "open" if asks else "void", **nothing)
            self._note("correlation.undone", actor, pair, why, {"was": pair.state})
            return comparing.pairs.get(connection, number)

    def takes_two(self, connection: Connection, pair: Pair) -> bool:
        """Return whether making them one takes two people."""
        if pair.name.kind == "account":
            return not pair.strong
        moving = Moving(self.store, self.clock)
        return all(any(moving.holds(connection, one.id)) for one in self.people(pair))

    def people(self, pair: Pair) -> tuple[Person, ...]:
        """Return the rows of a pair, the one that stays first; only the person, of an account."""
        register, name = People(self.store, self.clock), pair.name
        second = register.by_key(name.source, name.number)
        if name.kind == "account":
            return (second,) if second else ()
        first = register.by_key(name.where, name.key)
        found = [one for one in (first, second) if one is not None]
        return tuple(sorted(found, key=lambda one: (one.status in {WAITING, JOINED}, one.id)))

    def _proposes(self, connection: Connection, pair: Pair, actor: str) -> bool:
        """Return whether this only proposes it; SecondPersonNeeded when the one who did cannot agree as well.

        A proposal of somebody who has no such rights any more, or not over these two, counts for nothing.
        """
        if at_console(actor) or not self.takes_two(connection, pair):
            return False
        account_on = pair.name.where if pair.name.kind == "account" else ""
        if pair.state != "proposed" or not self.stands(pair.proposed_by, account_on, self.people(pair)):
            return True
        check_two_hands(self.tokens, pair.proposed_by, actor)
        return False

    def _same(self, connection: Connection, pair: Pair) -> dict[str, Any]:
        people = self.people(pair)
        if pair.name.kind == "account":
            return self._adopt(connection, pair, *people)
        if len(people) != 2:  # noqa: PLR2004 - a pair
            raise NotDecidable("one of the two is not there any more")
        whole, part = people
        if JOINED in {whole.status, part.status}:
            raise NotDecidable("one of the two is part of somebody already: undo that first")
        waited = part.status == WAITING
        moved = Moving(self.store, self.clock).move(connection, part.id, whole.id)
        brought = self.comparing.statements.join(connection, part.id, whole.id)
        self._sign_out(part.id)
        return {
            "part": part.uuid, "into": whole.uuid, "waited": waited, "brought": list(brought),
            "accounts": [asdict(one) for one in moved],
        }  # fmt: skip

    def _adopt(self, connection: Connection, pair: Pair, *people: Person) -> dict[str, Any]:
        shadow = StoredShadows(self.store, self.clock).account_of(pair.name.where, pair.name.key)
        if not people or shadow is None or shadow.person_id or shadow.state == "deleted":
            raise NotDecidable("the account is somebody's by now, or not there any more")
        if shadow.management == "protected":
            raise NotDecidable("the account is protected")
        try:
            Moving(self.store, self.clock).adopt(connection, shadow, people[0].id)
        except ValueError as error:
            raise NotDecidable(str(error)) from None
        return {"into": people[0].uuid, "accounts": [asdict(Moved(shadow.platform, shadow.remote_id))]}

    def _apart(self, connection: Connection, pair: Pair) -> None:
        register, moving, moved = People(self.store, self.clock), Moving(self.store, self.clock), pair.moved
        whole = register.by_uuid(str(moved.get("into", "")))
        accounts = [Moved(**one) for one in moved.get("accounts", ())]
        if whole is None:
            raise NotDecidable("the person is not there any more")
        if pair.name.kind == "account":
            for one in accounts:
                moving.let_go(connection, one, whole.id)
            return
        part = register.by_uuid(str(moved.get("part", "")))
        if part is None or part.status != JOINED:
            raise NotDecidable("the row is not part of the person any more")
        statements = self.comparing.statements
        if statements.root_of(connection, [part.id]).get(part.id) != whole.id:
            raise NotDecidable("the person is part of somebody else by now: undo that first")
        brought = [int(one) for one in moved.get("brought", ())]
        statements.split(connection, part.id, brought, waits=bool(moved.get("waited")))
        moving.move(connection, whole.id, part.id, accounts)
        for person_id in (whole.id, part.id):
            self._sign_out(person_id)

    def _settle(self, connection: Connection, pair: Pair, decision: Decision) -> None:
        """Let a row go that waits for nothing any more, and close what is answered by this."""
        if pair.name.kind == "account":
            self._close_accounts(connection, pair, decision)
            return
        comparing = self.comparing
        for one in self.people(pair):
            if one.status == JOINED:
                others = comparing.pairs.about(connection, "people", (one.source, one.key), PENDING)
                comparing.pairs.set(connection, [each.id for each in others if each.id != pair.id], "void")
            elif one.status == WAITING:
                left = comparing.pairs.about(connection, "people", (one.source, one.key), PENDING)
                if not left:
                    comparing.statements.release(connection, [one.id])

    def _close_accounts(self, connection: Connection, pair: Pair, decision: Decision) -> None:
        if decision != "same":
            return
        pairs, name = self.comparing.pairs, pair.name
        others = [
            *pairs.about(connection, "account", (name.where, name.key), PENDING),
            *(
                each
                for each in pairs.about(connection, "account", (name.source, name.number), PENDING)
                if each.name.where == name.where
            ),
        ]
        pairs.set(connection, [each.id for each in others if each.id != pair.id], "void")

    def _sign_out(self, person_id: int) -> None:
        """End what is open under this id: nobody goes on as somebody else in the middle of a session."""
        Sessions(self.store, timedelta()).end_person(person_id, "correlated", self.clock())
        OpenIdGrants(self.store, self.clock).revoke_person(person_id)

    def _note(self, what: str, actor: str, pair: Pair, why: str, more: dict[str, Any] | None = None) -> None:
        name = pair.name
        after = {
            "pair": pair.id, "kind": name.kind, "one": f"{name.where}/{name.key}",
            "other": f"{name.source}/{name.number}", "by_hand": not pair.rules, **(more or {}),
        }  # fmt: skip
        self.audit.record(Event(what, actor, f"correlation:{pair.id}", after=after, why=why))
