"""The bridge as its own platform: somebody signs in to the portal, the console or their sessions."""

from __future__ import annotations

from sso_bridge.errors import BridgeError
from sso_bridge.login.asked import Answer, Asked, Redirect, Released, SignedIn

PROTOCOL = "bridge"


def asked_for(next_path: str) -> Asked:
    """Return the wish to go to a page of ours; the path was checked by `web.safe_redirect`."""
    return Asked(PROTOCOL, details={"next": next_path})


class BridgeItself:
    """Fulfils `respond.contract.Responder`."""

    protocol = PROTOCOL

    def answer(self, asked: Asked, _who: SignedIn, _released: Released) -> Answer:
        """Go on to the page."""
        return Redirect(str(asked.details["next"]))

    def refuse(self, _asked: Asked, _why: BridgeError) -> Answer | None:
        """There is nobody to tell but the person."""
        return None
