"""What a workplace must be able to do. A kind opts in to the ways of signing in that it has."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from sso_bridge.login.asked import VerifiedLogin


class Workplace(Protocol):
    """The required part."""

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        ...

    def check(self) -> str:
        """Return one sentence about the reachable service; raise WorkplaceDown with the cause. For `doctor`."""
        ...


@runtime_checkable
class TakesPassword(Protocol):
    """Optional: people type a name and a password into our form."""

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        """Return who that is, or raise SignInRefused (with the audit's reason) or WorkplaceDown."""
        ...
