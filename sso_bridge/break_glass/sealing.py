"""Making, sealing anew and removing accounts: only on the machine itself, by the command line."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.break_glass.account import SHAPE, Account, Accounts, row_context
from sso_bridge.clock import Clock
from sso_bridge.login.authenticate.password_file import hash_password
from sso_bridge.login.ports import Transactions
from sso_bridge.second_factor import totp
from sso_bridge.second_factor.ports import Safe

PASSWORD_BYTES = 15


class NotSealed(Exception):
    """An account cannot be made or found; the message says why."""

    code = "not_sealed"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What goes into the envelope in the safe; shown this once."""

    name: str
    password: str = field(repr=False)
    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealing:
    """`issuer` is what the authenticator app calls us."""

    accounts: Accounts
    safe: Safe
    transactions: Transactions
    audit: AuditTrail
    clock: Clock
    issuer: str

    def create(self, name: str, by: str) -> Envelope:
        """Make an account; NotSealed when there is one of this name, or the name cannot be."""
        if not re.fullmatch(SHAPE, name):
            raise NotSealed("a name has small letters, digits and hyphens")
        if self.accounts.get(name) is not None:
            raise NotSealed(f"there is an account {name} already; renew it, or remove it first")
        return self._sealed(name, by, "break_glass.created")

    def renew(self, name: str, by: str) -> Envelope:
        """Seal an account anew with another password and secret; NotSealed when there is none."""
        if self.accounts.get(name) is None:
            raise NotSealed(f"there is no account {name}")
        return self._sealed(name, by, "break_glass.sealed")

    def remove(self, name: str, by: str) -> None:
        """Forget an account; NotSealed when there is none."""
        with self.transactions.writing():
            if not self.accounts.remove(name):
                raise NotSealed(f"there is no account {name}")
            self.audit.record(Event("break_glass.removed", by, row_context(name)))

    def _sealed(self, name: str, by: str, what: str) -> Envelope:
        secret, password = totp.new_secret(), _password()
        sealed = self.safe.seal(secret, row_context(name))
        account = Account(name, hash_password(password), sealed, 0, self.clock(), by)
        with self.transactions.writing():
            self.accounts.put(account)
            self.audit.record(Event(what, by, row_context(name)))
        return Envelope(name, password, totp.written(secret), totp.address(secret, self.issuer, name))


def _password() -> str:
    """Return 120 random bits that can be typed from paper."""
    text = base64.b32encode(secrets.token_bytes(PASSWORD_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
