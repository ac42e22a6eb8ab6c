"""Adding and removing factors. Who may is decided by how fresh the session is: see `allowed`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from mappings.people import Person
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.login.ports import Transactions
from sso_bridge.login.step_up import Proof
from sso_bridge.second_factor import recovery, totp
from sso_bridge.second_factor.checking import Question
from sso_bridge.second_factor.ports import Factor, Factors, Kind, Safe, row_context
from sso_bridge.second_factor.refusals import FactorNotAdded, SecondFactorRefused
from sso_bridge.second_factor.security_keys import SecurityKeys
from sso_bridge.second_factor.tickets import Tickets
from sso_bridge.session.desk import Present

FRESH = timedelta(minutes=5)
"""How old a sign-in may be with which somebody touches factors: a screen left open is not enough."""

TO_ADD_APP, TO_ADD_KEY = "add an app", "add a key"
LONGEST_TITLE = 64
Lack = Literal["", "sign_in", "second_factor"]


@dataclass(frozen=True, slots=True)
class NewApp:
    """A secret that waits for its first code: as text, as address for a QR code, and sealed in a ticket."""

    secret: str
    address: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What `/security` does."""

    factors: Factors
    safe: Safe
    tickets: Tickets
    keys: SecurityKeys
    transactions: Transactions
    audit: AuditTrail
    clock: Clock

    def lacks(self, present: Present) -> Lack:
        """Return what the session lacks to touch factors: a fresh sign-in for the first one, later a factor of ours."""
        fresh = self.clock() - present.session.authenticated_at <= FRESH
        if not self.factors.of_person(present.person.id):
            return "" if fresh else "sign_in"
        return "" if fresh and present.session.first else "second_factor"

    def new_app(self, present: Present, name: str) -> NewApp:
        """Return a new secret; nothing is kept until a code of it comes back."""
        secret = totp.new_secret()
        address = totp.address(secret, self.keys.title, name)
        return NewApp(totp.written(secret), address, self.tickets.write(TO_ADD_APP, present.session.name, secret))

    def same_app(self, present: Present, name: str, ticket: str) -> NewApp:
        """Return the secret of a ticket once more, after a code that was mistyped; SecondFactorRefused."""
        secret = self.tickets.read(TO_ADD_APP, present.session.name, ticket)
        return NewApp(totp.written(secret), totp.address(secret, self.keys.title, name), ticket)

    def add_app(self, present: Present, ticket: str, code: str, title: str) -> Proof:
        """Keep the app whose code this is; SecondFactorRefused, FactorNotAdded."""
        secret = self.tickets.read(TO_ADD_APP, present.session.name, ticket)
        step = totp.step_of(secret, "".join(code.split()), self.clock())
        if step is None:
            raise SecondFactorRefused("wrong_code", "the app shows another code")
        self.tickets.take(TO_ADD_APP, present.session.name, ticket)
        return Proof(("otp",), self._added(present.person, "totp", title, secret, step))

    def new_key(self, present: Present, name: str) -> Question:
        """Return what the browser needs to register a key."""
        challenge, person = self.keys.new_challenge(), present.person
        known = [one.credential for one in self.factors.of_person(person.id) if one.credential is not None]
        options = self.keys.to_register(challenge, person.uuid, name, known)
        return Question(options, self.tickets.write(TO_ADD_KEY, present.session.name, challenge))

    def add_key(self, present: Present, ticket: str, response: str, title: str) -> Proof:
        """Keep the key that answered; SecondFactorRefused, FactorNotAdded."""
        new = self.keys.registered(response, self.tickets.take(TO_ADD_KEY, present.session.name, ticket))
        said = self._added(present.person, "webauthn", title, new.public_key, new.counter, new.credential)
        return Proof(new.method, said)

    def remove(self, person: Person, id_: str) -> bool:
        """Forget one of the person's factors; False when there is none of this id."""
        with self.transactions.writing():
            if not self.factors.remove(person.id, id_):
                return False
            self._record("second_factor.removed", person, id_)
        return True

    def new_codes(self, person: Person) -> tuple[str, ...]:
        """Return ten new recovery codes; those before are void."""
        codes = recovery.new_codes()
        with self.transactions.writing():
            hashes = [recovery.code_hash(person.uuid, one) for one in codes]
            self.factors.replace_codes(person.id, hashes, self.clock())
            self._record("second_factor.codes_made", person, "recovery codes")
        return codes

    def _added(
        self, person: Person, kind: Kind, title: str, secret: bytes, counter: int, credential: bytes | None = None
    ) -> str:
        """Keep one and return what the audit calls it."""
        id_ = secrets.token_hex(16)
        sealed, named = self.safe.seal(secret, row_context(person.id, id_)), _line(title) or kind
        factor = Factor(id_, person.id, kind, named, sealed, self.clock(), credential, counter)
        with self.transactions.writing():
            if not self.factors.add(factor):
                raise FactorNotAdded("the person has ten, or the key is registered already")
            self._record("second_factor.added", person, f"{kind} {id_}")
        return f"{kind} {id_}"

    def _record(self, what: str, person: Person, why: str) -> None:
        self.audit.record(Event(what, f"person:{person.uuid}", f"person:{person.uuid}", why=why))


def _line(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()[:LONGEST_TITLE]
