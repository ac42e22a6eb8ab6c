"""Run every benchmark in turn, each in a process of its own: `make bench`, or `python -m benchmarks [NAME ...]`.

Nothing is written into the repository; the numbers to keep are copied into README.md by hand, with the date.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "sign_in": (),
    "through": (),
    "openid_login": (),
    "saml_response": (),
    "saml_login": (),
    "expressions": (),
    "intake": ("100000",),
    "plan": ("10000",),
    "million": ("20000",),
    "rollout": ("2000",),
    "scim_client": (),
    "scim_server": ("100", "3500"),
    "audit": ("50000",),
}
"""The benchmarks with the sizes that keep the whole run at a few minutes; the README names the larger ones."""

PEERS = {
    "oidc-provider": ROOT / ".peers/oidc-provider/node_modules/oidc-provider",
    "DuckDB": ROOT / ".peers/duckdb/bin/python",
    "pysaml2": ROOT / ".peers/pysaml2/bin/python",
    "SATOSA": ROOT / ".peers/satosa/bin/gunicorn",
}


def main(names: list[str]) -> int:
    """Run these benchmarks, all without names; return how many failed."""
    unknown = [name for name in names if name not in ARGUMENTS]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(ARGUMENTS)}.", file=sys.stderr)
        return len(unknown)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {time.strftime('%F %R')}")
    for peer, proof in PEERS.items():
        if not proof.exists():
            print(f"NOT INSTALLED: {peer}; .ci/bench-peers installs it")
    failed = []
    for name in names or ARGUMENTS:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *ARGUMENTS[name]]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nFAILED: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
