"""Sees to it that no order of a machine goes unrecorded, done or refused (AD-11).

Rooms record what they do themselves, with before and after. Where one has not, and where an order was refused, the
witness records who gave which order and how it ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.problems import Refused
from sso_bridge.api.route import Route
from sso_bridge.api.translate import translated
from sso_bridge.audit.circumstances import Circumstances
from sso_bridge.audit.events import AuditTrail, Event

LOOKS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Witness:
    """Looks at the orders of known callers; strangers are in the log only, or they would fill the audit."""

    audit: AuditTrail
    circumstances: Circumstances

    def done(self, route: Route, token: ApiToken) -> None:
        """Record the order, unless its room has."""
        if route.method not in LOOKS and not self.circumstances.recorded():
            self.audit.record(Event("api.called", token.actor, _order(route)))

    def refused(self, route: Route, token: ApiToken, error: Exception) -> None:
        """Record that the order was refused, or has failed."""
        if route.method in LOOKS:
            return
        known = error if isinstance(error, Refused) else translated(error)
        result = "failed" if known is None or known.status >= 500 else "refused"  # noqa: PLR2004 - a class of statuses
        code = known.code if known is not None else type(error).__name__
        self.audit.record(Event("api.refused", token.actor, _order(route), why=code, result=result))


def _order(route: Route) -> str:
    return f"{route.method} {route.path}"
