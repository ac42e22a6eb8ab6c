"""What a kind of workplace offers the doctor, beside `check`. Both are optional."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sso_bridge.question import Question


@runtime_checkable
class Examined(Protocol):
    """Optional: a kind that can say more about a fault than `check` does."""

    def examine(self) -> Iterator[Question]:
        """Yield the questions in the order of what rests on what. They read only, and tell no password and no entry.

        The next is made when the one before was answered: a kind stops where nothing more can be learned.
        """
        ...


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The account behind a service name, as its directory has it. `kvno` is 0 where it cannot be read."""

    kvno: int
    disabled: bool
    aes: bool


@runtime_checkable
class KnowsServices(Protocol):
    """Optional: a Windows domain, where service names, key versions and the KDC are found."""

    def service_accounts(self, name: str) -> tuple[ServiceAccount, ...] | None:
        """Return the accounts with this service name; None when this kind of directory has no such names."""
        ...

    @property
    def kdc_hosts(self) -> tuple[str, ...]:
        """Return the hosts that also give out tickets; none when that is not known."""
        ...
