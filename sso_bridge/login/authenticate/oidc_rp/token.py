"""The only file of the relying party that knows Authlib: PKCE, the authorization address, the trade of a code.

Surprises: `client_secret_basic` of Authlib 1.9 leaves out the form-encoding of RFC 6749 2.3.1, so ours is registered in
its place; a client keeps the tokens it was given, so each trade has a client of its own and nothing stays (RP-05); the
Flask client would fetch metadata without our address rules and take an answer without ID token: it is not used.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.contract import ClientKeys
from sso_bridge.login.authenticate.oidc_rp.discovery import Metadata
from sso_bridge.login.authenticate.oidc_rp.settings import OidcSettings
from sso_bridge.login.authenticate.oidc_rp.wire import LONGEST, down, plain_secret

ASSERTION_LIVES = timedelta(seconds=60)
OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})
DOWN = frozenset({"server_error", "temporarily_unavailable", "slow_down"})


class _Client(OAuth2Client):  # type: ignore[misc]
    client_auth_class = OAuth2ClientAuth
    oauth_error_class = OAuthError


@dataclass(frozen=True, slots=True)
class Tokens:
    """What came for a code, not believed yet; lives as long as the request that asked."""

    id_token: object = field(repr=False)
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """How we prove who we are: a secret, resolved when it is needed, or our own key."""

    settings: OidcSettings
    secret: Callable[[str], str]
    keys: ClientKeys
    clock: Clock


def authorization_url(
    settings: OidcSettings, metadata: Metadata, redirect_uri: str, verifier: str, asked: Mapping[str, str]
) -> str:
    """Return where to send the browser, with the S256 challenge of this verifier."""
    client = _Client(
        None,
        client_id=settings.client_id,
        redirect_uri=redirect_uri,
        scope=" ".join(settings.scopes),
        code_challenge_method="S256",
    )
    url, _state = client.create_authorization_url(metadata.authorization_endpoint, code_verifier=verifier, **asked)
    return str(url)


def trade(
    session: requests.Session, credentials: Credentials, metadata: Metadata, redirect_uri: str, code: str, verifier: str
) -> Tokens:
    """Return what the provider gives for the code; WorkplaceDown, or SignInRefused when the code was no good."""
    settings, host = credentials.settings, urlsplit(metadata.token_endpoint).hostname or "?"
    client = _client(session, credentials, metadata, redirect_uri)
    try:
        told = client.fetch_token(
            metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
        )
    except OAuthError as refused:
        raise _refusal(str(refused.error), settings, host) from None
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "an error"
        raise WorkplaceDown(f"the token endpoint at {host} answered {status}") from None
    except requests.exceptions.JSONDecodeError:
        raise WorkplaceDown(f"the token endpoint at {host} gave no JSON") from None
    except requests.RequestException as error:
        raise down("the token endpoint", host, error) from None
    except (ValueError, TypeError, RecursionError):
        raise WorkplaceDown(f"the token endpoint at {host} gave no JSON object") from None
    return _tokens(told, host)


def _client(session: requests.Session, credentials: Credentials, metadata: Metadata, redirect_uri: str) -> _Client:
    settings = credentials.settings
    method = settings.client_auth
    secret: Any = None if method == "private_key_jwt" else plain_secret(credentials.secret, settings.client_secret)
    client = _Client(_Bounded(session), settings.client_id, secret, method, redirect_uri=redirect_uri)
    if method == "private_key_jwt":
        key = credentials.keys.signing("workplace")
        client.client_secret = key.private_key
        issued = int(credentials.clock().timestamp())
        audience = metadata.issuer if settings.assertion_audience == "issuer" else metadata.token_endpoint
        times = {"iat": issued, "exp": issued + int(ASSERTION_LIVES.total_seconds())}
        client.register_client_auth_method(
            PrivateKeyJWT(metadata.token_endpoint, {"aud": audience, **times}, {"kid": key.kid}, key.algorithm)
        )
    client.register_client_auth_method(("client_secret_basic", _basic))
    return client


class _Bounded:
    """The session as Authlib sees it: an answer that is too long is refused before anybody parses it."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def post(self, url: str, **given: Any) -> requests.Response:
        """Send it."""
        answer = self._session.post(url, **given)
        if len(answer.content) > LONGEST:
            raise WorkplaceDown("the token endpoint gave an answer that is too long")
        return answer


def _basic(client: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """Write name and secret form-encoded into the header, as RFC 6749 2.3.1 has it."""
    text = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(text.encode()).decode()}"
    return uri, headers, body


def _tokens(told: Mapping[str, Any], host: str) -> Tokens:
    access, kind = told.get("access_token"), told.get("token_type")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable():
        raise WorkplaceDown(f"the token endpoint at {host} gave no access token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise WorkplaceDown(f"the token endpoint at {host} gave a token that is not of type Bearer")
    return Tokens(told.get("id_token"), access)


def _refusal(error: str, settings: OidcSettings, host: str) -> Exception:
    if error in OUR_FAULT:
        return WorkplaceDown(f"the token endpoint at {host} answered {error}: see client_id, secret and scopes")
    if error in DOWN:
        return WorkplaceDown(f"the token endpoint at {host} answered {error}")
    known = error if error in {"invalid_grant", "invalid_request"} else "an error of its own"
    return SignInRefused("code_refused", f"the token endpoint of {settings.name} answered {known}")
