"""The bridge itself as an operator runs it: by its command, as processes of its own, reached by verified TLS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.lab.process import PeerFailed, Process, free_port, listens
from tests.lab.site import Site

ADDRESS = "127.0.0.11"
COMMAND = Path(sys.executable).parent / "sso-bridge"
PATIENCE = 400


class Bridge:
    """A folder made by `sso-bridge init`, and whatever of it runs."""

    def __init__(self, site: Site, *, name: str = "bridge", database_url: str = "", **settings: object) -> None:
        self.site = site
        self.folder = site.room(name) / "home"
        self.port = free_port(ADDRESS)
        self.url = f"https://{ADDRESS}:{self.port}"
        self.processes: list[Process] = []
        options = ["--database-url", database_url] if database_url else []
        made = self.command("init", str(self.folder), "--public-url", self.url, *options, "--json", settings=False)
        self.token: str = json.loads(made)["token"]
        own = {
            "bind": f"{ADDRESS}:{self.port}",
            "tls_certificate": str(site.authority.certificate),
            "tls_key": str(site.authority.key),
            "outgoing_allow": ["127.0.0.0/8"],
            "outgoing_ca_file": str(site.authority.ca_file),
            **settings,
        }
        toml = self.folder / "bridge.toml"
        taken = tuple(f"{key} =" for key in own)
        kept = [line for line in toml.read_text().splitlines() if not line.startswith(taken)]
        toml.write_text("\n".join([*(f"{key} = {json.dumps(value)}" for key, value in own.items()), *kept]) + "\n")

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every command: nothing of the caller's that could change trust."""
        return {**os.environ, "SSO_BRIDGE_SETTINGS": str(self.folder / "bridge.toml")}

    def command(self, *arguments: str, settings: bool = True, expect: int = 0) -> str:
        """Run `sso-bridge ...` and return what it printed; fail with its words when it ends otherwise than expected."""
        environment = self.environment if settings else dict(os.environ)
        done = subprocess.run(
            [str(COMMAND), *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder.parent,
            timeout=PATIENCE,
        )
        if done.returncode != expect:
            raise PeerFailed(
                f"sso-bridge {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def json(self, *arguments: str) -> Any:
        """Run a command with `--json` and return what it says."""
        return json.loads(self.command(*arguments, "--json"))

    def configure(self, document: Mapping[str, Any]) -> None:
        """Apply this configuration."""
        (self.folder / "configuration.yaml").write_text(yaml.safe_dump(dict(document), allow_unicode=True))
        self.command("config", "apply", str(self.folder / "configuration.yaml"), "--approve")

    def start(self, *arguments: str) -> Process:
        """Run a command in the background."""
        name = f"{arguments[0]}-{len(self.processes)}"
        process = Process(name, [COMMAND, *arguments], self.folder.parent, environment=self.environment)
        self.processes.append(process)
        return process

    def serve(self) -> Process:
        """Start the web service and wait until it listens."""
        return self.start("serve").ready(lambda: listens(ADDRESS, self.port))

    def fetch(self, path: str, **headers: str) -> bytes:
        """Return what an address of the bridge answers."""
        session = requests.Session()
        session.trust_env = False
        answer = session.get(self.url + path, verify=str(self.site.authority.ca_file), headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.content

    def stop(self, only: Sequence[Process] = ()) -> None:
        """End these processes, or all."""
        for process in only or tuple(self.processes):
            process.stop()
            self.processes.remove(process)
