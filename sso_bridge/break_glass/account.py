"""One account: what is kept of it, and whether it is still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

OPEN_FOR = timedelta(hours=24)
"""How long an account works after its first use; then only sealing it anew helps."""

TOKEN_FOR = timedelta(hours=1)
"""How long the token lives that a sign-in gives."""

State = Literal["sealed", "broken", "closed"]
SHAPE = r"[a-z0-9][a-z0-9-]{0,62}"


@dataclass(frozen=True, slots=True)
class Account:
    """`sealed` holds the app's secret, bound to this row; `counter` is the last step of it that was used."""

    name: str
    password_hash: str = field(repr=False)
    sealed: bytes = field(repr=False)
    counter: int
    sealed_at: datetime
    sealed_by: str
    broken_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """Return whether the seal is whole, broken less than a day ago, or broken for longer."""
        if self.broken_at is None:
            return "sealed"
        return "broken" if now - self.broken_at < OPEN_FOR else "closed"

    @property
    def actor(self) -> str:
        """Return who acts with it: every token of the account is this one hand (AD-08)."""
        return f"break_glass:{self.name}"


class Accounts(Protocol):
    """Where they are kept."""

    def get(self, name: str, /) -> Account | None:
        """Return one."""
        ...

    def all(self) -> tuple[Account, ...]:
        """Return all, by name."""
        ...

    def put(self, account: Account, /) -> None:
        """Keep one, in place of the one of this name."""
        ...

    def use(self, account: Account, step: int, now: datetime, /) -> bool:
        """Note the step and the first use; False when another request was first with this code."""
        ...

    def remove(self, name: str, /) -> bool:
        """Forget one; False when there is none."""
        ...


def row_context(name: str) -> str:
    """Return what the secret is bound to."""
    return f"break_glass:{name}"
