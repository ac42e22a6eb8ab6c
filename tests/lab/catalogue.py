"""Which peers there are, what each needs from Debian, and whether it can run here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.lab import (
    canaille,
    chromium,
    ds389,
    mit_kdc,
    mod_auth_mellon,
    mod_auth_openidc,
    mod_shib,
    nginx,
    oidc_provider,
    postgres,
    pysaml2_idp,
    rsyslog,
    samba_ad,
    scim,
    scim_sanity,
    simplesamlphp,
    slapd,
    sshd,
    synapse,
    xmlsec1,
)


@dataclass(frozen=True)
class Peer:
    """`packages` are Debian's; `missing` returns what is not installed, or None."""

    missing: Callable[[], str | None]
    packages: tuple[str, ...] = ()


PEERS: Mapping[str, Peer] = {
    "slapd": Peer(slapd.missing, slapd.PACKAGES),
    "sshd": Peer(sshd.missing, sshd.PACKAGES),
    "ds389": Peer(ds389.missing, ds389.PACKAGES),
    "samba_ad": Peer(samba_ad.missing, samba_ad.PACKAGES),
    "mit_kdc": Peer(mit_kdc.missing, mit_kdc.PACKAGES),
    "mod_shib": Peer(mod_shib.missing, mod_shib.PACKAGES),
    "mod_auth_mellon": Peer(mod_auth_mellon.missing, mod_auth_mellon.PACKAGES),
    "mod_auth_openidc": Peer(mod_auth_openidc.missing, mod_auth_openidc.PACKAGES),
    "simplesamlphp": Peer(simplesamlphp.missing, simplesamlphp.PACKAGES),
    "pysaml2_idp": Peer(pysaml2_idp.missing, pysaml2_idp.PACKAGES),
    "xmlsec1": Peer(xmlsec1.missing, xmlsec1.PACKAGES),
    "synapse": Peer(synapse.missing),
    "scim2-server": Peer(scim.missing),
    "scim-sanity": Peer(scim_sanity.missing),
    "postgres": Peer(postgres.missing, postgres.PACKAGES),
    "rsyslog": Peer(rsyslog.missing, rsyslog.PACKAGES),
    "nginx": Peer(nginx.missing, nginx.PACKAGES),
    "chromium": Peer(chromium.missing, chromium.PACKAGES),
    "oidc-provider": Peer(oidc_provider.missing),
    "canaille": Peer(canaille.missing),
    "lying-op": Peer(lambda: None),
}
