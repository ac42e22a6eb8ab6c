"""The workplaces of the configuration document: one model per kind, one line in `WORKPLACES`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from sso_bridge.configuration.fields import FilePath, Filled, LdapAddress, LdapAttribute, Part, Reference

LATER_KINDS: Final = ("kerberos", "saml", "oidc", "entra")


class LdapWorkplace(Part):
    """People sign in with the name and password of a directory."""

    kind: Literal["ldap"]
    title: str = ""
    urls: Annotated[tuple[LdapAddress, ...], Field(min_length=1)]
    base_dn: Filled
    bind_dn: Filled
    bind_password: Reference
    directory: Literal["active_directory", "rfc2307bis"] = "rfc2307bis"
    ca_file: FilePath | None = None
    names: tuple[LdapAttribute, ...] = ()
    link_attribute: LdapAttribute = "employeeNumber"
    group_base: str = ""


class FileWorkplace(Part):
    """People sign in with the name and password of a file, for pilots."""

    kind: Literal["file"]
    title: str = ""
    path: FilePath


Workplace = LdapWorkplace | FileWorkplace
WORKPLACES: Final[Mapping[str, type[Workplace]]] = {"ldap": LdapWorkplace, "file": FileWorkplace}
