"""An identity provider made with pysaml2, honest or lying (see `pysaml2_server.py`), in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.32"
PACKAGES = ("xmlsec1",)
PASSWORD = "Welkom01!lab"
PYTHON = Path(__file__).parents[2] / ".peers/pysaml2/bin/python"
LIES = (
    *("unsigned", "changed_name", "changed_attribute", "comment_in_name", "wrapped", "unsigned_by_choice", "sha1"),
    *("wrong_audience", "no_audience", "expired", "not_yet_valid", "wrong_destination", "wrong_in_response_to"),
    *("no_in_response_to", "encrypted_by_cbc", "replay"),
)
"""Nobody may get in by any of them."""


@dataclass(frozen=True)
class Pysaml2Idp:
    """A running identity provider."""

    process: Process
    url: str
    ca_file: Path

    @property
    def metadata_url(self) -> str:
        """Return where it describes itself."""
        return f"{self.url}/metadata"

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before stays in the metadata beside it."""
        requests.post(f"{self.url}/rotate", verify=str(self.ca_file), timeout=30).raise_for_status()

    def lie(self, name: str) -> None:
        """Lie in this way from now on; `none` is honest."""
        requests.get(f"{self.url}/fault/{name}", verify=str(self.ca_file), timeout=30).raise_for_status()

    def stop(self) -> None:
        """End it."""
        self.process.stop()


def start(site: Site, people: Iterable[Mapping[str, str]], *platforms: bytes) -> Pysaml2Idp:
    """Start one with these people, all of whom have the same password, and these service providers."""
    room, port = site.room("pysaml2-idp"), free_port(ADDRESS)
    files = []
    for number, document in enumerate(platforms):
        file = room / f"sp{number}.xml"
        file.write_bytes(document)
        files.append(str(file))
    config = {
        "address": ADDRESS,
        "port": port,
        "url": f"https://{ADDRESS}:{port}",
        "room": str(room),
        "certificate": str(site.authority.certificate),
        "key": str(site.authority.key),
        "platforms": files,
        "people": {one["username"]: dict(one) for one in people},
        "password": PASSWORD,
    }
    (room / "config.json").write_text(json.dumps(config))
    program = Path(__file__).with_name("pysaml2_server.py")
    process = Process("pysaml2-idp", [PYTHON, program, room / "config.json"], room)
    process.ready(lambda: listens(ADDRESS, port))
    return Pysaml2Idp(process, config["url"], site.authority.ca_file)


def missing() -> str | None:
    """Return what is not installed, or None."""
    if not PYTHON.exists():
        return "pysaml2 (make peers)"
    return None if which("xmlsec1") else "xmlsec1"
