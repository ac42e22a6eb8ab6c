"""What the doctor asks a directory about service names, keys and the KDC, on behalf of Kerberos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


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
