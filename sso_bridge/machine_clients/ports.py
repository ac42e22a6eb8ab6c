"""What the token endpoint of machine clients needs kept (`store.administration.clients`, `store...tokens`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sso_bridge.admin.tokens import ApiToken
from sso_bridge.machine_clients.client import MachineClient


class Clients(Protocol):
    """Where clients are kept."""

    def good(self, client_id: str, /) -> MachineClient | None:
        """Return a client that may ask for tokens now: neither it nor who made it was revoked or has ended."""
        ...

    def note_use(self, client_id: str, /) -> None:
        """Note that it asked."""
        ...


class AccessTokens(Protocol):
    """Where access tokens are kept."""

    def issue(self, client: MachineClient, scopes: Iterable[str], /) -> tuple[ApiToken, str]:
        """Return a new access token and its text."""
        ...

    def revoke_of(self, client_id: str, text: str, /) -> None:
        """End this access token, when it is one of this client."""
        ...
