"""A web process of the demo: `python -m sso_bridge.demo.serving square|backstage DIR`, started by `sso-bridge demo`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from sso_bridge.config import load
from sso_bridge.demo.backstage import create_backstage
from sso_bridge.demo.document import BACKSTAGE, SQUARE
from sso_bridge.demo.folder import read_addresses
from sso_bridge.demo.platform import Square, create_platform
from sso_bridge.demo.relying_party import Provider
from sso_bridge.parts.site import SiteParts


class Served(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """One of the two applications, on gunicorn."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder
        self._at = read_addresses(folder)
        super().__init__()

    def load_config(self) -> None:
        """Listen on this machine only."""
        address = self._at.square if self._name == SQUARE else self._at.backstage
        port = address.rpartition(":")[2]
        values = {
            "bind": f"127.0.0.1:{port}",
            "workers": 1,
            "threads": 4,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 2,
            "loglevel": "warning",
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application; called in the web process."""
        provider = Provider(self._at.bridge, self._name, self._secret(self._name))
        if self._name == SQUARE:
            return create_platform(Square(provider, self._at.scim, self._secret("scim")))
        return create_backstage(provider, SiteParts(load(self._folder / "bridge.toml")))

    def _secret(self, name: str) -> str:
        return (self._folder / f"{name}.secret").read_text("utf-8")


def main() -> None:
    """Serve until told to stop."""
    name, folder = sys.argv[1:]
    if name not in {SQUARE, BACKSTAGE}:
        raise SystemExit(f"there is no {name}")
    Served(name, Path(folder)).run()


if __name__ == "__main__":
    main()
