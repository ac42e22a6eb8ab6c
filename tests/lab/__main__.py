"""Peers by hand: `python -m tests.lab slapd` runs one until Ctrl-C; with `-- COMMAND` as long as the command runs.

The Apache modules need to know whom to trust: `IDP=metadata.xml` for mod_shib and mod_auth_mellon, `ISSUER=https://...`
for mod_auth_openidc. `BRIDGE=https://...` is the bridge that oidc-provider and canaille have as a client, with a
workplace `login`; `LIE=...` what the lying provider says (tests/lab/lies.py). `SP=metadata.xml` is the service provider
that simplesamlphp and pysaml2_idp know. `URL=https://...` is the page that chromium opens and pictures. `--packages`
prints the Debian packages that all peers together need.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from tests.lab import (
    canaille,
    chromium,
    lying_op,
    mit_kdc,
    mod_auth_mellon,
    mod_auth_openidc,
    mod_shib,
    oidc_provider,
    postgres,
    pysaml2_idp,
    samba_ad,
    samba_org,
    scim,
    simplesamlphp,
    slapd,
    synapse,
)
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


def _samba_ad(site: Site) -> Started:
    peer = samba_ad.start(site)
    note = {"url": peer.ldaps_url, "ca_file": str(peer.ca_file), "base_dn": samba_org.BASE, "realm": samba_org.REALM}
    note |= {"bind_dn": samba_org.BRIDGE, "bind_password": samba_org.BRIDGE_PASSWORD, "password": samba_org.PASSWORD}
    return peer, {**note, "keytab": str(peer.keytab), "KRB5_CONFIG": str(peer.krb5_conf)}


def _mit_kdc(site: Site) -> Started:
    peer = mit_kdc.start(site)
    note = {"realm": peer.name, "people": ", ".join(mit_kdc.PEOPLE), "password": mit_kdc.PASSWORD}
    return peer, {**note, "keytab": str(peer.keytab), "KRB5_CONFIG": peer.environment["KRB5_CONFIG"]}


def _scim(site: Site) -> Started:
    peer = scim.start(site)
    return peer, {"url": peer.url, "token": peer.token}


def _postgres(site: Site) -> Started:
    peer = postgres.start(site)
    return peer, {"SSO_BRIDGE_TEST_DATABASE": peer.url}


def _synapse(site: Site) -> Started:
    peer = synapse.Synapse(site).start()
    return peer, {"url": peer.url, "admin_token": peer.admin_token, "ca_file": str(site.authority.ca_file)}


def _asked(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        sys.exit(f"this peer needs {name}=... (see python -m tests.lab)")
    return value


def _saml(peer: mod_shib.Shibboleth | mod_auth_mellon.Mellon) -> Started:
    peer.start(Path(_asked("IDP")).read_bytes())
    return peer, {"url": peer.secret, "sp_metadata": str(peer.sp_metadata), "ca_file": str(peer.site.authority.ca_file)}


def _simplesamlphp(site: Site) -> Started:
    files = [Path(name).read_bytes() for name in os.environ.get("SP", "").split(":") if name]
    peer = simplesamlphp.SimpleSamlPhp(site, company(12).people).start(*files)
    note = {"metadata_url": peer.metadata_url, "ca_file": str(site.authority.ca_file), "people": "p00001 ..."}
    return peer, {**note, "password": simplesamlphp.PASSWORD}


def _pysaml2(site: Site) -> Started:
    peer = pysaml2_idp.start(site, company(12).people, Path(_asked("SP")).read_bytes())
    note = {"metadata_url": peer.metadata_url, "ca_file": str(site.authority.ca_file), "people": "p00001 ..."}
    return peer, {**note, "password": pysaml2_idp.PASSWORD, "lies": ", ".join(pysaml2_idp.LIES)}


def _openid(site: Site) -> Started:
    peer = mod_auth_openidc.OpenIdModule(site)
    peer.start(_asked("ISSUER"))
    note = {"url": peer.secret, "redirect_uri": peer.redirect_uri, "ca_file": str(site.authority.ca_file)}
    return peer, {**note, "client_id": peer.client_id, "client_secret": peer.client_secret}


def _oidc_provider(site: Site) -> Started:
    client = oidc_provider.client_of(_asked("BRIDGE"), "login")
    peer = oidc_provider.start(site, company(60).people, [client])
    note = {"issuer": peer.issuer, "people": "p00001 ...", "password": oidc_provider.PASSWORD, "control": peer.control}
    return peer, note | _client(site, oidc_provider.CLIENT, oidc_provider.SECRET)


def _canaille(site: Site) -> Started:
    peer = canaille.start(site, company(3).people, _asked("BRIDGE"), "login")
    note = {"issuer": peer.issuer, "people": "E1001 ...", "password": canaille.PASSWORD}
    return peer, note | _client(site, canaille.CLIENT, canaille.SECRET)


def _lying(site: Site) -> Started:
    peer = lying_op.start(site)
    peer.lie = os.environ.get("LIE") or "none"
    return peer, {"issuer": peer.issuer, "lie": peer.lie, **_client(site, lying_op.CLIENT, lying_op.SECRET)}


def _client(site: Site, client: str, secret: str) -> Mapping[str, str]:
    return {"client_id": client, "client_secret": secret, "ca_file": str(site.authority.ca_file)}


class _Picture:
    """What is left of a browser that has seen its page."""

    def stop(self) -> None:
        """There is nothing to stop."""


def _chromium(_site: Site) -> Started:
    picture = Path("chromium.png").resolve()
    with chromium.running() as browser:
        page = browser.new_page(ignore_https_errors=True)
        page.goto(_asked("URL"))
        page.screenshot(path=picture, full_page=True)
        return _Picture(), {"url": page.url, "title": page.title(), "picture": str(picture)}


BY_HAND: Mapping[str, Callable[[Site], Started]] = {
    "slapd": _slapd,
    "samba_ad": _samba_ad,
    "mit_kdc": _mit_kdc,
    "scim2-server": _scim,
    "postgres": _postgres,
    "synapse": _synapse,
    "mod_shib": lambda site: _saml(mod_shib.Shibboleth(site)),
    "mod_auth_mellon": lambda site: _saml(mod_auth_mellon.Mellon(site)),
    "mod_auth_openidc": _openid,
    "simplesamlphp": _simplesamlphp,
    "pysaml2_idp": _pysaml2,
    "oidc-provider": _oidc_provider,
    "canaille": _canaille,
    "lying-op": _lying,
    "chromium": _chromium,
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
