"""Where the browser is sent, and what must be known when it comes back (OpenID Connect Core 3.1.2.1, RFC 7636)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from sso_bridge.login.asked import Redirect
from sso_bridge.login.authenticate.contract import Away, Wish
from sso_bridge.login.authenticate.oidc_rp.discovery import Metadata
from sso_bridge.login.authenticate.oidc_rp.settings import OidcSettings
from sso_bridge.login.authenticate.oidc_rp.token import authorization_url

AUTH_TIME = json.dumps({"id_token": {"auth_time": {"essential": True}}}, separators=(",", ":"))


def send_away(
    settings: OidcSettings, metadata: Metadata, redirect_uri: str, wish: Wish, handle: str, now: datetime
) -> Away:
    """Return the address with state, nonce and PKCE challenge of this one try; the verifier stays in the note."""
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    asked = {"state": handle, "nonce": nonce, **asked_of(settings, wish)}
    if metadata.takes_claims:
        asked["claims"] = AUTH_TIME
    url = authorization_url(settings, metadata, redirect_uri, verifier, asked)
    return Away(Redirect(url), {"nonce": nonce, "verifier": verifier, **noted(wish, handle, now)})


def noted(wish: Wish, handle: str, now: datetime) -> dict[str, str]:
    """Return what every kind of provider has in its note."""
    age = max_age(wish)
    return {
        "state": handle,
        "began_at": now.isoformat(),
        "max_age": "" if age is None else str(age),
        "silent": "yes" if wish.silent else "",
    }


def max_age(wish: Wish) -> int | None:
    """Return how old the sign-in there may be. A forced one: 0, so that `auth_time` must come back and is checked."""
    return 0 if wish.force else wish.max_age


def prompt(wish: Wish) -> str:
    """Return the `prompt` for a wish. One that is silent and forced at once cannot be granted: no page comes first."""
    return "none" if wish.silent else "login" if wish.force else ""


def asked_of(settings: OidcSettings, wish: Wish) -> Mapping[str, str]:
    """Return the optional parameters."""
    age = max_age(wish)
    said = {
        "prompt": prompt(wish),
        "max_age": "" if age is None else str(age),
        "acr_values": " ".join(dict.fromkeys((*wish.acr_values, *wish.preferred)) or settings.acr_values),
        "login_hint": wish.login_hint,
        "ui_locales": " ".join(wish.ui_locales),
        "response_mode": "" if settings.response_mode == "query" else settings.response_mode,
    }
    return {name: value for name, value in said.items() if value}
