"""Every family of addresses is limited, and all processes count together (AD-10)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.admin import SITE, AdminBridge

FAMILIES = {
    "a door of its own": ("/admin/v1/", "/hr/v1/", "/scim/v2"),
    "per network, for everybody": ("/.well-known/", "/admin/docs", "/admin/openapi.json", "/oidc/jwks",
                                   "/saml/metadata"),
    "per client and network": ("/admin/oauth/", "/oidc/token", "/oidc/revoke", "/oidc/introspect", "/oidc/userinfo"),
    "the sign-in's own": ("/login", "/logout", "/oidc/authorize", "/oidc/logout", "/saml/", "/workplace/", "/security"),
    "a session only": ("/session", "/"),
    "not on the public listener": ("/healthz", "/readyz", "/metrics"),
    "files": ("/static/",),
}  # fmt: skip
READ_BY_ALL = [
    "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/admin", "/oidc/jwks", "/saml/metadata", "/admin/openapi.json",
    "/admin/docs",
    "/workplace/staff/saml/metadata", "/workplace/staff/oidc/jwks",
]  # fmt: skip
ROOT = Path(__file__).parents[3]
OTHER = """
import json, sys
from tests.fakes.clock import FakeClock
from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.store.engine import Store

url, site, token, count = sys.argv[1:]
store = Store(url)
app = create_app(Settings(public_url=site), store=store, clock=FakeClock(), vault=Vault(make_key()))
ask = app.test_client()
made = {"Authorization": f"Bearer {token}"}
found = [ask.get("/admin/v1/me", headers=made, base_url=site).status_code for _ in range(int(count))]
print(json.dumps(found))
store.close()
"""


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application."""
    return AdminBridge(store, clock, keys)


def test_every_family_is_known(bridge: AdminBridge) -> None:
    """AD-10: each address belongs to a family that says what limits it."""
    known = tuple(prefix for family in FAMILIES.values() for prefix in family if prefix != "/")
    rules = {rule.rule for rule in bridge.app.url_map.iter_rules()} - {"/"}

    assert set() == {rule for rule in rules if not rule.startswith(known)}


@pytest.mark.parametrize("path", READ_BY_ALL)
def test_who_asks_without_end(bridge: AdminBridge, path: str) -> None:
    """AD-10: metadata, keys and the manual are read 240 times at once by one network, then told to wait."""
    client = bridge.app.test_client()

    def ask(address: str = "203.0.113.7"):
        return client.get(path, base_url=SITE, environ_base={"REMOTE_ADDR": address})

    statuses = Counter(ask().status_code for _ in range(241))
    assert 1 == statuses[429]
    refused = ask()
    assert (429, "1") == (refused.status_code, refused.headers["Retry-After"])
    assert 429 != ask("198.51.100.9").status_code
    bridge.clock.move(seconds=1)
    assert 429 != ask().status_code


def test_two_processes(bridge: AdminBridge, database_url: str) -> None:
    """AD-10: what one process let through counts in another one: together they let through what one would have."""
    program = [sys.executable, "-c", OTHER, database_url, SITE, bridge.texts["viewer"], "200"]
    both = [subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)]
    said = [one.communicate(timeout=200)[0] for one in both]
    found = Counter(status for one in said for status in json.loads(one.splitlines()[-1]))

    assert {200: 300, 429: 100} == dict(found)
