"""Breaking the seal: password and code give a token for an hour, and everybody hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from sso_bridge.admin.tokens import ApiToken
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.break_glass.account import TOKEN_FOR, Account, Accounts, row_context
from sso_bridge.clock import Clock
from sso_bridge.errors import BridgeError, TooManyAttempts
from sso_bridge.login.authenticate.password_file import fits, hash_of_nobody
from sso_bridge.login.limits import network_of
from sso_bridge.login.ports import Limit, Throttle, Transactions
from sso_bridge.second_factor import totp
from sso_bridge.second_factor.ports import Safe
from sso_bridge.store.administration.tokens import Tokens

TRIES = (5, 60.0)
"""Per network. An account has no limit of its own: its password cannot be guessed, and nobody may lock it."""

OVERALL = (30, 1.0)
LONGEST = 256
log = structlog.get_logger(__name__)


class BreakGlassRefused(BridgeError):
    """Name, password or code is not right, or the account is closed. `reason` is for the audit only."""

    code = "break_glass_refused"
    status = 401
    sentence = "That is not right, or the account is closed."

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Alarm(Protocol):
    """Where a use is counted (`metrics.Metrics`)."""

    def broke_glass(self, outcome: str) -> None:
        """Count a use or a refused try."""
        ...


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed."""

    name: str
    password: str
    code: str


class Opening:
    """Checks what somebody typed. Needs no workplace, no platform and no configuration."""

    def __init__(
        self,
        accounts: Accounts,
        safe: Safe,
        tokens: Tokens,
        throttle: Throttle,
        transactions: Transactions,
        audit: AuditTrail,
        alarm: Alarm,
        clock: Clock,
    ) -> None:
        self.accounts = accounts
        self.safe = safe
        self.tokens = tokens
        self.throttle = throttle
        self.transactions = transactions
        self.audit = audit
        self.alarm = alarm
        self.clock = clock
        self._nobody = hash_of_nobody()

    def open(self, typed: Typed, address: str) -> tuple[ApiToken, str]:
        """Return an owner's token for an hour, with its text; BreakGlassRefused, TooManyAttempts. Both are told."""
        limits = (Limit(f"break glass\x1f{network_of(address)}", *TRIES), Limit("break glass", *OVERALL))
        wait = self.throttle.take(limits, self.clock())
        if wait:
            raise TooManyAttempts(wait, "too many tries at break-glass accounts")
        try:
            account, step = self._checked(typed)
            made = self._token(account, step, address)
        except BreakGlassRefused as why:
            self._refused(why, address)
            raise
        log.critical("break_glass.used", account=account.name, address=address, token=made[0].id)
        self.alarm.broke_glass("used")
        return made

    def _token(self, account: Account, step: int, address: str) -> tuple[ApiToken, str]:
        with self.transactions.writing():
            if not self.accounts.use(account, step, self.clock()):
                raise BreakGlassRefused("code_used")
            name, actor = f"break-glass {account.name}", account.actor
            token, text = self.tokens.create(name, "owner", lifetime=TOKEN_FOR, created_by=actor)
            self.audit.record(Event("break_glass.used", actor, token.actor, why="seal broken", address=address))
        return token, text

    def _checked(self, typed: Typed) -> tuple[Account, int]:
        """Return the account and the step of the code; an unknown name costs as much as a wrong password (LD-09)."""
        if max(len(typed.name), len(typed.password), len(typed.code)) > LONGEST:
            raise BreakGlassRefused("too_long")
        account = self.accounts.get(typed.name)
        right = fits(account.password_hash if account else self._nobody, typed.password)
        if account is None or not right:
            raise BreakGlassRefused("wrong_password" if account else "unknown_account")
        secret = self.safe.open(account.sealed, row_context(account.name))
        step = totp.step_of(secret, "".join(typed.code.split()), self.clock(), account.counter)
        if step is None:
            raise BreakGlassRefused("wrong_code")
        if account.state(self.clock()) == "closed":
            raise BreakGlassRefused("closed")
        return account, step

    def _refused(self, why: BreakGlassRefused, address: str) -> None:
        log.error("break_glass.refused", reason=why.reason, address=address)
        self.alarm.broke_glass("refused")
        with self.transactions.writing():
            self.audit.record(Event("break_glass.refused", "nobody", "bridge", why=why.reason, address=address))
