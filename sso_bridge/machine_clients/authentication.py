"""Which machine client is calling: by its secret, or by an assertion that its key signed (RFC 6749 2.3, RFC 7523)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from sso_bridge.clock import Clock
from sso_bridge.login.limits import FailureLimit, network_of
from sso_bridge.login.once import FirstTime
from sso_bridge.login.respond.oidc_provider.client_auth import Call, basic, refuse_for
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.machine_clients import assertion
from sso_bridge.machine_clients.client import MachineClient, Method
from sso_bridge.machine_clients.ports import Clients

CHALLENGE = 'Basic realm="sso_bridge admin"'
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """By which method, under which name and with what the caller comes."""

    method: Method
    client_id: str
    proof: str


@dataclass(frozen=True, slots=True)
class Authentication:
    """Names the client of a call or raises OAuthError `invalid_client`; failures are counted per client and network.

    `audiences` are the names an assertion may call us by: our issuer, and the address of the token endpoint.
    """

    clients: Clients
    audiences: tuple[str, ...]
    failures: FailureLimit
    once: FirstTime
    clock: Clock

    def client(self, call: Call, given: Mapping[str, str]) -> MachineClient:
        """Return who calls, by the one method that was registered."""
        claimed = _claimed(call, given)
        found = self.clients.good(claimed.client_id)
        key = f"{found.id if found else ''}\x1f{network_of(call.address)}"
        refuse_for(self.failures.wait(key))
        if found is None or found.method != claimed.method or not self._proves(found, claimed.proof):
            refuse_for(self.failures.count(key))
            raise _invalid_client()
        self.clients.note_use(found.id)
        return found

    def _proves(self, client: MachineClient, proof: str) -> bool:
        now = self.clock()
        if client.method != "private_key_jwt":
            return client.knows(proof, now)
        try:
            number, ends = assertion.verify(proof, client.id, client.keys, self.audiences, now)
        except assertion.BadAssertion as why:
            log.info("client.assertion_refused", client=client.id, cause=str(why))
            return False
        return self.once.first(client.actor, number, ends)


def _claimed(call: Call, given: Mapping[str, str]) -> _Claimed:
    """Return what the caller claims; OAuthError for none, or more than one way."""
    ways = [
        bool(call.authorization),
        "client_secret" in given,
        bool({"client_assertion", "client_assertion_type"} & set(given)),
    ]
    if sum(ways) != 1 or len(call.authorization) > 1:
        if not any(ways):
            raise _invalid_client()
        raise OAuthError("invalid_request", "More than one way of client authentication was used.")
    if call.authorization:
        try:
            name, secret, _ = basic(call.authorization[0])
        except ValueError:
            raise _invalid_client() from None
        claimed = _Claimed("client_secret_basic", name, secret)
    elif ways[1]:
        claimed = _Claimed("client_secret_post", given.get("client_id", ""), given["client_secret"])
    else:
        if given.get("client_assertion_type") != assertion.TYPE:
            raise OAuthError("invalid_request", "The client_assertion_type is not known here.")
        proof = given.get("client_assertion", "")
        claimed = _Claimed("private_key_jwt", assertion.subject_of(proof), proof)
    if given.get("client_id", claimed.client_id) != claimed.client_id:
        raise OAuthError("invalid_request", "The client_id differs from the authentication.")
    return claimed


def _invalid_client() -> OAuthError:
    return OAuthError("invalid_client", "Client authentication failed.", status=401, challenge=CHALLENGE)
