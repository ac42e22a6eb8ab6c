"""One handler for everything that goes wrong: a page or a JSON object with a code, one sentence and a reference.

No cause and no traceback leaves (AD-15, OP-21). A refused sign-in that was not recorded yet is recorded here.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from sso_bridge.errors import BadRequest, BridgeError, LoginRequired, TooManyAttempts
from sso_bridge.login.browser import Browser
from sso_bridge.web import pages
from sso_bridge.web.answer import browser_of
from sso_bridge.web.phrases import phrases

MACHINES = (
    "/admin/",
    "/hr/",
    "/scim/",
    "/session",
    "/oidc/token",
    "/oidc/userinfo",
    "/oidc/revoke",
    "/oidc/introspect",
    "/metrics",
)
SIGN_IN = frozenset({"signin", "saml", "oidc", "workplace", "logout"})
log = structlog.get_logger(__name__)

Note = Callable[[BridgeError, Browser, str], str]
"""Records a refused sign-in and returns its reference: `Visits.lost`."""


def install(app: Flask, note: Note) -> None:
    """Handle every error of the app."""

    def refused(why: BridgeError) -> Response:
        if not why.reference and request.blueprint in SIGN_IN and not isinstance(why, TooManyAttempts | LoginRequired):
            try:
                why.reference = note(why, browser_of(request), request.blueprint or "")
            except TooManyAttempts as enough:
                why = enough
        log.info("refused", code=why.code, cause=why.cause, reference=why.reference)
        platform = why.platform if isinstance(why, BadRequest) else ""
        return as_json(why) if wants_json() else pages.refusal(why, platform=platform)

    def http(error: HTTPException) -> Response:
        status = error.code or 500
        words = phrases()
        if not wants_json():
            text = words.not_found if status == 404 else f"{words.something_wrong} ({status})."  # noqa: PLR2004
            response = pages.plain(text, status)
        else:
            response = jsonify(code=f"http_{status}", sentence=error.name)
            response.status_code = status
        if status == 405 and error.get_response().headers.get("Allow"):  # noqa: PLR2004
            response.headers["Allow"] = error.get_response().headers["Allow"]
        return response

    def unexpected(error: Exception) -> Response:
        log.error("unexpected", error=type(error).__name__, exc_info=error)
        why = BridgeError()
        why.reference = g.get("request_id", "")
        return as_json(why) if wants_json() else pages.refusal(why)

    app.register_error_handler(BridgeError, refused)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, unexpected)


def as_json(why: BridgeError) -> Response:
    """Return an error for a machine."""
    response = jsonify(code=why.code, sentence=why.sentence, reference=why.reference)
    response.status_code = why.status
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response


def wants_json() -> bool:
    """Return whether the caller is a machine: by the address, or because it prefers JSON to a page."""
    if request.path.startswith(MACHINES):
        return True
    accepts = request.accept_mimetypes
    return accepts["application/json"] > accepts["text/html"]
