"""Security headers on every answer, whoever made it (SE-08)."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

YEAR = 31_536_000


def install(app: Flask, *, https: bool) -> None:
    """Add the headers to every answer of the app, and `csp_nonce()` to its templates."""

    def add(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _policy()
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if https:
            headers["Strict-Transport-Security"] = f"max-age={2 * YEAR}"
        # Everything is personal unless its maker says otherwise (metadata, keys, static files).
        headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """Return the nonce of this answer, for `<script nonce>` and `<style nonce>`."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def forms_may_lead_to(*origins: str) -> None:
    """Let the forms of this answer post to these origins, or be redirected there; without it only to ourselves.

    Browsers hold redirects after a form to the same rule: a sign-in form names the platform it leads to. Names of
    schemes (`https:`) are for chains whose end nobody knows.
    """
    g.form_action = (*g.get("form_action", ()), *origins)


def _policy() -> str:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    forms = " ".join(("'self'", *(origin for origin in g.get("form_action", ()) if not set(origin) & set(" ;,\r\n"))))
    return (
        f"default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )
