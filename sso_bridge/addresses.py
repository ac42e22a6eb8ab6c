"""Which addresses of the network we may call (AD-14): public ones, and what the deployer listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = ip_network("64:ff9b::/96")
COMPATIBLE = ip_network("::/96")
# Where clouds keep the credentials of a machine: a wide network in the list does not open these, only they themselves.
METADATA = tuple(
    ip_network(text) for text in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")
)


class Refused(Exception):
    """The host must not be called; names the host, not its address."""

    code = "address_refused"


class AllowList:
    """Hosts (`scim.corp.example`) and networks (`10.0.0.0/8`) inside the organisation."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._networks: list[Network] = []
        self._hosts: set[str] = set()
        for text in listed:
            try:
                self._networks.append(ip_network(text))
            except ValueError:
                self._hosts.add(text.lower().rstrip("."))

    def judge(self, host: str, addresses: Iterable[str], *, secure: bool) -> None:
        """Raise Refused unless every address may be called; plain http only to what is listed."""
        by_name = host.lower().rstrip(".") in self._hosts
        for text in addresses:
            for address in meanings(ip_address(text.partition("%")[0])):
                if by_name or self._is_listed(address):
                    continue
                if not secure:
                    raise Refused(f"{host} may only be called by https; or list it in outgoing_allow")
                if not is_public(address):
                    raise Refused(f"{host} is not a public address; list it in outgoing_allow if that is meant")

    def _is_listed(self, address: Address) -> bool:
        for network in self._networks:
            if address.version == network.version and address in network:
                guarded = any(address.version == one.version and address in one for one in METADATA)
                if not guarded or network.num_addresses == 1:
                    return True
        return False


def is_public(address: Address) -> bool:
    """Return whether the address belongs to the public internet."""
    guarded = any(address.version == network.version and address in network for network in METADATA)
    return address.is_global and not (address.is_multicast or address.is_reserved or guarded)


def meanings(address: Address) -> Iterator[Address]:
    """Yield the IPv4 addresses inside an IPv6 one, and the address itself where it stands on its own."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
        return
    if address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
        return
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    yield address
