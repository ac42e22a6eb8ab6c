"""The workplaces of the configuration document: one model per kind, one line in `WORKPLACES`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, StrictBool

from sso_bridge.configuration.fields import (
    Domain,
    FilePath,
    Filled,
    LdapAddress,
    LdapAttribute,
    Network,
    Part,
    Reference,
)

LATER_KINDS: Final = ("kerberos", "saml", "oidc", "entra")


class AnyWorkplace(Part):
    """What every kind has: who is led there when there are several, and who its people are.

    `link_by_mail` are domains whose verified addresses may link somebody at the first meeting; `external` admits
    people of this workplace whom HR does not know.
    """

    title: str = ""
    networks: tuple[Network, ...] = ()
    domains: tuple[Domain, ...] = ()
    link_by_mail: tuple[Domain, ...] = ()
    external: StrictBool = False


class PagesWorkplace(AnyWorkplace):
    """What kinds with sign-in pages of their own have besides: `silent` tries them before anybody sees a page."""

    silent: StrictBool = False


class LdapWorkplace(AnyWorkplace):
    """People sign in with the name and password of a directory."""

    kind: Literal["ldap"]
    urls: Annotated[tuple[LdapAddress, ...], Field(min_length=1)]
    base_dn: Filled
    bind_dn: Filled
    bind_password: Reference
    directory: Literal["active_directory", "rfc2307bis"] = "rfc2307bis"
    ca_file: FilePath | None = None
    names: tuple[LdapAttribute, ...] = ()
    link_attribute: LdapAttribute = "employeeNumber"
    group_base: str = ""


class FileWorkplace(AnyWorkplace):
    """People sign in with the name and password of a file, for pilots."""

    kind: Literal["file"]
    path: FilePath


Workplace = LdapWorkplace | FileWorkplace
WORKPLACES: Final[Mapping[str, type[Workplace]]] = {"ldap": LdapWorkplace, "file": FileWorkplace}
