"""Canaille, an OpenID provider in Flask with Authlib, on SQLite: slow to start, but nobody here wrote it.

Its clients have no audience until they are given one, and their ID tokens then an empty `aud`. It states no HR number:
people are called by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from tests.lab.process import Process, free_port, listens
from tests.lab.site import Site

ADDRESS = "127.0.0.40"
PASSWORD = "Welkom01!lab"
CLIENT, SECRET = "bridge", "a-secret-of-the-bridge"
PROGRAM = Path(__file__).parents[2] / ".peers/canaille/bin/canaille"
SETUP = """\
import json, sys
from canaille.commands import cli
for command in json.load(sys.stdin):
    cli.main(command, standalone_mode=False)
"""


@dataclass
class Canaille:
    """A provider with a few people; `serve` may be called again after `rotate`."""

    site: Site
    folder: Path
    port: int
    process: Process | None = None

    @property
    def issuer(self) -> str:
        """Return its name."""
        return f"https://{ADDRESS}:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """Return where its settings are."""
        return {"CANAILLE_CONFIG": str(self.folder / "canaille.toml"), "CONFIG": str(self.folder / "canaille.toml")}

    def rotate(self) -> None:
        """Sign with a new key from the next start on; the old one is published for as long as this one lives."""
        keys = self.folder / "keys.json"
        old = json.loads(keys.read_text())[:1] if keys.exists() else []
        fresh = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True).as_dict(private=True)
        keys.write_text(json.dumps([fresh, *old]))
        (self.folder / "canaille.toml").write_text(_settings(self.port, self.folder, fresh, old))

    def serve(self) -> Canaille:
        """Start; about twenty seconds."""
        tls = ["--certfile", self.site.authority.certificate, "--keyfile", self.site.authority.key]
        command = [PROGRAM, "run", "--bind", f"{ADDRESS}:{self.port}", *tls]
        self.process = Process("canaille", command, self.folder, environment=self.environment)
        self.process.ready(lambda: listens(ADDRESS, self.port), 120)
        return self

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.stop()


def start(site: Site, people: Iterable[Mapping[str, str]], bridge: str, workplace: str) -> Canaille:
    """Set up a provider with these people and this bridge, and start it; about a minute."""
    folder = site.room("canaille")
    canaille = Canaille(site, folder, free_port(ADDRESS))
    canaille.rotate()
    base = f"{bridge}/workplace/{workplace}/oidc"
    client = [
        "create",
        "client",
        "--quiet",
        "--client-id",
        CLIENT,
        "--client-secret",
        SECRET,
        "--client-name",
        "bridge",
    ]
    client += ["--redirect-uris", f"{base}/callback", "--post-logout-redirect-uris", f"{base}/logout"]
    client += ["--grant-types", "authorization_code", "--response-types", "code"]
    client += [part for scope in ("openid", "profile", "email") for part in ("--scope", scope)]
    client += ["--token-endpoint-auth-method", "client_secret_basic"]
    users = [_user(one) for one in people]
    commands = [["install"], *users, client, ["set", "client", CLIENT, "--audience", CLIENT]]
    _run(canaille, commands)
    return canaille.serve()


def _user(person: Mapping[str, str]) -> list[str]:
    command = ["create", "user", "--quiet", "--user-name", person["employee_number"], "--password", PASSWORD]
    command += ["--given-name", person["given_name"], "--family-name", person["family_name"]]
    return [*command, "--emails", person["email"], "--formatted-name", person["given_name"]]


def _run(canaille: Canaille, commands: list[list[str]]) -> None:
    """Run several commands in one process: each start of the program takes seconds."""
    (canaille.folder / "commands.json").write_text(json.dumps(commands))
    python = PROGRAM.parent / "python"
    text = SETUP.replace("sys.stdin", f"open({str(canaille.folder / 'commands.json')!r})")
    done = Process("setup", [python, "-c", text], canaille.folder, environment=canaille.environment)
    if done.popen.wait(180):
        raise RuntimeError(f"Canaille could not be set up:\n{done.tail(40)}")


def _settings(port: int, folder: Path, active: Mapping[str, Any], old: Iterable[Mapping[str, Any]]) -> str:
    def table(jwk: Mapping[str, Any]) -> str:
        return "{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in jwk.items()) + "}"

    return f"""\
SECRET_KEY = "the key of the lab"
SERVER_NAME = "{ADDRESS}:{port}"
PREFERRED_URL_SCHEME = "https"
[CANAILLE]
DATABASE = "sql"
JAVASCRIPT = false
HTMX = false
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder / "canaille.sqlite"}"
[CANAILLE_OIDC]
ACTIVE_JWKS = [{table(active)}]
INACTIVE_JWKS = [{", ".join(table(one) for one in old)}]
"""


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if PROGRAM.exists() else "canaille (make peers)"
