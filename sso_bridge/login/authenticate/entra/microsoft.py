"""The only file that knows msal: it asks Entra for a code and trades it, with our secret or our certificate.

Surprises of msal 1.39: it believes an ID token without looking at its signature, so nothing of the token is used from
here but its text; it keeps tokens and asks for a refresh token unless told otherwise; it compares `max_age` with the
clock of the machine; it logs a whole answer that is no JSON; it repeats a 429 or 5xx from memory to everybody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msal
import requests

from sso_bridge.errors import BridgeError, SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.contract import Wish
from sso_bridge.login.authenticate.entra.settings import EntraSettings
from sso_bridge.login.authenticate.oidc_rp.kept import Kept
from sso_bridge.login.authenticate.oidc_rp.request import max_age, prompt
from sso_bridge.login.authenticate.oidc_rp.wire import down, json_object, plain_secret

FRESH = timedelta(minutes=15)
"""How soon a replaced secret or certificate is used."""
TROUBLE, BUSY = 500, 429
Flow = dict[str, Any]


class _Forgetful(msal.TokenCache):  # type: ignore[misc]
    """Keeps nothing (RP-05)."""

    def add(self, event: Any, now: Any = None) -> None:
        """Forget it."""


class _Careful:
    """Our session as msal sees it: what is no answer of the protocol becomes WorkplaceDown before msal meets it."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def get(self, url: str, **given: Any) -> requests.Response:
        """Send a GET."""
        return self._checked("GET", url, given)

    def post(self, url: str, **given: Any) -> requests.Response:
        """Send a POST."""
        return self._checked("POST", url, given)

    def close(self) -> None:
        """Leave the session open: it is everybody's."""

    def _checked(self, method: str, url: str, given: dict[str, Any]) -> requests.Response:
        host = urlsplit(url).hostname or "?"
        try:
            answer = self._session.request(method, url, **given)
        except requests.RequestException as error:
            raise down("Entra", host, error) from None
        if answer.status_code == BUSY or answer.status_code >= TROUBLE:
            raise WorkplaceDown(f"Entra at {host} answered {answer.status_code}")
        json_object(answer, f"Entra at {host}")
        return answer


class Microsoft:
    """One registered application at one tenant."""

    def __init__(self, settings: EntraSettings, authority: str, around: Around) -> None:
        self._settings = settings
        self._authority = authority
        self._around = around
        self._app: Kept[Any] = Kept("entra", lambda _before: self._opened(), around.clock, FRESH)

    def begin(self, wish: Wish, callback: str, handle: str, contexts: tuple[str, ...]) -> tuple[str, Flow]:
        """Return where to send the browser, and what `trade` needs of it; WorkplaceDown."""
        settings = self._settings
        claims = json.dumps({"id_token": {"acrs": {"essential": True, "values": list(contexts)}}}) if contexts else None
        flow: Flow = self._app.now().initiate_auth_code_flow(
            ["email", "User.Read"] if settings.groups else ["email"],
            redirect_uri=callback,
            state=handle,
            prompt=prompt(wish) or None,
            login_hint=wish.login_hint or None,
            domain_hint=settings.domain_hint or None,
            claims_challenge=claims,
            max_age=max_age(wish),
            response_mode="form_post",
        )
        flow.pop("max_age", None)
        return str(flow.pop("auth_uri")), flow

    def trade(self, flow: Flow, code: str) -> tuple[object, str]:
        """Return ID token and access token for the code, neither believed yet; SignInRefused or WorkplaceDown."""
        try:
            told = self._app.now().acquire_token_by_auth_code_flow(flow, {"code": code, "state": flow["state"]})
        except BridgeError:
            raise
        except RuntimeError:
            raise SignInRefused("id_token_nonce", "the ID token: it belongs to another sign-in") from None
        except Exception as error:  # noqa: BLE001  whatever a forged token makes of msal is a refusal
            raise SignInRefused("id_token_shape", f"msal cannot read the answer ({type(error).__name__})") from None
        if "error" in told:
            raise _refusal(told)
        access = told.get("access_token", "")
        return told.get("id_token"), access if isinstance(access, str) and access.isascii() else ""

    def _opened(self) -> Any:
        return _application(self._settings.client_id, self._credential(), self._authority, self._around.outgoing)

    def _credential(self) -> str | Mapping[str, str]:
        settings, secret = self._settings, self._around.secret
        if settings.certificate is None:
            return plain_secret(secret, settings.client_secret)
        try:
            certificate = settings.certificate.read_text("ascii")
        except (OSError, ValueError) as error:
            raise WorkplaceDown(f"{settings.certificate.name} cannot be read: {type(error).__name__}") from None
        return {"private_key": plain_secret(secret, settings.private_key), "public_certificate": certificate}


def own_token(
    client_id: str, credential: str | Mapping[str, str], authority: str, session: requests.Session, scope: str
) -> str:
    """Return an access token for the application itself, without anybody signed in; WorkplaceDown or SignInRefused."""
    try:
        told = _application(client_id, credential, authority, session).acquire_token_for_client([scope])
    except BridgeError:
        raise
    except Exception as error:  # noqa: BLE001  msal tells nobody what it raises
        raise WorkplaceDown(f"Entra gave no answer that msal can read ({type(error).__name__})") from None
    if "error" in told:
        raise _refusal(told)
    token = told.get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise WorkplaceDown("Entra gave no token")
    return token


def _application(client_id: str, credential: str | Mapping[str, str], authority: str, session: requests.Session) -> Any:
    try:
        return msal.ConfidentialClientApplication(
            client_id,
            client_credential=credential,
            authority=authority,
            instance_discovery=False,
            http_client=_Careful(session),
            token_cache=_Forgetful(),
            exclude_scopes=["offline_access"],
            azure_region=False,
            http_cache={},
        )
    except BridgeError:
        raise
    except Exception as error:  # noqa: BLE001  msal tells nobody what it raises
        raise WorkplaceDown(f"the tenant or our own credential is not usable ({type(error).__name__})") from None


def nonce_of(flow: Mapping[str, Any]) -> str:
    """Return what the ID token must carry: msal sends the hash of what it keeps."""
    return hashlib.sha256(str(flow.get("nonce", "")).encode("ascii", "replace")).hexdigest()


def _refusal(told: Mapping[str, Any]) -> BridgeError:
    """Return what to raise for an error of the token endpoint; of its text only the AADSTS number is kept."""
    error, codes = told.get("error"), told.get("error_codes")
    number = f" (AADSTS{codes[0]})" if isinstance(codes, list) and codes and isinstance(codes[0], int) else ""
    if error in {"invalid_client", "unauthorized_client", "invalid_scope", "invalid_resource"}:
        return WorkplaceDown(f"Entra does not accept us: {error}{number}; see client_id, secret and certificate")
    if error in {"temporarily_unavailable", "server_error"}:
        return WorkplaceDown(f"Entra answered {error}{number}")
    known = error if error in {"invalid_grant", "interaction_required", "consent_required"} else "an error of its own"
    return SignInRefused("code_refused", f"Entra answered {known}{number}")
