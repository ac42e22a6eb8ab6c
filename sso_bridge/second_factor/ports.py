"""What second factors need from outside; fulfilled by `sso_bridge.store` and `keys`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["totp", "webauthn"]
MOST = 10
"""So many factors one person may have; nobody needs more, and a list stays a list."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a person.

    `sealed` holds the secret of an app or the public key of a security key, bound to this row: a row that is copied to
    another person opens nothing. `counter` is the last step used, or the key's own count of uses.
    """

    id: str
    person_id: int
    kind: Kind
    title: str
    sealed: bytes = field(repr=False)
    added_at: datetime
    credential: bytes | None = None
    counter: int = 0
    used_at: datetime | None = None


class Factors(Protocol):
    """Where they are kept."""

    def of_person(self, person_id: int, /) -> tuple[Factor, ...]:
        """Return a person's factors, oldest first."""
        ...

    def add(self, factor: Factor, /) -> bool:
        """Keep one; False when the person has `MOST` already, or the credential is somebody's."""
        ...

    def use(self, factor: Factor, counter: int, now: datetime, /) -> bool:
        """Move the counter on; False when another request moved it that far first: each code counts once."""
        ...

    def remove(self, person_id: int, id_: str, /) -> bool:
        """Forget one; False when the person has none of this id."""
        ...

    def clear(self, person_id: int, /) -> int:
        """Forget all of a person, and the recovery codes; how many factors."""
        ...

    def codes_left(self, person_id: int, /) -> int:
        """Return how many recovery codes are unused."""
        ...

    def replace_codes(self, person_id: int, hashes: Iterable[bytes], now: datetime, /) -> None:
        """Keep new recovery codes; the old ones are void."""
        ...

    def spend(self, person_id: int, code_hash: bytes, /) -> bool:
        """Use a recovery code up; False when it is none, or was used."""
        ...


class Safe(Protocol):
    """Seals what must not be read or moved in the database (`keys.ring.KeyRing`)."""

    def seal(self, plain: bytes, context: str, /) -> bytes:
        """Return the envelope."""
        ...

    def open(self, envelope: bytes, context: str, /) -> bytes:
        """Return what is inside; VaultClosed."""
        ...


class Once(Protocol):
    """Remembers what counts only once, together with all other processes (`login.once.FirstTime`)."""

    def first(self, workplace: str, message: str, until: datetime, /) -> bool:
        """Return whether this was never seen; remember it until that moment."""
        ...


def row_context(person_id: int, id_: str) -> str:
    """Return what `Factor.sealed` is bound to."""
    return f"second_factor:{person_id}:{id_}"
