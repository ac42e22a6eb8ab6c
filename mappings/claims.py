"""The closed table of claims: every fact that expressions see is listed here, released under a name or withheld.

A claim leaves for a platform only when the mapping's `release` names it (IDP-07). A claim takes the value of the
mapping attribute it belongs to, when the mapping has one, so that sign-in and account agree.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from mappings.bound import Bound
from mappings.desired import GroupKey, Value
from mappings.errors import Problem


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a claim comes from: the first of these attributes that the mapping has, else the fact."""

    fact: str
    attributes: tuple[str, ...] = ()

    def attribute(self, present: Container[str]) -> str:
        """Return the attribute that gives the value, empty when the fact does."""
        return next((name for name in self.attributes if name in present), "")


CLAIMS: Final[dict[str, Claim]] = {
    "name": Claim("person.displayName", ("displayName", "name.formatted")),
    "given_name": Claim("person.callName", ("givenName", "name.givenName")),
    "family_name": Claim("person.surname", ("familyName", "name.familyName")),
    "nickname": Claim("person.preferredName", ("nickName",)),
    "initials": Claim("person.initials", ("initials",)),
    "preferred_username": Claim("person.username", ("userName",)),
    "email": Claim("person.email", ("email", "mail", "emails")),
    "title": Claim("primary.title", ("title",)),
    "department": Claim("unit.name", ("department",)),
    "unit": Claim("unit.key"),
    "unit_path": Claim("person.unitPath"),
    "unit_kind": Claim("unit.kind"),
    "employee_number": Claim("person.employeeNumber", ("employeeNumber",)),
    "employee_type": Claim("person.kind", ("employeeType", "userType")),
    "cost_centre": Claim("primary.costCentre", ("costCenter",)),
    "organization": Claim("primary.legalEntity", ("organization",)),
    "location": Claim("primary.location.name", ("location",)),
    "country": Claim("primary.location.country", ("country",)),
    "manager": Claim("manager.id", ("manager",)),
    "manager_name": Claim("manager.displayName"),
}
COMPUTED: Final = {"email_verified", "groups"}
"""`email_verified` is true only for HR's own address; `groups` are keys of our rules, never HR names (PR-01)."""

WITHHELD: Final = frozenset(
    {f"person.{name}" for name in (
        "id", "uuid", "source", "status", "active", "onLeave", "hiredOn", "leavesOn", "givenName", "prefix",
        "familyName", "partnerPrefix", "partnerName", "nameOrder", "ownSurname", "sortName", "units",
        "managers", "sourceGroups")}
    | {f"primary.{name}" for name in (
        "id", "unit", "unitName", "manager", "kind", "country", "validFrom", "validTo", "fte", "primary")}
    | {f"unit.{name}" for name in ("parent", "head", "deputy", "path", "depth")}
    | {"group.rule", "group.of", "assignments"}
)  # fmt: skip
"""Facts without a claim of their own; a mapping attribute that uses one can be released under the attribute's name."""

MANAGER_RELEASED: Final = frozenset({"manager.id", "manager.displayName"})
"""Of a manager nothing else leaves: that is another person."""

PROTOCOL: Final = frozenset({
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "acr", "amr", "auth_time", "at_hash", "c_hash",
    "sid", "cnf", "events", "client_id", "scope", "name_id",
})  # fmt: skip
"""Names that belong to the protocols; neither an attribute nor a claim may have one."""

RIGHTS: Final = frozenset({
    "admin", "administrator", "isadmin", "superuser", "issuperuser", "isstaff", "staff", "moderator", "ismoderator",
    "owner", "role", "roles", "entitlements", "permissions", "trustlevel", "powerlevel",
})  # fmt: skip
"""Attributes that give rights: no mapping may fill them, in any spelling or part of a path (PR-01)."""

OURS: Final = frozenset({"id", "externalid", "active", "meta", "schemas", "groups", "password", "x509certificates"})
"""Attributes that the bridge itself fills, or nobody."""


def refused_attribute(name: str) -> bool:
    """Return whether a mapping must not fill this attribute: `Is_Admin`, `roles[primary eq true].value` ..."""
    words = {re.sub(r"[^a-z0-9]", "", part.lower()) for part in re.split(r"[.:\[\]\s\"']", name)}
    return name in PROTOCOL or name.lower() in OURS or bool(words & RIGHTS)


def check_names(attributes: Iterable[str], release: Iterable[str], path: str, problems: list[Problem]) -> None:
    """Add a Problem for each attribute or claim that may not be named or does not exist."""
    attributes = tuple(attributes)
    refused = filter(refused_attribute, attributes)
    problems.extend(Problem(f"{path}.attributes.{name}", "cannot be filled by a mapping") for name in refused)
    known = [*CLAIMS, *COMPUTED, *attributes]
    for at, name in enumerate(release):
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known))}"
            problems.append(Problem(f"{path}.release[{at}]", f"there is no claim {name}", hint))


def source_of(name: str, attributes: Container[str], mapping: str) -> str:
    """Return which rule gives this claim its value."""
    if name in COMPUTED:
        return "groups" if name == "groups" else "claims.email_verified"
    claim = CLAIMS[name]
    attribute = claim.attribute(attributes)
    return f"{mapping}.attributes.{attribute}" if attribute else f"facts.{claim.fact}"


def claims_for(
    release: Iterable[str], attributes: Mapping[str, Value], groups: tuple[GroupKey, ...], bound: Bound
) -> dict[str, Value]:
    """Return the claims on the release list; one without a value is left out."""
    found = {name: _value(name, attributes, groups, bound) for name in release}
    return {name: value for name, value in found.items() if value not in {"", ()} or name == "groups"}


def _value(name: str, attributes: Mapping[str, Value], groups: tuple[GroupKey, ...], bound: Bound) -> Value:
    if name in attributes:
        return attributes[name]
    if name == "groups":
        return tuple(map(str, groups))
    if name == "email_verified":
        stated = bound.value("person.email")
        return bool(stated) and _value("email", attributes, groups, bound) == stated
    claim = CLAIMS[name]
    attribute = claim.attribute(attributes)
    return attributes[attribute] if attribute else bound.value(claim.fact)  # type: ignore[return-value]
