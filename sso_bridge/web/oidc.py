"""The OpenID provider over HTTP. No rule lives here: bytes go in to `oidc_provider`, answers come out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from sso_bridge.errors import BadRequest, RuleFailed
from sso_bridge.login.browser import Cookies, Step
from sso_bridge.login.flow import SignIn
from sso_bridge.login.respond.oidc_provider.client import Client
from sso_bridge.login.respond.oidc_provider.client_auth import Call
from sso_bridge.login.respond.oidc_provider.errors import AuthorizationRefused, OAuthError
from sso_bridge.login.respond.oidc_provider.parameters import LONGEST, BadParameters, parse
from sso_bridge.login.respond.oidc_provider.provider import Provider
from sso_bridge.login.sign_out import SignOut
from sso_bridge.web.answer import browser_of, see_other, to_response, with_cookies

PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
log = structlog.get_logger(__name__)


def blueprint(provider: Provider, sign_in: SignIn, sign_out: SignOut) -> Blueprint:
    """Return the pages `/oidc/...` and the two discovery documents."""
    pages = Blueprint("oidc", __name__)
    _front_channel(pages, provider, sign_in)
    _logout(pages, provider, sign_out)
    _back_channel(pages, provider)
    _public(pages, provider)
    return pages


def _front_channel(pages: Blueprint, provider: Provider, sign_in: SignIn) -> None:
    @pages.route("/oidc/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        """Begin a sign-in; a POST comes from another site and without our session cookie, so it is parked."""
        text = b"&".join(part for part in (request.query_string, _body(request)) if part)
        try:
            asked = provider.requests.read(text)
        except AuthorizationRefused as refused:
            why = BadRequest(str(refused))
            why.platform = refused.platform
            reference = sign_in.visits.lost(why, browser_of(request), "oidc")
            log.info("openid.request_refused", platform=refused.platform, error=refused.error, reference=reference)
            return to_response(Step(refused.target.refuse(provider.issuer, refused.error, refused.description)))
        go_on = sign_in.park if request.method == "POST" else sign_in.begin
        return to_response(go_on(asked, browser_of(request)))


def _logout(pages: Blueprint, provider: Provider, sign_out: SignOut) -> None:
    @pages.route("/oidc/logout", methods=["GET", "POST"])
    def logout() -> Response:
        """End the session a platform's ID token was about; anything less certain is a question to the person."""
        if request.method == "POST":
            return see_other("/oidc/logout?" + urlencode(_form(_body(request))))
        browser, wish = browser_of(request), provider.logout.read(request.query_string)
        present = None if wish is None else sign_out.desk.present(browser)
        if wish is None or (present is not None and not wish.means(present.session.name)):
            return see_other("/logout")
        if present is not None:
            return to_response(sign_out.leave(present, browser, wish.return_to))
        return with_cookies(see_other(wish.return_to or "/logout"), Cookies(session=""))


def _back_channel(pages: Blueprint, provider: Provider) -> None:
    @pages.post("/oidc/token")
    def token() -> Response:
        return _answered(lambda call: provider.tokens.trade(*_client(provider, call)))

    @pages.route("/oidc/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        return _answered(provider.userinfo.tell)

    @pages.post("/oidc/revoke")
    def revoke() -> Response:
        return _answered(lambda call: _revoked(provider, call))

    @pages.post("/oidc/introspect")
    def introspect() -> Response:
        return _answered(lambda call: provider.ownership.introspect(*_client(provider, call)))

    for name in ("token", "revoke", "introspect"):
        pages.add_url_rule(f"/oidc/{name}", f"{name}_by_get", _only_post, methods=["GET"])


def _public(pages: Blueprint, provider: Provider) -> None:
    metadata = json.dumps(provider.metadata)

    @pages.get("/.well-known/openid-configuration")
    @pages.get("/.well-known/oauth-authorization-server")
    def discovery() -> Response:
        return Response(metadata, 200, PUBLIC, content_type="application/json")

    @pages.get("/oidc/jwks")
    def jwks() -> Response:
        body = json.dumps({"keys": provider.jose.published()})
        return Response(body, 200, PUBLIC, content_type="application/jwk-set+json")


def _client(provider: Provider, call: Call) -> tuple[Client, Mapping[str, str]]:
    given = call.parameters()
    return provider.authentication.client(call, given), given


def _form(body: bytes) -> dict[str, str]:
    """Return the fields of a cross-site form, which goes on by GET, where the browser shows its session cookie."""
    try:
        return parse(body)
    except BadParameters as bad:
        raise BadRequest(str(bad)) from bad


def _revoked(provider: Provider, call: Call) -> Mapping[str, Any]:
    provider.ownership.revoke(*_client(provider, call))
    return {}


def _answered(work: Callable[[Call], Mapping[str, Any]]) -> Response:
    """Return the JSON of the work, or the JSON of its refusal; whatever breaks stays inside (OP-21)."""
    try:
        call = Call(
            tuple(request.headers.getlist("Authorization")),
            request.content_type or "",
            request.query_string,
            _body(request),
            request.remote_addr or "",
        )
        return _json(work(call))
    except OAuthError as wrong:
        challenge = {"WWW-Authenticate": wrong.challenge} if wrong.challenge else {}
        challenge |= {"Retry-After": str(wrong.retry_after)} if wrong.retry_after else {}
        told = {"error": wrong.error, **({"error_description": wrong.description} if wrong.description else {})}
        return _json(told, wrong.status, challenge)
    except BadRequest:
        return _json({"error": "invalid_request"}, 413)
    except RuleFailed as why:
        log.warning("openid.rule_failed", cause=why.cause)
        return _json({"error": "temporarily_unavailable"}, why.status)
    except Exception:
        log.exception("openid.endpoint_failed", path=request.path)
        return _json({"error": "server_error"}, 500)


def _only_post() -> Response:
    told = {"error": "invalid_request", "error_description": "This address takes POST only."}
    return _json(told, 405, {"Allow": "POST"})


def _json(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, {**PRIVATE, **(headers or {})}, content_type="application/json")


def _body(asked: Request) -> bytes:
    if asked.method != "POST":
        return b""
    asked.max_content_length = LONGEST
    try:
        return asked.get_data(cache=False)
    except RequestEntityTooLarge as wrong:
        raise BadRequest("the body is too long") from wrong
