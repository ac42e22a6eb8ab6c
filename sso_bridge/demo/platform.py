"""The community platform of the demo: an ordinary relying party, with accounts in an ordinary SCIM service.

It shows what a platform sees: the claims of the sign-in, beside the account and groups that the sync has made.
It trusts the bridge like any other provider and knows nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask, render_template, session

from sso_bridge.demo.relying_party import Provider, create_relying_party

SCOPE = "openid profile email groups"
SHOWN = ("userName", "displayName", "title", "active")


@dataclass(frozen=True, slots=True)
class Square:
    """Where the platform finds its provider and its accounts."""

    provider: Provider
    scim_url: str
    scim_token: str


class Accounts:
    """The platform's own look at its SCIM service."""

    def __init__(self, square: Square) -> None:
        self._url = square.scim_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {square.scim_token}"

    def of(self, username: str) -> tuple[dict[str, Any] | None, list[str]]:
        """Return the account with this user name and the names of its groups."""
        quoted = username.replace("\\", "\\\\").replace('"', '\\"')
        found = self._search("Users", f'userName eq "{quoted}"')
        if not found:
            return None, []
        groups = self._search("Groups", f'members.value eq "{found[0]["id"]}"')
        return found[0], sorted(group["displayName"] for group in groups)

    def count(self, kind: str) -> int:
        """Return how many accounts (`Users`) or groups (`Groups`) there are."""
        answer = self._session.get(f"{self._url}/{kind}", params={"count": "1"}, timeout=10)
        answer.raise_for_status()
        return int(answer.json()["totalResults"])

    def _search(self, kind: str, condition: str) -> list[dict[str, Any]]:
        answer = self._session.get(f"{self._url}/{kind}", params={"filter": condition}, timeout=10)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json().get("Resources", [])
        return found


def create_platform(square: Square) -> Flask:
    """Return the platform as a WSGI application."""
    app = create_relying_party(square.provider, title="Town square", scope=SCOPE)
    accounts = Accounts(square)

    @app.get("/")
    def home() -> str:
        claims = session.get("claims")
        if not claims:
            return render_template("square_door.html", people=accounts.count("Users"), groups=accounts.count("Groups"))
        account, groups = accounts.of(claims.get("preferred_username", ""))
        shown = {name: account.get(name) for name in SHOWN} if account else None
        return render_template("square.html", claims=claims, account=shown, groups=groups)

    return app
