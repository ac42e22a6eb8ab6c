"""The account store of the demo: `python -m sso_bridge.demo.accounts DIR` is scim2-server, as its makers ship it.

Run by its own entry point and not as a program, so that its bearer token never stands in the list of processes.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

from sso_bridge.demo.folder import read_addresses

PROGRAM = "scim2-server"


def is_installed() -> bool:
    """Return whether the package is there; it comes with the extra `demo`."""
    return bool(entry_points(group="console_scripts", name=PROGRAM))


def main() -> None:
    """Serve until told to stop."""
    folder = Path(sys.argv[1])
    port = urlsplit(read_addresses(folder).scim).port
    token = (folder / "scim.secret").read_text("utf-8")
    (serve,) = entry_points(group="console_scripts", name=PROGRAM)
    sys.argv = [PROGRAM, "--port", str(port), f"--bearer-token={token}"]
    sys.exit(serve.load()())


if __name__ == "__main__":
    main()
