"""Names towards a directory: what each kind of directory calls things, and the one place where filters are built.

Nothing a person types reaches a filter but through `escape`, and it never names an attribute (LD-01, RFC 4515 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-+")


@dataclass(frozen=True, slots=True)
class Flavour:
    """One kind of directory. `id` is the attribute that is never given to somebody else."""

    id: str
    id_is_guid: bool
    names: tuple[str, ...]
    people: str
    groups: str = "(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
    members: tuple[str, ...] = ("member", "uniqueMember")
    domain_prefix: bool = False


FLAVOURS = {
    "rfc2307bis": Flavour("entryUUID", id_is_guid=False, names=("uid", "mail"), people="(objectClass=person)"),
    "active_directory": Flavour(
        "objectGUID",
        id_is_guid=True,
        names=("sAMAccountName", "userPrincipalName"),
        people="(objectCategory=person)(objectClass=user)",
        groups="(objectClass=group)",
        members=("member",),
        domain_prefix=True,
    ),
}
"""The values of `directory` in the configuration."""


def escape(value: str) -> str:
    """Return the value as it may stand in a filter: everything but plain letters, digits and `@._-+` as octets.

    UnicodeEncodeError for a lone surrogate, which is no text.
    """
    return "".join(chr(octet) if octet in _SAFE else f"\\{octet:02x}" for octet in value.encode("utf-8"))


def person_filter(flavour: Flavour, names: Iterable[str], typed: str) -> str:
    r"""Return the filter for the one person whose name was typed; `CORP\\name` and `name` are the same in a domain."""
    name = typed.rpartition("\\")[2] if flavour.domain_prefix else typed
    choices = "".join(f"({attribute}={escape(name)})" for attribute in names)
    return f"(&{flavour.people}(|{choices}))"


def groups_filter(flavour: Flavour, members: Iterable[str]) -> str:
    """Return the filter for the groups that have one of these distinguished names as a direct member."""
    choices = "".join(f"({attribute}={escape(dn)})" for dn in members for attribute in flavour.members)
    return f"(&(|{flavour.groups})(|{choices}))"


def same_dn(one: str, other: str) -> bool:
    """Return whether two texts are one distinguished name, as far as spelling by one server may differ (RFC 4514)."""
    return _plain(one) == _plain(other)


def _plain(dn: str) -> str:
    parts = dn.replace("\\,", "\\2c").replace("\\+", "\\2b").split(",")
    return ",".join("=".join(half.strip().casefold() for half in part.split("=", 1)) for part in parts)
