"""The settings of a `kerberos` workplace, as the configuration gives them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

OFFICE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
"""Networks that are somebody's own: where tickets come from unless the configuration says otherwise."""


@dataclass(frozen=True, slots=True)
class KerberosSettings:
    """A `kerberos` workplace of the configuration.

    `keytabs` hold the keys of `service`, `HTTP/<the host browsers go to>`; several during a change of keys. `realms`
    are those whose people are ours, letter by letter. `directory` is the `ldap` workplace that knows their accounts.
    """

    name: str
    keytabs: tuple[Path, ...]
    realms: tuple[str, ...]
    service: str
    directory: str
    networks: tuple[str, ...] = OFFICE

    def offered_to(self, address: str) -> bool:
        """Return whether this address lies in one of the networks; one that cannot be read lies in none."""
        try:
            known = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        plain = getattr(known, "ipv4_mapped", None) or known
        return any(plain in _network(one) for one in self.networks)


def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)
