"""The settings of an `ldap` workplace, as the configuration gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LdapSettings:
    """An `ldap` workplace of the configuration.

    `urls` are tried in order; `ldap://` means StartTLS, there is no unencrypted way. `bind_password` is a reference.
    `link_attribute` holds HR's employee number. `names` are the attributes a typed name may stand in; empty for the
    usual ones of the kind of directory. Groups are only read when `group_base` says where. `domains` are further
    names of the domain or Kerberos realm whose accounts these are, beside the one that `base_dn` spells.
    """

    name: str
    urls: tuple[str, ...]
    base_dn: str
    bind_dn: str
    bind_password: str
    directory: str = "rfc2307bis"
    ca_file: Path | None = None
    names: tuple[str, ...] = ()
    link_attribute: str = "employeeNumber"
    group_base: str = ""
    domains: tuple[str, ...] = ()
