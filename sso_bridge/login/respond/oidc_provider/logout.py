"""RP-initiated logout: what a platform may ask for when it sends somebody to sign out (OpenID RP-Initiated 2)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sso_bridge.errors import BadRequest, UnknownPlatform
from sso_bridge.login.respond.oidc_provider.client import Client, Clients
from sso_bridge.login.respond.oidc_provider.id_token import session_name
from sso_bridge.login.respond.oidc_provider.jose import BadToken, Jose
from sso_bridge.login.respond.oidc_provider.parameters import BadParameters, parse


@dataclass(frozen=True, slots=True)
class Farewell:
    """A verified wish: which session of which client, and where to go afterwards (empty: our own page)."""

    client_id: str
    session: str
    return_to: str

    def means(self, session_id: str) -> bool:
        """Return whether the ID token was about this bridge session, and not about another one in the same browser."""
        return session_name(session_id, self.client_id) == self.session


@dataclass(frozen=True, slots=True)
class LogoutRequests:
    """Reads logout requests. BadRequest for a local page: a wrong wish ends nothing and leads nowhere (OP-20)."""

    clients: Clients
    jose: Jose

    def read(self, text: bytes) -> Farewell | None:
        """Return the wish, or None without an id_token_hint: then the person must be asked, and stays with us."""
        try:
            given = parse(text)
        except BadParameters as bad:
            raise BadRequest(str(bad)) from bad
        if "id_token_hint" not in given:
            return None
        try:
            hint = self.jose.read_own_id_token(given["id_token_hint"], given.get("client_id", ""))
        except BadToken as bad:
            raise BadRequest("the id_token_hint is not an ID token of ours for this client") from bad
        client = self.clients.by_id(hint.client_id)
        if client is None:
            raise UnknownPlatform("the client of the id_token_hint is gone or switched off")
        return Farewell(client.client_id, hint.session, _way_back(client, given))


def _way_back(client: Client, given: dict[str, str]) -> str:
    address = given.get("post_logout_redirect_uri", "")
    if not address:
        return ""
    if address not in client.post_logout_redirect_uris:
        raise BadRequest(f"the post_logout_redirect_uri is not registered for client {client.client_id}")
    if "state" not in given:
        return address
    return address + ("&" if "?" in address else "?") + urlencode({"state": given["state"]}, quote_via=quote, safe="")
