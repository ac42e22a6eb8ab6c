"""What the doctor asks about an identity provider; what it says is read, not believed: that is for refreshing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import requests

from sso_bridge.clock import Clock
from sso_bridge.errors import BadRequest
from sso_bridge.login.authenticate import web_peer
from sso_bridge.login.authenticate.contract import SendsAway
from sso_bridge.login.authenticate.saml_sp.believing import described, doubt
from sso_bridge.login.authenticate.saml_sp.provider import IdentityProvider
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings, ServiceProvider
from sso_bridge.login.authenticate.saml_sp.trust import Trust
from sso_bridge.question import Doubt, Question, Wrong


@dataclass(frozen=True, slots=True)
class Examination:
    """The questions about one identity provider."""

    settings: SamlWorkplaceSettings
    us: ServiceProvider
    trust: Trust
    door: SendsAway
    session: requests.Session
    clock: Clock
    _used: list[IdentityProvider] = field(default_factory=list)

    def questions(self) -> Iterator[Question]:
        """Yield them; whether it knows us only when we know it."""
        url, see = self.settings.metadata_url, "see metadata_url, metadata_file and entity_id of this workplace"
        if url:
            yield from web_peer.about(self.session, url, self.clock)
        yield Question("metadata in use", self._in_use, see)
        if url:
            yield Question("metadata at its address", lambda: self._published(url), see)
        if not self._used:
            return
        ours = f"entity id {self.us.entity_id}, answers to {self.us.acs} by POST, logout to {self.us.sls}"
        yield Question("we at its side", lambda: ours)
        yield web_peer.knows_us(self.session, self.door, self.us.acs)

    def _in_use(self) -> str:
        found = self.trust.current()
        self._used.append(found)
        out = "signs out too" if found.endpoint(found.sign_out, "") else "has no address to sign out at"
        entry = found.endpoint(found.sign_in, "")
        return f"{found.entity_id}, {len(found.signing)} keys, people go to {entry.location if entry else '?'}, {out}"

    def _published(self, url: str) -> str:
        try:
            found = described(self.trust.fetch(url), self.settings, self.clock())
        except BadRequest as wrong:
            todo = "tell the identity provider's people; the last good copy is used until it ends"
            raise Wrong(f"it cannot be believed: {wrong.cause}", todo) from None
        if self._used and (why := doubt(self._used[0], found)):
            raise Doubt(f"it has changed: {why}", f"run: sso-bridge workplace metadata {self.settings.name}")
        return "the same as used" if found in self._used else "has changed a little; it is taken at the next refresh"
