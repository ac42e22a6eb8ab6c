"""scim-sanity, a probe for SCIM servers from the Python package index, in a folder of its own under .peers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[2] / ".peers/scim-sanity/bin/scim-sanity"
PATIENCE = 240


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if PROGRAM.exists() else "scim-sanity, by .ci/peers"


def probe(url: str, token: str, ca_file: Path) -> dict[str, Any]:
    """Return its report about the server at this address; it creates, changes and deletes people and groups there."""
    command = [PROGRAM, "probe", url, "--token", token, "--json-output", "--strict", "--i-accept-side-effects"]
    command += ["--ca-bundle", ca_file]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    report: dict[str, Any] = json.loads(done.stdout)
    return {**report, "exit_status": done.returncode}
