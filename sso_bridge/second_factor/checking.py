"""Is this the person's own second factor? Tries are counted per person, and each code and each answer counts once."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.people import Person
from sso_bridge.clock import Clock
from sso_bridge.errors import TooManyAttempts
from sso_bridge.login.ports import Limit, Throttle
from sso_bridge.login.step_up import Proof
from sso_bridge.second_factor import recovery, totp
from sso_bridge.second_factor.ports import Factor, Factors, Safe, row_context
from sso_bridge.second_factor.refusals import SecondFactorRefused
from sso_bridge.second_factor.security_keys import SecurityKeys, credential_of
from sso_bridge.second_factor.tickets import Tickets

TRIES = (5, 300.0)
"""Five at once, then one in five minutes: in a year 105,000 of a million codes of which three hold, and each wrong one
is in the audit. Right ones are given back."""

LONGEST = 64
TO_PROVE = "prove"


@dataclass(frozen=True, slots=True)
class Question:
    """What the page for a key needs: the options for the browser, and the ticket that goes back with its answer."""

    options: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Checking:
    """Asks for and checks codes and keys."""

    factors: Factors
    safe: Safe
    tickets: Tickets
    keys: SecurityKeys
    throttle: Throttle
    clock: Clock

    def kinds(self, person: Person) -> frozenset[str]:
        """Return the kinds of factors that the person has and this address allows."""
        kinds = {factor.kind for factor in self.factors.of_person(person.id)}
        return frozenset(kinds if self.keys.possible else kinds - {"webauthn"})

    def question(self, person: Person, session: str) -> Question:
        """Return a new challenge for the person's keys."""
        challenge = self.keys.new_challenge()
        known = [one.credential for one in self.factors.of_person(person.id) if one.credential is not None]
        return Question(self.keys.to_prove(challenge, known), self.tickets.write(TO_PROVE, session, challenge))

    def code(self, person: Person, typed: str) -> Proof:
        """Return the proof for a code of an app or a recovery code; SecondFactorRefused, TooManyAttempts."""
        limits = (Limit(f"second factor\x1f{person.id}", *TRIES),)
        wait = self.throttle.take(limits, self.clock())
        if wait:
            raise TooManyAttempts(wait, "too many codes were tried for this person")
        proof = self._app(person, typed) or self._recovery(person, typed)
        self.throttle.give_back(limits, self.clock())
        return proof

    def key(self, person: Person, session: str, ticket: str, response: str) -> Proof:
        """Return the proof for a security key's answer; SecondFactorRefused."""
        challenge = self.tickets.take(TO_PROVE, session, ticket)
        credential = credential_of(response)
        own = [one for one in self.factors.of_person(person.id) if one.credential == credential]
        if not own:
            raise SecondFactorRefused("foreign_key", "the key is not registered for this person")
        factor = own[0]
        public_key = self.safe.open(factor.sealed, row_context(person.id, factor.id))
        answered = self.keys.proved(response, challenge, public_key, factor.counter)
        if not self.factors.use(factor, answered.counter, self.clock()):
            raise SecondFactorRefused("key_counter", "the key's count of uses was reached before")
        return Proof(answered.method, f"key {factor.id}")

    def _app(self, person: Person, typed: str) -> Proof | None:
        """Return the proof when it is the code of one of the person's apps; None when it cannot be one of an app."""
        code = "".join(typed.split())
        if len(typed) > LONGEST or not (code.isascii() and code.isdigit() and len(code) == totp.DIGITS):
            return None
        for factor in self.factors.of_person(person.id):
            if factor.kind == "totp" and self._fits(factor, code):
                return Proof(("otp",), f"app {factor.id}")
        raise SecondFactorRefused("wrong_code", "the code is of no app of this person, or was used before")

    def _fits(self, factor: Factor, code: str) -> bool:
        now = self.clock()
        secret = self.safe.open(factor.sealed, row_context(factor.person_id, factor.id))
        step = totp.step_of(secret, code, now, factor.counter)
        return step is not None and self.factors.use(factor, step, now)

    def _recovery(self, person: Person, typed: str) -> Proof:
        if len(typed) > LONGEST or not recovery.plain(typed):
            raise SecondFactorRefused("wrong_code", "neither six digits nor a recovery code")
        if not self.factors.spend(person.id, recovery.code_hash(person.uuid, typed)):
            raise SecondFactorRefused("wrong_code", "no unused recovery code of this person")
        return Proof(("otp",), "recovery code")
