"""What everybody may read is read often by machines; who asks without end is slowed down (AD-10).

One bucket per network, in the database: all processes share it. Sign-ins, tokens and the API have limits of their own.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

from sso_bridge.clock import Clock
from sso_bridge.login.limits import network_of
from sso_bridge.login.ports import Limit, Throttle

MANUAL: Final = frozenset({"/admin/openapi.json", "/admin/docs"})
PUBLIC: Final = (240, 0.25)
"""So many at once, then four in a second, for each network: a large company behind one address reads less."""


def install(app: Flask, throttle: Throttle, clock: Clock) -> None:
    """Slow down whoever reads metadata, keys, discovery or the manual without end."""

    @app.before_request
    def slow_down() -> Response | None:
        rule = request.url_rule.rule if request.url_rule is not None else ""
        if not is_public(rule):
            return None
        limit = Limit(f"public\x1f{network_of(request.remote_addr or '')}", *PUBLIC)
        wait = throttle.take([limit], clock())
        if not wait:
            return None
        headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
        return Response("too many requests\n", 429, headers, mimetype="text/plain")


def is_public(rule: str) -> bool:
    """Return whether an address is one of those that are read without any proof."""
    if rule.startswith(("/admin/v1/", "/hr/", "/scim/")):  # these have doors of their own
        return False
    return rule.startswith("/.well-known/") or rule.endswith(("/metadata", "/jwks")) or rule in MANUAL
