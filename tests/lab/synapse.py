"""Matrix Synapse with SQLite, in a virtual environment of its own: a relying party and an admin API in one.

Its sign-in cookies are always Secure, so it is reached by https; it finds the lab's authority by SSL_CERT_FILE.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

import requests
import yaml

from tests.lab.process import Process, free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.27"
SERVER = "matrix.corp.example"
SHARED_SECRET = "shared-secret-of-the-lab"
HOME = Path(os.environ.get("SSO_BRIDGE_SYNAPSE", Path(__file__).parents[2] / ".peers/synapse"))
UNLIMITED = {"per_second": 1000, "burst_count": 1000}


@dataclass(frozen=True)
class Relying:
    """The bridge as Synapse sees it."""

    issuer: str
    client_id: str
    client_secret: str


class Synapse:
    """A homeserver; the port is known before it starts, so that its redirect address can be registered."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.room = site.room("synapse")
        self.port = free_port(ADDRESS)
        self.url = f"https://{ADDRESS}:{self.port}"
        self.admin_token = ""
        self.process: Process | None = None

    @property
    def redirect_uri(self) -> str:
        """Return the address to register at the provider."""
        return f"{self.url}/_synapse/client/oidc/callback"

    def _config(self, provider: Relying | None) -> dict[str, object]:
        config: dict[str, object] = {
            "server_name": SERVER,
            "public_baseurl": f"{self.url}/",
            "pid_file": str(self.room / "homeserver.pid"),
            "tls_certificate_path": str(self.site.authority.certificate),
            "tls_private_key_path": str(self.site.authority.key),
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": [ADDRESS],
                    "type": "http",
                    "tls": True,
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.room / "homeserver.db")}},
            "log_config": str(self.room / "log.yaml"),
            "media_store_path": str(self.room / "media"),
            "signing_key_path": str(self.room / "signing.key"),
            "registration_shared_secret": SHARED_SECRET,
            "macaroon_secret_key": "macaroon",
            "form_secret": "form",
            "report_stats": False,
            "background_updates": {"sleep_enabled": False},
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
            "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
            "rc_room_creation": UNLIMITED,
            "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
            "sso": {"client_whitelist": [f"{self.url}/_matrix/"], "update_profile_information": True},
            "ip_range_whitelist": ["127.0.0.0/8"],
        }
        if provider is not None:
            template = {
                "subject_claim": "sub",
                "localpart_template": "{{ user.preferred_username }}",
                "display_name_template": "{{ user.name }}",
                "email_template": "{{ user.email }}",
            }
            config["oidc_providers"] = [
                {
                    "idp_id": "bridge",
                    "idp_name": "Workplace",
                    "issuer": provider.issuer,
                    "client_id": provider.client_id,
                    "client_secret": provider.client_secret,
                    "scopes": ["openid", "profile", "email"],
                    "pkce_method": "always",
                    "user_profile_method": "userinfo_endpoint",
                    "user_mapping_provider": {"config": template},
                }
            ]
        return config

    def start(self, provider: Relying | None = None) -> Synapse:
        """Start, with single sign-on when a provider is given; five to twenty seconds. Makes an administrator."""
        python = HOME / "bin/python"
        log = {"version": 1, "root": {"level": "INFO", "handlers": ["console"]}, "disable_existing_loggers": False}
        log["handlers"] = {"console": {"class": "logging.StreamHandler"}}
        (self.room / "log.yaml").write_text(yaml.safe_dump(log))
        (self.room / "homeserver.yaml").write_text(yaml.safe_dump(self._config(provider)))
        command = [python, "-m", "synapse.app.homeserver", "-c", self.room / "homeserver.yaml"]
        trust = {"SSL_CERT_FILE": str(self.site.authority.bundle)}
        made = [python, "-m", "synapse._scripts.generate_signing_key", "-o", self.room / "signing.key"]
        if not (self.room / "signing.key").exists():
            Process("signing-key", made, self.room).popen.wait()
        self.process = Process("synapse", command, self.room, environment=trust).ready(self._answers)
        self.admin_token = self.admin_token or self._administrator()
        return self

    def _answers(self) -> bool:
        try:
            where = f"{self.url}/_matrix/client/versions"
            return requests.get(where, verify=str(self.site.authority.ca_file), timeout=5).ok
        except requests.ConnectionError:
            return False

    def _administrator(self) -> str:
        where, verify = f"{self.url}/_synapse/admin/v1/register", str(self.site.authority.ca_file)
        nonce = requests.get(where, verify=verify, timeout=10).json()["nonce"]
        words = f"{nonce}\0bridge-bot\0Admin01!lab\0admin".encode()
        mac = hmac.new(SHARED_SECRET.encode(), words, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": "bridge-bot", "password": "Admin01!lab", "admin": True, "mac": mac}
        answer = requests.post(where, json=body, verify=verify, timeout=10)
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token

    def stop(self) -> None:
        """End the server."""
        if self.process is not None:
            self.process.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if (HOME / "bin/python").exists() else "matrix-synapse (make peers)"
