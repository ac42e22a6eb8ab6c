"""Who may come in: one bearer token in the Authorization header, not too often (AD-05, AD-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from flask import Request

from sso_bridge.admin.bounds import Bound
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.problems import Forbidden, TooMany, Unauthenticated
from sso_bridge.clock import Clock
from sso_bridge.login.ports import Limit, Throttle

LONGEST = 200
OUT_OF_REACH = "out_of_reach"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="sso-bridge"'}


class Tokens(Protocol):
    """Where tokens are checked (`store.tokens.Tokens`)."""

    def check(self, text: str, /) -> ApiToken | None:
        """Return the token this is, or None."""
        ...


class Allows(Protocol):
    """The closed table of permissions (`admin.permissions.allows`)."""

    def __call__(self, token: ApiToken, permission: str, /) -> bool:
        """Return whether the token may."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then one in so many seconds: for each token, and for wrong tokens from one address."""

    token: tuple[int, float] = (300, 0.1)
    stranger: tuple[int, float] = (30, 2.0)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets callers in; Unauthenticated, Forbidden or TooMany otherwise."""

    tokens: Tokens
    allows: Allows
    throttle: Throttle
    clock: Clock
    rate: Rate = Rate()
    name: str = "api"

    def enter(self, request: Request) -> ApiToken:
        """Return the caller's token. Anything that is not exactly one bearer token is none."""
        token = self.tokens.check(_bearer(request))
        if token is None:
            self._slow_down(f"{self.name} stranger {request.remote_addr}", self.rate.stranger)
            raise Unauthenticated(headers=CHALLENGE)
        self._slow_down(f"{self.name} {token.actor}", self.rate.token)
        return token

    def check(self, token: ApiToken, permission: str, within: tuple[Bound, ...] = (), beyond: str = "") -> None:
        """Raise Forbidden unless the token may; one with bounds may only where these bounds are kept.

        `beyond` is why they are not, for whoever is refused.
        """
        if not self.allows(token, permission):
            raise Forbidden(f"this takes the permission {permission}")
        if not token.bounds.kinds <= set(within):
            said = beyond or "it reaches further than the token"
            raise Forbidden(f"this cannot be done with these delegated rights: {said}", code=OUT_OF_REACH)

    def _slow_down(self, key: str, rate: tuple[int, float]) -> None:
        wait = self.throttle.take([Limit(key, *rate)], self.clock())
        if wait:
            raise TooMany(f"try again in {wait} seconds", headers={"Retry-After": str(wait)})


def _bearer(request: Request) -> str:
    given = request.headers.getlist("Authorization")
    if len(given) != 1 or len(given[0]) > LONGEST:
        return ""
    kind, _, text = given[0].partition(" ")
    return text if kind.lower() == "bearer" else ""
