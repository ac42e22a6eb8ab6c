"""What a workplace must be able to do. A kind opts in to the ways of signing in that it has."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from sso_bridge.login.asked import VerifiedLogin

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105  names a method
"""The authentication context class of a password over TLS."""

EMPLOYEE_NUMBER = "employee_number"
"""The one key of `VerifiedLogin.keys` by which a new subject may be linked."""


class Workplace(Protocol):
    """The required part."""

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        ...

    @property
    def assurance(self) -> str:
        """Return the authentication context class its sign-ins have."""
        ...

    def check(self) -> str:
        """Return one sentence about the reachable service; raise WorkplaceDown with the cause. For `doctor`."""
        ...

    def close(self) -> None:
        """Close what is open: the workplace left the configuration, or the process ends."""
        ...


class Brake(Protocol):
    """Stops tries on one account of the workplace's own, under whatever spelling it was asked for (LD-08)."""

    def press(self, workplace: str, account: str) -> bool:
        """Return whether one more try is allowed, and count it."""
        ...

    def release(self, workplace: str, account: str) -> None:
        """Take the try back: the password was right."""
        ...


@runtime_checkable
class TakesPassword(Protocol):
    """Optional: people type a name and a password into our form."""

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        """Return who that is, or raise SignInRefused (with the audit's reason) or WorkplaceDown."""
        ...
