"""What a protocol towards platforms must be able to do."""

from __future__ import annotations

from typing import Protocol

from sso_bridge.errors import BridgeError
from sso_bridge.login.asked import Answer, Asked, Released, SignedIn


class Responder(Protocol):
    """One protocol. Both verbs run inside the transaction of the sign-in: what they store is kept or lost with it."""

    @property
    def protocol(self) -> str:
        """Return `saml`, `oidc` ..."""
        ...

    def answer(self, asked: Asked, who: SignedIn, released: Released) -> Answer:
        """Return the successful answer for the platform."""
        ...

    def refuse(self, asked: Asked, why: BridgeError) -> Answer | None:
        """Return the protocol's own error answer, or None when a local page must be shown instead."""
        ...
