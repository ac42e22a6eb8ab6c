"""Names towards a directory: the one place where filters are built.

Nothing a person types reaches a filter but through `escape`, and it never names an attribute (LD-01, RFC 4515 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from sso_bridge.login.authenticate.ldap.flavours import FLAVOURS, Flavour

__all__ = ["FLAVOURS", "account_filter", "escape", "groups_filter", "octets", "own_domains", "person_filter", "same_dn"]

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-+")
_SID = re.compile(r"S-1-[0-9]{1,15}(?:-[0-9]{1,10}){1,15}")


def escape(value: str) -> str:
    """Return the value as it may stand in a filter: everything but plain letters, digits and `@._-+` as octets.

    UnicodeEncodeError for a lone surrogate, which is no text.
    """
    return "".join(chr(octet) if octet in _SAFE else f"\\{octet:02x}" for octet in value.encode("utf-8"))


def octets(value: bytes) -> str:
    """Return raw octets as they may stand in a filter."""
    return "".join(f"\\{octet:02x}" for octet in value)


def own_domains(base_dn: str, configured: Iterable[str]) -> frozenset[str]:
    """Return the domains whose accounts stand in this directory, in lower case: configured, and the base's `dc=`."""
    labels = [part.partition("=")[2].strip() for part in base_dn.split(",") if part.strip()[:3].casefold() == "dc="]
    return frozenset(one.casefold() for one in (".".join(labels), *configured) if one)


def person_filter(flavour: Flavour, names: Iterable[str], typed: str, domains: frozenset[str] = frozenset()) -> str:
    r"""Return the filter for the one person whose name was typed.

    In a domain `CORP\\name` is `name`, whatever the domain is called; `name@corp.example` also finds the short name
    when that domain is one of `domains`, as Windows does for people whose full name is another.
    """
    name = typed.rpartition("\\")[2] if flavour.windows else typed
    short, _, domain = name.rpartition("@")
    choices = "".join(f"({attribute}={escape(name)})" for attribute in names)
    if flavour.windows and short and domain.casefold() in domains:
        choices += f"({flavour.login}={escape(short)})"
    return f"(&{flavour.people}(|{choices}))"


def account_filter(flavour: Flavour, name: str, domains: frozenset[str]) -> str:
    """Return the filter for the account somebody proved to have: a permanent id, a SID, or `name@domain`; never mail.

    Empty when the name is none of these, or has a domain that is not this directory's (KR-04).
    """
    with suppress(ValueError):
        return f"(&{flavour.people}({flavour.id}={octets(flavour.stored(name))}))"
    if flavour.windows and _SID.fullmatch(name):
        return f"(&{flavour.people}(objectSid={name}))"
    short, _, domain = name.rpartition("@")
    if not short or not domain:
        return ""
    choices = f"({flavour.principal}={escape(name)})"
    if domain.casefold() in domains:
        choices += f"({flavour.login}={escape(short)})"
    return f"(&{flavour.people}(|{choices}))"


def groups_filter(flavour: Flavour, members: Iterable[str], account: str = "") -> str:
    """Return the filter for the groups that have one of these distinguished names, or this account, as a member."""
    choices = "".join(f"({attribute}={escape(dn)})" for dn in members for attribute in flavour.members)
    if account:
        choices += "".join(f"({attribute}={escape(account)})" for attribute in flavour.member_names)
    return f"(&(|{flavour.groups})(|{choices}))"


def same_dn(one: str, other: str) -> bool:
    """Return whether two texts are one distinguished name, as far as spelling by one server may differ (RFC 4514)."""
    return _plain(one) == _plain(other)


def _plain(dn: str) -> str:
    parts = dn.replace("\\,", "\\2c").replace("\\+", "\\2b").split(",")
    return ",".join("=".join(half.strip().casefold() for half in part.split("=", 1)) for part in parts)
