"""Peers by hand: `python -m tests.lab slapd` runs one until Ctrl-C; with `-- COMMAND` as long as the command runs.

`python -m tests.lab --packages` prints the Debian packages that all peers together need.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Protocol

from tests.lab import postgres, scim, slapd, synapse
from tests.lab.catalogue import PEERS
from tests.lab.people import company
from tests.lab.site import Site


class _Stops(Protocol):
    def stop(self) -> None: ...


Started = tuple[_Stops, Mapping[str, str]]


def _slapd(site: Site) -> Started:
    peer = slapd.start(site, company(1000).people)
    note = {"url": peer.ldaps_url, "ca_file": str(peer.ca_file), "people": slapd.PEOPLE, "password": slapd.PASSWORD}
    return peer, {**note, "bind_dn": slapd.BRIDGE_DN, "bind_password": slapd.BRIDGE_PASSWORD}


def _scim(site: Site) -> Started:
    peer = scim.start(site)
    return peer, {"url": peer.url, "token": peer.token}


def _postgres(site: Site) -> Started:
    peer = postgres.start(site)
    return peer, {"SSO_BRIDGE_TEST_DATABASE": peer.url}


def _synapse(site: Site) -> Started:
    peer = synapse.Synapse(site).start()
    return peer, {"url": peer.url, "admin_token": peer.admin_token, "ca_file": str(site.authority.ca_file)}


BY_HAND: Mapping[str, Callable[[Site], Started]] = {
    "slapd": _slapd,
    "scim2-server": _scim,
    "postgres": _postgres,
    "synapse": _synapse,
}


def run(name: str, command: list[str]) -> int:
    """Start the peer, then run the command with the peer's note in its environment, or wait for Ctrl-C."""
    lacking = PEERS[name].missing()
    if lacking is not None:
        print(f"{name} cannot run here: {lacking} is not installed (make peers)", file=sys.stderr)
        return 1
    site = Site()
    peer, note = BY_HAND[name](site)
    try:
        if command:
            return subprocess.run(command, check=False, env={**os.environ, **note}).returncode
        print("\n".join(f"{key}: {value}" for key, value in note.items()), flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
        return 0
    finally:
        peer.stop()
        site.clear()


def main(arguments: list[str]) -> int:
    """Read the command line."""
    if arguments == ["--packages"]:
        print("\n".join(sorted({package for peer in PEERS.values() for package in peer.packages})))
        return 0
    if not arguments or arguments[0] not in BY_HAND:
        print(f"usage: python -m tests.lab {{{','.join(BY_HAND)}}} [-- COMMAND ...]", file=sys.stderr)
        return 2
    signal.pthread_sigmask(signal.SIG_BLOCK, set() if arguments[1:] else {signal.SIGINT, signal.SIGTERM})
    return run(arguments[0], arguments[2:] if arguments[1:2] == ["--"] else [])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
