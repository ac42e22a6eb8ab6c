"""What an ordinary OpenID platform does, by Authlib: send people to the bridge, take them back, let them leave.

The only file of the demo that touches Authlib.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for

TECHNICAL = frozenset({"iss", "aud", "exp", "iat", "nonce", "at_hash", "sid", "auth_time", "acr", "amr"})


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a platform finds the bridge, and how it names itself there."""

    issuer: str
    client_id: str
    client_secret: str


def create_relying_party(provider: Provider, *, title: str, scope: str) -> Flask:
    """Return an application with `/sign-in`, `/callback` and `/sign-out`; `session["claims"]` tells who is in."""
    app = Flask("sso_bridge.demo")
    app.secret_key = token_hex(32)
    # Cookies know no ports: each platform of this machine has its own name for them.
    app.config.update(SESSION_COOKIE_NAME=provider.client_id, SESSION_COOKIE_SAMESITE="Lax")
    app.context_processor(lambda: {"title": title, "who": session.get("claims"), "bridge": provider.issuer})
    bridge = OAuth(app).register(
        "bridge",
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        client_kwargs={"scope": scope, "code_challenge_method": "S256"},
    )
    app.register_blueprint(_doors(bridge))
    return app


def _doors(bridge: Any) -> Blueprint:
    doors = Blueprint("doors", __name__)

    @doors.get("/sign-in")
    def sign_in() -> Any:
        return bridge.authorize_redirect(url_for("doors.callback", _external=True))

    @doors.get("/callback")
    def callback() -> Any:
        if "error" in request.args:
            return render_template("refused.html", error=request.args["error"]), 403
        token = bridge.authorize_access_token()
        claims = {**token["userinfo"], **bridge.userinfo(token=token)}
        session["claims"] = {name: value for name, value in claims.items() if name not in TECHNICAL}
        return redirect("/")

    @doors.get("/sign-out")
    def sign_out() -> Response:
        session.clear()
        return redirect("/")  # type: ignore[return-value]

    return doors
