"""The community platform of the demo: an ordinary relying party (Authlib), with accounts in an ordinary SCIM service.

It shows what a platform sees: the claims of the sign-in, beside the account and groups that the sync has made.
It trusts the bridge like any other provider and knows nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import requests
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, redirect, render_template_string, session, url_for

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Town square</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 46rem; padding: 0 1rem; color: #1d2b36 }
  h1 { color: #0b6e4f } table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d8e2dc; vertical-align: top }
  a.button { background: #0b6e4f; color: #fff; padding: .6rem 1rem; border-radius: .4rem; text-decoration: none }
</style>
<h1>Town square</h1>
{% if not claims %}
  <p>A small community platform. It has no passwords: people come in from work.</p>
  <p><a class="button" href="{{ url_for('sign_in') }}">Sign in with your workplace</a></p>
{% else %}
  <p>Welcome, <strong>{{ claims.name }}</strong>. Nobody asked you for a password here.</p>
  <h2>What the sign-in told us</h2>
  <table>{% for name, value in claims.items() %}<tr><th>{{ name }}</th><td>{{ value }}</td></tr>{% endfor %}</table>
  <h2>Your account, as the sync made it</h2>
  {% if account %}
  <table>
    <tr><th>userName</th><td>{{ account.userName }}</td></tr>
    <tr><th>displayName</th><td>{{ account.displayName }}</td></tr>
    <tr><th>title</th><td>{{ account.title }}</td></tr>
    <tr><th>groups</th><td>{{ groups | join(", ") }}</td></tr>
  </table>
  {% else %}<p>You have no account here (yet).</p>{% endif %}
  <p><a href="{{ url_for('sign_out') }}">Leave the town square</a></p>
{% endif %}
</html>
"""


@dataclass(frozen=True, slots=True)
class Square:
    """Where the platform finds its provider and its accounts."""

    issuer: str
    client_id: str
    client_secret: str
    scim_url: str
    scim_token: str


class Accounts:
    """The platform's own look at its SCIM service."""

    def __init__(self, square: Square) -> None:
        self._url = square.scim_url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {square.scim_token}"

    def of(self, username: str) -> tuple[dict[str, Any] | None, list[str]]:
        """Return the account with this user name and the names of its groups."""
        quoted = username.replace("\\", "\\\\").replace('"', '\\"')
        found = self._search("Users", f'userName eq "{quoted}"')
        if not found:
            return None, []
        groups = self._search("Groups", f'members.value eq "{found[0]["id"]}"')
        return found[0], sorted(group["displayName"] for group in groups)

    def _search(self, kind: str, condition: str) -> list[dict[str, Any]]:
        answer = self._session.get(f"{self._url}/{kind}", params={"filter": condition}, timeout=10)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json().get("Resources", [])
        return found


def create_platform(square: Square) -> Flask:
    """Return the platform as a WSGI application."""
    app = Flask(__name__)
    app.secret_key = token_hex(32)
    app.config["SESSION_COOKIE_NAME"] = "town-square"
    accounts = Accounts(square)
    bridge = OAuth(app).register(
        "bridge",
        server_metadata_url=f"{square.issuer}/.well-known/openid-configuration",
        client_id=square.client_id,
        client_secret=square.client_secret,
        client_kwargs={"scope": "openid profile email groups", "code_challenge_method": "S256"},
    )

    @app.get("/")
    def home() -> str:
        claims = session.get("claims")
        account, groups = accounts.of(claims.get("preferred_username", "")) if claims else (None, [])
        return render_template_string(PAGE, claims=claims, account=account, groups=groups)

    @app.get("/sign-in")
    def sign_in() -> Any:
        return bridge.authorize_redirect(url_for("callback", _external=True))

    @app.get("/callback")
    def callback() -> Response:
        token = bridge.authorize_access_token()
        claims = {**token["userinfo"], **bridge.userinfo(token=token)}
        hidden = {"iss", "aud", "exp", "iat", "nonce", "at_hash", "sid"}
        session["claims"] = {name: value for name, value in claims.items() if name not in hidden}
        return redirect(url_for("home"))  # type: ignore[return-value]

    @app.get("/sign-out")
    def sign_out() -> Response:
        session.clear()
        return redirect(url_for("home"))  # type: ignore[return-value]

    return app
