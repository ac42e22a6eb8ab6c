"""The story of an `oidc` workplace: away with state, nonce and PKCE; back with a code; believed is what is signed.

Fulfils `contract.Workplace`, `SendsAway` and `SignsOut`. What the provider publishes is kept per process
and follows its roll-overs by itself; of what it gives for a code nothing outlives the request (RP-05).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sso_bridge.errors import SignInRefused
from sso_bridge.login.asked import Answer, Subject, VerifiedLogin
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, Away, KnowsAccounts, LogoutOrder, Returned, Wish
from sso_bridge.login.authenticate.oidc_rp import answer, logout, request
from sso_bridge.login.authenticate.oidc_rp.claims import UNSPECIFIED, listed, text, verified_login
from sso_bridge.login.authenticate.oidc_rp.discovery import Metadata, address_of, discover
from sso_bridge.login.authenticate.oidc_rp.examination import Examination
from sso_bridge.login.authenticate.oidc_rp.id_token import Claims, Expected, TokenReader
from sso_bridge.login.authenticate.oidc_rp.jose import public_jwk
from sso_bridge.login.authenticate.oidc_rp.jwks import ProviderKeys
from sso_bridge.login.authenticate.oidc_rp.kept import Kept
from sso_bridge.login.authenticate.oidc_rp.settings import OidcSettings
from sso_bridge.login.authenticate.oidc_rp.token import Credentials, trade
from sso_bridge.login.authenticate.oidc_rp.userinfo import with_userinfo
from sso_bridge.question import Question

FRESH = timedelta(hours=1)
Directory = Callable[[str], KnowsAccounts]


class RelyingParty:
    """One provider. `directory` finds the workplace that knows the state of accounts."""

    assurance = UNSPECIFIED

    def __init__(self, settings: OidcSettings, around: Around, directory: Directory) -> None:
        self.settings = settings
        self.name = settings.name
        base = f"{around.public_url}/workplace/{settings.name}/oidc"
        self._callback, self._goodbye = f"{base}/callback", f"{base}/logout"
        self._clock = around.clock
        self._session = around.outgoing
        self._directory = directory
        self._metadata: Kept[Metadata] = Kept(
            "discovery", lambda _before: discover(around.outgoing, settings.issuer), around.clock, FRESH
        )
        self._keys = ProviderKeys(around.outgoing, lambda: self._metadata.now().jwks_uri, around.clock)
        self._credentials = Credentials(settings, around.secret, around.keys, around.clock)
        self._reader = TokenReader(
            self._keys, settings.client_id, settings.algorithms, self._is_issuer, around.clock, settings.audiences
        )
        self._orders = logout.Orders(settings.name, self._reader, around.once, around.clock)

    def close(self) -> None:
        """Nothing is open: connections belong to the session for outgoing calls."""

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks."""
        settings, session = self.settings, self._session
        address, algorithms = address_of(settings.issuer), settings.algorithms
        return Examination(
            session, self._clock, address, lambda said: said == settings.issuer, algorithms, settings.link_claim,
            self._offer, self, self._callback,
        ).questions()  # fmt: skip

    def begin(self, wish: Wish, handle: str) -> Away:
        """Return where to sign in; WorkplaceDown."""
        return request.send_away(self.settings, self._metadata.now(), self._callback, wish, handle, self._clock())

    def handle_of(self, returned: Returned) -> str:
        """Return the `state` of an answer."""
        return returned.fields.get("state", "")

    def finish(self, returned: Returned, note: Mapping[str, str] | None) -> VerifiedLogin:
        """Return who it is; PageNeeded, SignInRefused or WorkplaceDown."""
        metadata = self._metadata.now()
        code = answer.code_of(returned, note, self._callback, self.settings.issuer, named=metadata.names_issuer)
        note = note or {}
        tokens = trade(self._session, self._credentials, metadata, self._callback, code, note.get("verifier", ""))
        claims = self._reader.id_token(tokens.id_token, expected_of(note, tokens.access_token, code))
        if self.settings.userinfo:
            claims = with_userinfo(self._session, metadata, claims, tokens.access_token)
        self._account(claims)
        return verified_login(
            claims,
            self._subject(claims),
            self.settings.link_claim,
            listed(claims.get(self.settings.groups_claim)),
            mail_verified=claims.get("email_verified") is True,
        )

    def begin_logout(self, _subject: Subject, upstream: Mapping[str, str], handle: str) -> Away | None:
        """Return where to sign out, None when the provider has no such address; WorkplaceDown."""
        endpoint = self._metadata.now().end_session_endpoint
        return logout.send_away(endpoint, self.settings.client_id, self._goodbye, upstream, handle)

    def finish_logout(self, returned: Returned, note: Mapping[str, str]) -> bool:
        """Return whether the provider sent the browser back as after a sign-out."""
        return logout.came_back(returned, note)

    def logout_order(self, returned: Returned) -> LogoutOrder:
        """Return the order of a logout token, or of a page of the provider in the person's browser; SignInRefused."""
        if returned.method == "POST":
            claims, sessions = self._orders.by_token(returned.fields.get("logout_token", ""))
            return LogoutOrder(logout.whose(claims, self._subject(claims)), sessions)
        return logout.by_browser(returned, lambda said: said == self.settings.issuer)

    def answer_order(self, order: LogoutOrder, *, ended: bool) -> Answer | None:
        """Return nothing: an order of OpenID Connect is answered by a status."""

    def public_keys(self) -> Mapping[str, Any]:
        """Return the keys of our client assertions; none where a secret is used."""
        if self.settings.client_auth != "private_key_jwt":
            return {"keys": []}
        published = self._credentials.keys.published("workplace")
        return {"keys": [public_jwk(key.private_key, key.kid, key.algorithm) for key in published]}

    def _offer(self, metadata: Metadata, code: str) -> object:
        """Return what the provider gives for a code that nobody brought."""
        verifier = secrets.token_urlsafe(48)
        return trade(self._session, self._credentials, metadata, self._callback, code, verifier)

    def _is_issuer(self, claims: Claims, _key: object) -> bool:
        return claims.get("iss") == self.settings.issuer

    def _subject(self, claims: Claims) -> Subject:
        """Return the permanent name: (issuer, sub), never a mail address (RP-04)."""
        return Subject(self.name, str(claims.get("sub", "")), qualifier=self.settings.issuer)

    def _account(self, claims: Claims) -> None:
        """Ask the directory whether the account may sign in at all (LD-07)."""
        if self.settings.directory:
            ask_directory(self._directory(self.settings.directory), claims, self.settings)


def expected_of(note: Mapping[str, str], access_token: str, code: str) -> Expected:
    """Return what the token of this sign-in must say, out of its note."""
    age = note.get("max_age", "")
    return Expected(
        nonce=note.get("nonce", ""),
        began_at=datetime.fromisoformat(note["began_at"]),
        max_age=int(age) if age else None,
        access_token=access_token,
        code=code,
    )


class AsksBy(Protocol):
    """Which claims name the account in the directory, and the person at HR."""

    @property
    def directory_claim(self) -> str:
        """Return the name of the one claim."""
        ...

    @property
    def link_claim(self) -> str:
        """Return the name of the other."""
        ...


def ask_directory(directory: KnowsAccounts, claims: Claims, by: AsksBy) -> None:
    """Raise what the directory has against the account of this sign-in; SignInRefused also when it is not one's own.

    People may change their name at some providers: a colleague's would bring the state of the colleague's account.
    """
    name, ours = text(claims.get(by.directory_claim)), text(claims.get(by.link_claim), numbers=True)
    if not name:
        said = f"the provider did not state {by.directory_claim}, by which the directory is asked"
        raise SignInRefused("no_directory_claim", said)
    theirs = directory.account(name).keys.get(EMPLOYEE_NUMBER, "")
    if ours and theirs and ours != theirs:
        raise SignInRefused("directory_number", "the directory knows another employee number than the provider")
