"""The story of an `entra` workplace: msal sends people away and trades their code; the token is verified here.

Fulfils `contract.Workplace`, `SendsAway` and `SignsOut`. People are (tid, oid): mail address and UPN may be
given to somebody else tomorrow (RP-04).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from sso_bridge.errors import SignInRefused
from sso_bridge.login.asked import Answer, Redirect, Subject, VerifiedLogin
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.contract import Away, LogoutOrder, Returned, Wish
from sso_bridge.login.authenticate.entra.graph import all_groups, overage
from sso_bridge.login.authenticate.entra.microsoft import Microsoft, nonce_of
from sso_bridge.login.authenticate.entra.settings import CLOUDS, EntraSettings
from sso_bridge.login.authenticate.entra.tenants import Tenants
from sso_bridge.login.authenticate.oidc_rp import answer, logout
from sso_bridge.login.authenticate.oidc_rp.claims import UNSPECIFIED, listed, verified_login
from sso_bridge.login.authenticate.oidc_rp.discovery import Metadata, read_metadata
from sso_bridge.login.authenticate.oidc_rp.examination import Examination
from sso_bridge.login.authenticate.oidc_rp.id_token import Claims, TokenReader, subject_of
from sso_bridge.login.authenticate.oidc_rp.jose import BadToken
from sso_bridge.login.authenticate.oidc_rp.jwks import KnownKey, ProviderKeys
from sso_bridge.login.authenticate.oidc_rp.kept import Kept
from sso_bridge.login.authenticate.oidc_rp.relying_party import FRESH, Directory, ask_directory, expected_of
from sso_bridge.login.authenticate.oidc_rp.request import noted
from sso_bridge.login.authenticate.oidc_rp.settings import WELL_KNOWN
from sso_bridge.login.authenticate.oidc_rp.wire import get_json
from sso_bridge.question import Question

CONTEXT = re.compile(r"c[1-9][0-9]?")
VERIFIED = (True, "1", "true")
"""How Entra spells that the domain of a mail address belongs to the tenant (`xms_edov`)."""


class Entra:
    """One tenant, or some that are listed. `directory` finds the workplace that knows the state of accounts."""

    assurance = UNSPECIFIED

    def __init__(self, settings: EntraSettings, around: Around, directory: Directory) -> None:
        self.settings = settings
        self.name = settings.name
        base = f"{around.public_url}/workplace/{settings.name}/oidc"
        self._callback, self._goodbye = f"{base}/callback", f"{base}/logout"
        self._around = around
        self._directory = directory
        self._tenants = Tenants(settings)
        self._microsoft = Microsoft(settings, self._tenants.authority, around)
        self._metadata: Kept[Metadata] = Kept("discovery", lambda _before: self._discovered(), around.clock, FRESH)
        self._keys = ProviderKeys(around.outgoing, lambda: self._metadata.now().jwks_uri, around.clock)
        self._reader = TokenReader(self._keys, settings.client_id, ("RS256",), self._accepts, around.clock)

    def close(self) -> None:
        """Nothing is open: connections belong to the session for outgoing calls."""

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks."""
        return Examination(
            self._around.outgoing, self._around.clock, self._address, self._tenants.published, ("RS256",),
            self.settings.link_claim, lambda _metadata, code: self._trade(code), self, self._callback,
        ).questions()  # fmt: skip

    def begin(self, wish: Wish, handle: str) -> Away:
        """Return where to sign in; WorkplaceDown. Of `acr_values` those that name authentication contexts are asked."""
        wanted = (*wish.acr_values, *wish.preferred) or self.settings.acr_values
        contexts = tuple(dict.fromkeys(one for one in wanted if CONTEXT.fullmatch(one)))
        url, flow = self._microsoft.begin(wish, self._callback, handle, contexts)
        note = noted(wish, handle, self._around.clock()) | {"contexts": " ".join(contexts)}
        return Away(Redirect(url), note | {"flow": json.dumps(flow), "nonce": nonce_of(flow)})

    def handle_of(self, returned: Returned) -> str:
        """Return the `state` of an answer."""
        return returned.fields.get("state", "")

    def finish(self, returned: Returned, note: Mapping[str, str] | None) -> VerifiedLogin:
        """Return who it is; PageNeeded, SignInRefused or WorkplaceDown."""
        code = answer.code_of(returned, note, self._callback, "", named=False)
        note = note or {}
        id_token, access_token = self._microsoft.trade(json.loads(note["flow"]), code)
        claims = self._reader.id_token(id_token, expected_of(note, access_token, code))
        subject = self._subject(claims)
        if self.settings.directory:
            ask_directory(self._directory(self.settings.directory), claims, self.settings)
        return verified_login(
            _with_context(claims, note.get("contexts", "").split()),
            subject,
            self.settings.link_claim,
            self._groups(claims, access_token),
            mail_verified=claims.get("xms_edov") in VERIFIED,
        )

    def begin_logout(self, _subject: Subject, upstream: Mapping[str, str], handle: str) -> Away | None:
        """Return where to sign out; WorkplaceDown."""
        endpoint = self._metadata.now().end_session_endpoint
        return logout.send_away(endpoint, self.settings.client_id, self._goodbye, upstream, handle)

    def finish_logout(self, returned: Returned, note: Mapping[str, str]) -> bool:
        """Return whether Entra sent the browser back as after a sign-out."""
        return logout.came_back(returned, note)

    def logout_order(self, returned: Returned) -> LogoutOrder:
        """Return the front-channel order of Entra, which has no other; SignInRefused."""
        published = self._metadata.now().issuer
        return logout.by_browser(returned, lambda said: self._tenants.issuer(said, published))

    def answer_order(self, order: LogoutOrder, *, ended: bool) -> Answer | None:
        """Return nothing: an order of OpenID Connect is answered by a status."""

    @property
    def _address(self) -> str:
        return f"{self._tenants.authority}/v2.0{WELL_KNOWN}"

    def _discovered(self) -> Metadata:
        document = get_json(self._around.outgoing, self._address, "discovery document")
        return read_metadata(document, self._tenants.published)

    def _trade(self, code: str) -> object:
        """Return what Entra gives for a code of nobody's; SignInRefused when it knows us, WorkplaceDown otherwise."""
        _, flow = self._microsoft.begin(Wish(), self._callback, "examination", ())
        return self._microsoft.trade(flow, code)

    def _accepts(self, claims: Claims, known: KnownKey) -> bool:
        return self._tenants.accepts(claims, known, self._metadata.now().issuer)

    def _subject(self, claims: Claims) -> Subject:
        try:
            return Subject(self.name, subject_of(claims, "oid"), qualifier=str(claims["tid"]))
        except BadToken as bad:
            raise SignInRefused("id_token_subject", f"the ID token: {bad}") from None

    def _groups(self, claims: Claims, access_token: str) -> Iterable[str]:
        if not self.settings.groups:
            return ()
        if not overage(claims):
            return listed(claims.get("groups"))
        graph = CLOUDS[self.settings.cloud].graph
        return all_groups(self._around.outgoing, graph, access_token, self._around.clock)


def _with_context(claims: Claims, asked: Iterable[str]) -> Claims:
    """Return the claims with the asked authentication context as their `acr`, if Entra says that it was met."""
    met = listed(claims.get("acrs"))
    reached = next((one for one in asked if one in met), "")
    told = {name: value for name, value in claims.items() if name != "acr"}
    return {**told, "acr": reached} if reached else told
