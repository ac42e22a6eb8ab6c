"""An authorization request: checked in the order that never sends an error to a stranger (OP-02), then an `Asked`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_bridge.errors import BadRequest, UnknownPlatform
from sso_bridge.login.asked import Asked
from sso_bridge.login.respond.oidc_provider.answers import Mode, Return
from sso_bridge.login.respond.oidc_provider.claims import (
    BadClaims,
    asked_claims,
    essential_acr,
    parse_claims,
    wished_acr,
)
from sso_bridge.login.respond.oidc_provider.client import Client, Clients
from sso_bridge.login.respond.oidc_provider.errors import AuthorizationRefused
from sso_bridge.login.respond.oidc_provider.jose import BadToken, Jose
from sso_bridge.login.respond.oidc_provider.parameters import BadParameters, parse

MODES: tuple[Mode, ...] = ("query", "form_post")
PROMPTS = ("none", "login", "consent", "select_account")
LONGEST_TEXT = 4096
MOST_LEVELS = 16
MOST_LANGUAGES = 8
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: +[\x21\x23-\x5b\x5d-\x7e]+)*")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class _Wrong(Exception):
    error: str
    description: str


class AuthorizationRequests:
    """Reads authorization requests. Raises BadRequest for a local page, AuthorizationRefused for the platform."""

    def __init__(self, clients: Clients, jose: Jose) -> None:
        self._clients = clients
        self._jose = jose

    def read(self, text: bytes) -> Asked:
        """Return what the query or form body asks for."""
        try:
            given, fault = parse(text), ""
        except BadParameters as bad:
            given, fault = bad.first, str(bad)
        client = self._client(given)
        target = _target(given)
        try:
            _check_whole(fault)
            return self._asked(client, target, given)
        except _Wrong as wrong:
            raise AuthorizationRefused(target, client.platform, wrong.error, wrong.description) from wrong

    def _client(self, given: Mapping[str, str]) -> Client:
        client = self._clients.by_id(given.get("client_id", ""))
        if client is None:
            raise UnknownPlatform("no OpenID client has this client_id, or its platform is switched off")
        if not client.may_return_to(given.get("redirect_uri", "")):
            wrong = BadRequest(f"the redirect_uri is missing or not registered for client {client.client_id}")
            wrong.platform = client.platform
            raise wrong
        return client

    def _asked(self, client: Client, target: Return, given: Mapping[str, str]) -> Asked:
        _check_kind(given)
        _check_challenge(given)
        prompts = _prompts(given.get("prompt", ""))
        max_age = _max_age(given.get("max_age", ""))
        claims = _claims(given.get("claims", ""))
        return Asked(
            protocol="oidc",
            platform=client.platform,
            force=bool({"login", "select_account"} & prompts) or max_age == 0,
            passive="none" in prompts,
            max_age=max_age,
            acr_values=essential_acr(claims),
            preferred=(*given.get("acr_values", "").split(), *wished_acr(claims))[:MOST_LEVELS],
            login_hint=given.get("login_hint", "")[:256],
            ui_locales=_languages(given.get("ui_locales", "")),
            details={
                "client_id": client.client_id,
                "redirect_uri": target.redirect_uri,
                "state": target.state,
                "mode": target.mode,
                "scopes": _scopes(client, given.get("scope", "")),
                "nonce": _short(given.get("nonce", "")),
                "challenge": given["code_challenge"],
                "claims": {place: list(names) for place, names in asked_claims(claims).items()},
                "hint": self._hinted_subject(client, given.get("id_token_hint", "")),
            },
        )

    def _hinted_subject(self, client: Client, hint: str) -> str:
        """Return whom the platform expects; an ended ID token is still a good hint (OIDC Core 3.1.2.1)."""
        if not hint:
            return ""
        try:
            return self._jose.read_own_id_token(hint, client.client_id).subject
        except BadToken as bad:
            raise _Wrong("invalid_request", "The id_token_hint is not an ID token of ours for this client.") from bad


def _target(given: Mapping[str, str]) -> Return:
    mode = given.get("response_mode", "")
    state = given.get("state", "")
    return Return(
        given["redirect_uri"],
        state if len(state) <= LONGEST_TEXT else "",
        "form_post" if mode == "form_post" else "query",
    )


def _check_whole(fault: str) -> None:
    if fault:
        raise _Wrong("invalid_request", "A parameter is repeated or broken.")


def _check_kind(given: Mapping[str, str]) -> None:
    """RFC 9101 6.1 for request objects, then RFC 6749 4.1.1 and the response modes (OP-04, OP-19)."""
    if "request" in given:
        raise _Wrong("request_not_supported", "Request objects are not supported.")
    if "request_uri" in given:
        raise _Wrong("request_uri_not_supported", "Request addresses are not supported.")
    if "registration" in given:
        raise _Wrong("registration_not_supported", "Self-registration is not supported.")
    if not given.get("response_type"):
        raise _Wrong("invalid_request", "The response_type is missing.")
    if given["response_type"] != "code":
        raise _Wrong("unsupported_response_type", "Only the response_type code is supported.")
    if given.get("response_mode", "query") not in MODES:
        raise _Wrong("invalid_request", "Only the response modes query and form_post are supported.")
    _short(given.get("state", ""))


def _check_challenge(given: Mapping[str, str]) -> None:
    """RFC 7636 4.3 and RFC 9700 2.1.1: every client, S256 only (OP-05)."""
    if given.get("code_challenge_method", "plain") != "S256":
        raise _Wrong("invalid_request", "PKCE with code_challenge_method S256 is required.")
    if not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise _Wrong("invalid_request", "The code_challenge is missing or not an S256 challenge.")


def _scopes(client: Client, text: str) -> list[str]:
    if not _SCOPE.fullmatch(text) or "openid" not in text.split():
        raise _Wrong("invalid_scope", "The scope openid is required.")
    granted = client.grantable(tuple(text.split()))
    if "openid" not in granted:
        raise _Wrong("invalid_scope", "The scope openid is not registered for this client.")
    return list(granted)


def _prompts(text: str) -> frozenset[str]:
    prompts = frozenset(text.split())
    if prompts - set(PROMPTS):
        raise _Wrong("invalid_request", "The prompt is not known.")
    if "none" in prompts and len(prompts) > 1:
        raise _Wrong("invalid_request", "The prompt none cannot be combined.")
    return prompts


def _languages(text: str) -> tuple[str, ...]:
    """Return language tags in the order of preference; what is none is no error (OIDC Core 3.1.2.1)."""
    return tuple(tag for tag in text.split()[:MOST_LANGUAGES] if LANGUAGE.fullmatch(tag))


def _max_age(text: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise _Wrong("invalid_request", "The max_age is not a number of seconds.")
    return int(text)


def _claims(text: str) -> Mapping[str, Any]:
    try:
        return parse_claims(text)
    except BadClaims as bad:
        raise _Wrong("invalid_request", "The claims parameter is not valid.") from bad


def _short(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _Wrong("invalid_request", "A parameter is too long.")
    return text
