"""Machine clients put together: their routes, and their token endpoint."""

from __future__ import annotations

from sso_bridge.admin.clients import ClientRoutes
from sso_bridge.admin.delegation import Reach
from sso_bridge.login.limits import FailureLimit
from sso_bridge.login.once import FirstTime
from sso_bridge.machine_clients.authentication import Authentication
from sso_bridge.machine_clients.desk import ISSUER_PATH, TOKEN_PATH, TokenDesk
from sso_bridge.parts.site import SiteParts
from sso_bridge.store.administration.clients import MachineClients
from sso_bridge.store.sign_in.throttle import Throttle

FAILURES = (20, 5.0)
"""So many wrong proofs at once, then one in so many seconds: for each client and network."""


def client_routes(parts: SiteParts, reach: Reach) -> ClientRoutes:
    """Return the routes of machine clients."""
    clients = MachineClients(parts.store, parts.clock)
    return ClientRoutes(clients, parts.tokens, parts.audit, parts.clock, reach)


def token_desk(parts: SiteParts) -> TokenDesk:
    """Return what stands behind their token endpoint."""
    throttle, site = Throttle(parts.store), parts.settings.public_url
    authentication = Authentication(
        MachineClients(parts.store, parts.clock),
        (f"{site}{ISSUER_PATH}", f"{site}{TOKEN_PATH}"),
        FailureLimit("machine client", *FAILURES, throttle, parts.clock),
        FirstTime(throttle, parts.clock),
        parts.clock,
    )
    return TokenDesk(authentication, parts.tokens, throttle, parts.audit, parts.clock, site)
