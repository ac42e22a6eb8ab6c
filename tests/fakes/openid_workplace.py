"""A browser between a relying party of ours and a provider, without pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.contract import Away, Returned, Wish
from sso_bridge.login.authenticate.oidc_rp.relying_party import RelyingParty
from sso_bridge.login.authenticate.oidc_rp.settings import OidcSettings
from tests.fakes.workplaces import SITE, around
from tests.lab.lying_op import CLIENT, SECRET, LyingOp

CALLBACK = f"{SITE}/workplace/login/oidc/callback"
GOODBYE = f"{SITE}/workplace/login/oidc/logout"


@dataclass
class OpenIdWorkplace:
    """A workplace at a provider that may lie; `begin` and `back` are the two moments of a sign-in."""

    op: LyingOp
    settings: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chosen = {"issuer": self.op.issuer, "client_id": CLIENT, "client_secret": "env:X"} | self.settings
        parts = {"clock": self.op.clock, "secret": lambda _reference: SECRET}
        self.directories: dict[str, Any] = self.given.pop("directories", {})
        self.party = RelyingParty(
            OidcSettings(name="login", **chosen), around(**parts | self.given), lambda name: self.directories[name]
        )

    def begin(self, handle: str = "h-1", **wish: Any) -> Away:
        """Send the browser away."""
        return self.party.begin(Wish(**wish), handle)

    def visit(self, away: Away) -> Returned:
        """Go there, and come back with what the provider gave along."""
        answer = requests.get(away.answer.url, allow_redirects=False, timeout=5)
        where, _, query = answer.headers["Location"].partition("?")
        return Returned("GET", where, query, dict(parse_qsl(query)))

    def sign_in(self, **wish: Any) -> VerifiedLogin:
        """Go the whole way."""
        away = self.begin(**wish)
        return self.party.finish(self.visit(away), away.note)


def asked(away: Away) -> dict[str, str]:
    """Return the parameters of the authorization request."""
    return dict(parse_qsl(urlsplit(away.answer.url).query))
