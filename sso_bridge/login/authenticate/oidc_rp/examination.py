"""What the doctor asks about an OpenID provider; everything is fetched anew, nothing is taken from a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate import web_peer
from sso_bridge.login.authenticate.contract import SendsAway
from sso_bridge.login.authenticate.oidc_rp.discovery import IssuerRule, Metadata, read_metadata
from sso_bridge.login.authenticate.oidc_rp.jose import fitting, read_keys
from sso_bridge.login.authenticate.oidc_rp.wire import get_json
from sso_bridge.question import Doubt, Question, Wrong

CODE = "examination"
"""No provider ever gave this code: one that knows us refuses the code, another one refuses us."""


@dataclass(frozen=True, slots=True)
class Examination:
    """`address` is that of the discovery document; `trade` offers a code; `callback` is where people come back to."""

    session: requests.Session
    clock: Clock
    address: str
    is_issuer: IssuerRule
    algorithms: tuple[str, ...]
    link_claim: str
    trade: Callable[[Metadata, str], object]
    door: SendsAway
    callback: str
    _read: dict[str, Any] = field(default_factory=dict)

    def questions(self) -> Iterator[Question]:
        """Yield them; the later ones only when the provider describes itself as the one that was asked for."""
        yield from web_peer.about(self.session, self.address, self.clock)
        yield Question(
            "discovery", self._discovery, "write the issuer exactly as the provider's discovery document has it"
        )
        metadata = self._read.get("metadata")
        if not isinstance(metadata, Metadata):
            return
        yield Question(
            "keys", lambda: self._keys(metadata), "tell the provider's people; nobody can sign in until then"
        )
        yield Question("claims", self._claims, f"let the provider give the claim {self.link_claim}, or see link_claim")
        see = "see client_id, client_secret and client_auth of this workplace, and the client's entry at the provider"
        yield Question("our client", lambda: self._client(metadata), see)
        yield web_peer.knows_us(self.session, self.door, self.callback)

    def _discovery(self) -> str:
        document: Mapping[str, Any] = get_json(self.session, self.address, "discovery document")
        said = document.get("issuer")
        if not isinstance(said, str) or not self.is_issuer(said):
            shown = said[:200] if isinstance(said, str) and said.isprintable() else "nothing that can be read"
            raise Wrong(f"the provider calls itself {shown}, which is not the configured issuer")
        self._read.update(document=document, metadata=(found := read_metadata(document, self.is_issuer)))
        return f"{found.issuer}, people go to {found.authorization_endpoint}"

    def _keys(self, metadata: Metadata) -> str:
        keys = read_keys(get_json(self.session, metadata.jwks_uri, "key document"))
        usable = sum(any(fitting(key, one) for one in self.algorithms) for key in keys)
        if not usable:
            raise Wrong(
                f"it has published no key for {' or '.join(self.algorithms)}", "see algorithms of this workplace"
            )
        return f"{usable} usable keys at {metadata.jwks_uri}"

    def _claims(self) -> str:
        told = self._read["document"].get("claims_supported")
        if not isinstance(told, list):
            return "it does not tell which claims it has"
        if self.link_claim not in told:
            raise Doubt(f"{self.link_claim}, which names people to HR, is not among the claims it lists")
        return f"it lists {self.link_claim}"

    def _client(self, metadata: Metadata) -> str:
        try:
            self.trade(metadata, CODE)
        except SignInRefused as refused:
            if refused.reason != "code_refused":
                raise Wrong(refused.cause) from None
            return "it accepts our client; of a code that nobody was given it says no"
        raise Wrong("it gave a token for a code that nobody was given", "do not use this provider")
