"""`/admin/oauth/...` over HTTP: bytes go in to `machine_clients`, answers come out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from sso_bridge.login.respond.oidc_provider.client_auth import Call
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.login.respond.oidc_provider.parameters import LONGEST
from sso_bridge.machine_clients.desk import REVOKE_PATH, TOKEN_PATH, TokenDesk

PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PUBLIC = {"Cache-Control": "public, max-age=300"}
DISCOVERY = "/.well-known/oauth-authorization-server/admin"
log = structlog.get_logger(__name__)


def blueprint(desk: TokenDesk) -> Blueprint:
    """Return the token endpoint, the revocation endpoint, and what discovery tells about them (RFC 8414)."""
    pages = Blueprint("machine_tokens", __name__)
    pages.add_url_rule(TOKEN_PATH, "token", lambda: _answered(desk.issue), methods=["POST"])
    pages.add_url_rule(REVOKE_PATH, "revoke", lambda: _answered(desk.revoke), methods=["POST"])

    @pages.get(DISCOVERY)
    def discovery() -> Response:
        return Response(json.dumps(desk.metadata()), 200, PUBLIC, content_type="application/json")

    return pages


def _answered(work: Callable[[Call], Mapping[str, Any]]) -> Response:
    request.max_content_length = LONGEST
    try:
        call = Call(
            tuple(request.headers.getlist("Authorization")), request.content_type or "", request.query_string,
            request.get_data(cache=False), request.remote_addr or "",
        )  # fmt: skip
        return _json(work(call))
    except OAuthError as wrong:
        headers = {"WWW-Authenticate": wrong.challenge} if wrong.challenge else {}
        headers |= {"Retry-After": str(wrong.retry_after)} if wrong.retry_after else {}
        return _json({"error": wrong.error, "error_description": wrong.description}, wrong.status, headers)
    except RequestEntityTooLarge:
        return _json({"error": "invalid_request", "error_description": "The body is too long."}, 413)
    except Exception as error:  # whatever it is, no traceback leaves
        log.exception("machine_tokens.fault", error=type(error).__name__)
        return _json({"error": "server_error"}, 500)


def _json(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, {**PRIVATE, **(headers or {})}, content_type="application/json")
