"""Who is calling the token, revocation or introspection endpoint (RFC 6749 2.3, OP-09)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import structlog

from sso_bridge.login.limits import FailureLimit, network_of
from sso_bridge.login.respond.oidc_provider.client import Client, Clients
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.login.respond.oidc_provider.parameters import BadParameters, parse
from sso_bridge.secrets import SecretMissing

FORM = "application/x-www-form-urlencoded"
CHALLENGE = 'Basic realm="sso_bridge"'
UNAUTHORIZED = 401
_NOBODY = "no such client"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a back-channel endpoint as it came over the wire."""

    authorization: tuple[str, ...]
    content_type: str
    query: bytes
    body: bytes
    address: str = ""

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
    """Names the client of a call or raises OAuthError `invalid_client` with 401 and WWW-Authenticate.

    Wrong secrets are counted per client and network, so that guessing is slow and nobody can lock a platform out from
    elsewhere; a right one costs no query (AD-10).
    """

    def __init__(self, clients: Clients, resolve: Callable[[str], str], failures: FailureLimit) -> None:
        self._clients = clients
        self._resolve = resolve
        self._failures = failures

    def client(self, call: Call, given: Mapping[str, str]) -> Client:
        """Return who calls, by exactly the one method registered for it; 429 after too many failures."""
        try:
            method, name, *secrets = _claimed(call, given)
        except OAuthError as wrong:
            if wrong.status == UNAUTHORIZED:
                self._failed("", call)
            raise
        client = self._clients.by_id(name)
        known = client.client_id if client is not None else ""
        refuse_for(self._failures.wait(_caller(known, call)))
        try:
            return self._checked(client, method, *secrets)
        except OAuthError:
            self._failed(known, call)
            raise

    def _failed(self, known: str, call: Call) -> None:
        refuse_for(self._failures.count(_caller(known, call)))

    def _checked(self, client: Client | None, method: str, *secrets: str) -> Client:
        if client is None:
            _same(secrets[0], f"sha256:{hashlib.sha256(_NOBODY.encode()).hexdigest()}", self._resolve)
            raise _invalid_client()
        known = [_same(secret, one, self._resolve) for one in client.secrets for secret in secrets if secret]
        if method != client.token_auth_method or not (client.public or any(known)):
            raise _invalid_client()
        return client


def _claimed(call: Call, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return by which method, under which name and with which secrets the caller comes: exactly one method (OP-09)."""
    if "client_assertion" in given or "client_assertion_type" in given:
        raise OAuthError("invalid_request", "Client assertions are not supported.")
    if call.authorization:
        if len(call.authorization) > 1 or "client_secret" in given:
            raise OAuthError("invalid_request", "More than one way of client authentication was used.")
        try:
            name, *secrets = basic(call.authorization[0])
        except ValueError as wrong:
            raise _invalid_client() from wrong
        if given.get("client_id", name) != name:
            raise OAuthError("invalid_request", "The client_id of header and body differ.")
        return "client_secret_basic", name, *secrets
    method = "client_secret_post" if "client_secret" in given else "none"
    return method, given.get("client_id", ""), given.get("client_secret", "")


def _caller(known: str, call: Call) -> str:
    return f"{known}\x1f{network_of(call.address)}"


def refuse_for(seconds: int) -> None:
    """Raise OAuthError 429 while there is something to wait for."""
    if seconds:
        raise OAuthError("temporarily_unavailable", "Too many failures.", status=429, retry_after=seconds)


def _same(secret: str, reference: str, resolve: Callable[[str], str]) -> bool:
    """Compare SHA-256 values in constant time: neither length nor common prefix of a secret can be measured (CR-03)."""
    if reference.startswith("sha256:"):
        kept = bytes.fromhex(reference.removeprefix("sha256:"))
    else:
        try:
            known = resolve(reference)
        except SecretMissing as missing:
            # One of two secrets may be taken away during a change; the other one still counts (OP-10).
            log.warning("openid.secret_missing", cause=str(missing))
            return False
        if not known:
            return False
        kept = hashlib.sha256(known.encode()).digest()
    return hmac.compare_digest(kept, hashlib.sha256(secret.encode()).digest())


def basic(header: str) -> tuple[str, str, str]:
    """Return name, secret, and the secret as it stands; ValueError for anything but HTTP Basic.

    RFC 6749 2.3.1 wants both values form-encoded inside the base64; many relying parties leave that step out, and a
    secret with `+` or `%` would lock them out. Either spelling proves knowledge of the same secret.
    """
    scheme, _, rest = header.partition(" ")
    name, colon, secret = base64.b64decode(rest.strip(), validate=True).partition(b":")
    if scheme.lower() != "basic" or not colon:
        raise ValueError("not HTTP Basic")
    return _decoded(name), _decoded(secret), secret.decode()


def _decoded(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode()


def _invalid_client() -> OAuthError:
    return OAuthError("invalid_client", "Client authentication failed.", status=401, challenge=CHALLENGE)
