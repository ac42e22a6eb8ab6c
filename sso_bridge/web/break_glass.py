"""`/login/break-glass`: a token for an administrator when no workplace can sign anybody in (AD-09)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sso_bridge.break_glass.opening import BreakGlassRefused, Opening, Typed
from sso_bridge.errors import AttemptOver, BridgeError, TooManyAttempts
from sso_bridge.login.authenticate.attempt import is_token, new_token
from sso_bridge.login.browser import Cookies
from sso_bridge.web import csrf, factor_pages
from sso_bridge.web.answer import browser_of, with_cookies

PURPOSE = "break glass"


def blueprint(opening: Opening) -> Blueprint:
    """Return the page."""
    site = Blueprint("break_glass", __name__)

    @site.get("/login/break-glass")
    def ask() -> Response:
        secret = browser_of(request).secret
        secret = secret if is_token(secret) else new_token()
        return with_cookies(_form(secret), Cookies(secret=secret))

    @site.post("/login/break-glass")
    def break_it() -> Response:
        browser = browser_of(request)
        csrf.check(request, browser.secret, PURPOSE)
        typed = Typed(*(_one(field) for field in ("name", "password", "code")))
        try:
            token, text = opening.open(typed, browser.address)
        except (BreakGlassRefused, TooManyAttempts) as why:
            return _form(browser.secret, why)
        return factor_pages.broken(text, f"{token.expires_at:%Y-%m-%d %H:%M} UTC")

    return site


def _form(secret: str, why: BridgeError | None = None) -> Response:
    return factor_pages.break_glass(csrf.token_for(secret, PURPOSE), why)


def _one(field: str) -> str:
    """Return a field that was sent exactly once (SE-10)."""
    values = request.form.getlist(field)
    if len(values) != 1:
        raise AttemptOver(f"the field {field} was sent {len(values)} times")
    return values[0]
