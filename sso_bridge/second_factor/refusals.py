"""What may go wrong with a second factor."""

from __future__ import annotations

from sso_bridge.errors import BridgeError


class SecondFactorRefused(BridgeError):
    """The code or key is not right, was used before, or is somebody else's. `reason` is for the audit only."""

    code = "second_factor_refused"
    status = 401
    sentence = "That code or key is not right, or was used before."

    def __init__(self, reason: str, cause: str = "") -> None:
        self.reason = reason
        super().__init__(cause or reason)


class FactorNotAdded(BridgeError):
    """There are ten factors already, or the key is registered already."""

    code = "factor_not_added"
    status = 409
    sentence = "This cannot be added: it is there already, or you have ten."
