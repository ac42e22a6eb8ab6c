"""Who is calling the token, revocation or introspection endpoint (RFC 6749 2.3, OP-09)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from sso_bridge.login.respond.oidc_provider.client import Client, Clients
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.login.respond.oidc_provider.parameters import BadParameters, parse

FORM = "application/x-www-form-urlencoded"
CHALLENGE = 'Basic realm="sso_bridge"'
_NOBODY = "no such client"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a back-channel endpoint as it came over the wire."""

    authorization: tuple[str, ...]
    content_type: str
    query: bytes
    body: bytes

    def parameters(self) -> dict[str, str]:
        """Return the form fields; OAuthError for anything that is not one clean form (RFC 6749 3.2, Appendix B)."""
        if self.content_type.partition(";")[0].strip().lower() != FORM:
            raise OAuthError("invalid_request", f"The body must be {FORM}.")
        if self.query:
            raise OAuthError("invalid_request", "Parameters in the address are not accepted here.")
        try:
            return parse(self.body)
        except BadParameters as bad:
            raise OAuthError("invalid_request", "A parameter is repeated or broken.") from bad


class ClientAuthentication:
    """Names the client of a call or raises OAuthError `invalid_client` with 401 and WWW-Authenticate."""

    def __init__(self, clients: Clients, resolve: Callable[[str], str]) -> None:
        self._clients = clients
        self._resolve = resolve

    def client(self, call: Call, given: Mapping[str, str]) -> Client:
        """Return who calls, by exactly the one method registered for it."""
        if "client_assertion" in given or "client_assertion_type" in given:
            raise OAuthError("invalid_request", "Client assertions are not supported.")
        if call.authorization:
            if len(call.authorization) > 1 or "client_secret" in given:
                raise OAuthError("invalid_request", "More than one way of client authentication was used.")
            name, *secrets = _basic(call.authorization[0])
            if given.get("client_id", name) != name:
                raise OAuthError("invalid_request", "The client_id of header and body differ.")
            return self._checked("client_secret_basic", name, *secrets)
        method = "client_secret_post" if "client_secret" in given else "none"
        return self._checked(method, given.get("client_id", ""), given.get("client_secret", ""))

    def _checked(self, method: str, name: str, *secrets: str) -> Client:
        client = self._clients.by_id(name)
        if client is None:
            _same(secrets[0], f"sha256:{hashlib.sha256(_NOBODY.encode()).hexdigest()}", self._resolve)
            raise _invalid_client()
        known = [_same(secret, one, self._resolve) for one in client.secrets for secret in secrets if secret]
        if method != client.token_auth_method or not (client.public or any(known)):
            raise _invalid_client()
        return client


def _same(secret: str, reference: str, resolve: Callable[[str], str]) -> bool:
    """Compare SHA-256 values in constant time: neither length nor common prefix of a secret can be measured (CR-03)."""
    if reference.startswith("sha256:"):
        kept = bytes.fromhex(reference.removeprefix("sha256:"))
    else:
        known = resolve(reference)
        if not known:
            return False
        kept = hashlib.sha256(known.encode()).digest()
    return hmac.compare_digest(kept, hashlib.sha256(secret.encode()).digest())


def _basic(header: str) -> tuple[str, str, str]:
    """Return name, secret, and the secret as it stands.

    RFC 6749 2.3.1 wants both values form-encoded inside the base64; many relying parties leave that step out, and a
    secret with `+` or `%` would lock them out. Either spelling proves knowledge of the same secret.
    """
    scheme, _, rest = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise _invalid_client()
        name, colon, secret = base64.b64decode(rest.strip(), validate=True).partition(b":")
        if not colon:
            raise _invalid_client()
        return _decoded(name), _decoded(secret), secret.decode()
    except (binascii.Error, ValueError) as wrong:
        raise _invalid_client() from wrong


def _decoded(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode()


def _invalid_client() -> OAuthError:
    return OAuthError("invalid_client", "Client authentication failed.", status=401, challenge=CHALLENGE)
