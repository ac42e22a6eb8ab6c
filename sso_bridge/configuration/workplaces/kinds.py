"""The workplaces of the configuration document: one model per kind, one line in `WORKPLACES`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from sso_bridge.configuration.document.fields import FilePath, Filled, LdapAddress, LdapAttribute, Reference
from sso_bridge.configuration.workplaces.any import AnyWorkplace
from sso_bridge.configuration.workplaces.kerberos import KerberosWorkplace
from sso_bridge.configuration.workplaces.openid import EntraWorkplace, OidcWorkplace
from sso_bridge.configuration.workplaces.saml import SamlWorkplace


class LdapWorkplace(AnyWorkplace):
    """People sign in with the name and password of a directory."""

    kind: Literal["ldap"]
    urls: Annotated[tuple[LdapAddress, ...], Field(min_length=1)]
    base_dn: Filled
    bind_dn: Filled
    bind_password: Reference
    directory: Literal["active_directory", "rfc2307", "rfc2307bis", "389ds"] = "rfc2307bis"
    ca_file: FilePath | None = None
    names: tuple[LdapAttribute, ...] = ()
    link_attribute: LdapAttribute = "employeeNumber"
    group_base: str = ""
    account_domains: tuple[Filled, ...] = ()


class FileWorkplace(AnyWorkplace):
    """People sign in with the name and password of a file, for pilots."""

    kind: Literal["file"]
    path: FilePath


Workplace = LdapWorkplace | FileWorkplace | KerberosWorkplace | OidcWorkplace | EntraWorkplace | SamlWorkplace
WORKPLACES: Final[Mapping[str, type[Workplace]]] = {
    "ldap": LdapWorkplace,
    "file": FileWorkplace,
    "kerberos": KerberosWorkplace,
    "oidc": OidcWorkplace,
    "entra": EntraWorkplace,
    "saml": SamlWorkplace,
}
