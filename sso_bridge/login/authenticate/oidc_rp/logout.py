"""Signing out travels to the provider (RP-Initiated Logout 1.0) and comes from it (Front- and Back-Channel 1.0).

ID tokens are not kept (RP-05), so there is no `id_token_hint`: some providers ask the person once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused
from sso_bridge.login.asked import Redirect, Subject
from sso_bridge.login.authenticate.contract import Away, LogoutOrder, Once, Returned
from sso_bridge.login.authenticate.oidc_rp.claims import text
from sso_bridge.login.authenticate.oidc_rp.id_token import SKEW, Claims, TokenReader, moment, same, subject_of
from sso_bridge.login.authenticate.oidc_rp.jose import BadToken, take_apart

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LIFE = timedelta(minutes=2)
TYPES = frozenset({"logout+jwt", "jwt"})
"""Older providers do not say that it is a logout token; `events` and the missing `nonce` tell it apart all the same."""


def send_away(endpoint: str, client_id: str, back: str, upstream: Mapping[str, str], handle: str) -> Away | None:
    """Return where the sign-in there is ended; None when the provider has no such address."""
    if not endpoint:
        return None
    asked = {"client_id": client_id, "post_logout_redirect_uri": back, "state": handle}
    if hint := upstream.get("logout_hint", ""):
        asked["logout_hint"] = hint
    joint = "&" if "?" in endpoint else "?"
    return Away(Redirect(f"{endpoint}{joint}{urlencode(asked, quote_via=quote, safe='')}"), {"state": handle})


def came_back(returned: Returned, note: Mapping[str, str]) -> bool:
    """Return whether the provider sent the browser back without an error; it gives no other proof."""
    if not note.get("state") or not same(returned.fields.get("state"), note["state"]):
        raise SignInRefused("state", "the answer belongs to another sign-out")
    return "error" not in returned.fields


def by_browser(returned: Returned, is_issuer: Callable[[str], bool]) -> LogoutOrder:
    """Return the front-channel order: it must name issuer and session, which only that browser's parties know."""
    session = text(returned.fields.get("sid"))
    if not is_issuer(returned.fields.get("iss", "")) or not session:
        raise SignInRefused("logout_unproven", "the order does not name the issuer and one of its sessions")
    return LogoutOrder(None, (session,))


@dataclass(frozen=True, slots=True)
class Orders:
    """Reads what a provider orders by itself."""

    name: str
    reader: TokenReader
    once: Once
    clock: Clock

    def by_token(self, token: str) -> tuple[Claims, tuple[str, ...]]:
        """Return the claims of a back-channel order and its sessions; SignInRefused with the reason."""
        try:
            claims = self.reader.signed(take_apart(token, self.reader.algorithms, TYPES), stranger=True)
            self.reader.for_us(claims)
            _is_order(claims)
            self._in_time(claims)
            self._first(claims)
        except BadToken as bad:
            raise SignInRefused(bad.reason.replace("token_", "logout_", 1), f"the logout token: {bad}") from None
        session = text(claims.get("sid"))
        return claims, (session,) if session else ()

    def _in_time(self, claims: Claims) -> None:
        now = self.clock()
        issued, ends = moment(claims, "iat"), moment(claims, "exp")
        if issued > now + SKEW or ends <= now - SKEW:
            raise BadToken("token_expired", "it is too old or from the future")
        if ends > now + LONGEST_LIFE + SKEW or issued < now - LONGEST_LIFE - SKEW:
            raise BadToken("token_lifetime", "it is valid for too long")

    def _first(self, claims: Claims) -> None:
        jti = text(claims.get("jti"))
        if not jti:
            raise BadToken("token_jti", "it has no id")
        if not self.once.first(self.name, f"logout {jti}", moment(claims, "exp") + SKEW):
            raise BadToken("token_replay", "it was seen before")


def _is_order(claims: Claims) -> None:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict) or "nonce" in claims:
        raise BadToken("token_type", "it is no logout token")
    if "sub" in claims:
        subject_of(claims)
    if "sid" in claims and not text(claims["sid"]):
        raise BadToken("token_session", "its session is unusable")
    if "sub" not in claims and "sid" not in claims:
        raise BadToken("token_subject", "it names neither a person nor a session")


def whose(claims: Claims, subject: Subject) -> Subject | None:
    """Return the subject an order is about, None when it names a session only."""
    return subject if "sub" in claims else None
