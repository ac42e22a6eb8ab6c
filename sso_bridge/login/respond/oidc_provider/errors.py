"""How the OpenID endpoints say no. Descriptions are fixed sentences: nothing a request said comes back (OP-21)."""

from __future__ import annotations

from sso_bridge.login.respond.oidc_provider.answers import Return


class OAuthError(Exception):
    """A JSON error of the token, revocation, introspection or userinfo endpoint (RFC 6749 5.2, RFC 6750 3).

    `challenge` is the WWW-Authenticate header, empty when there is none; `retry_after` is in seconds, 0 for never mind.
    """

    def __init__(
        self, error: str, description: str = "", *, status: int = 400, challenge: str = "", retry_after: int = 0
    ) -> None:
        self.error = error
        self.description = description
        self.status = status
        self.challenge = challenge
        self.retry_after = retry_after
        super().__init__(f"{error}: {description}")


class AuthorizationRefused(Exception):
    """An authorization request that is wrong, of a client and return address that are right: told to the platform."""

    def __init__(self, target: Return, platform: str, error: str, description: str = "") -> None:
        self.target = target
        self.platform = platform
        self.error = error
        self.description = description
        super().__init__(f"{error}: {description}")
