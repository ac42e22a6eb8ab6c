"""One `entra` workplace of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where one of Microsoft's clouds signs people in, and where its Graph is."""

    login: str
    graph: str


CLOUDS: Final[Mapping[str, Cloud]] = {
    "public": Cloud("login.microsoftonline.com", "graph.microsoft.com"),
    "us_government": Cloud("login.microsoftonline.us", "graph.microsoft.us"),
    "us_defense": Cloud("login.microsoftonline.us", "dod-graph.microsoft.us"),
    "china": Cloud("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
}
SEVERAL: Final = frozenset({"common", "organizations"})
"""Names of no tenant: whoever has a work account anywhere. Only with a list of tenants (RP-04)."""


@dataclass(frozen=True, slots=True)
class EntraSettings:
    """`tenant` is a tenant's id or a domain of it, or one of `SEVERAL` with `tenants`.

    We prove who we are by `client_secret`, or better by `certificate` (PEM) and `private_key`; secrets are references.
    With `groups` the ids of a person's groups are brought, from Microsoft Graph when there are too many for a token.
    `link_claim` holds HR's employee number; `directory` is asked about the account in `directory_claim` (LD-07).
    """

    name: str
    tenant: str
    client_id: str
    client_secret: str = ""
    certificate: Path | None = None
    private_key: str = ""
    tenants: tuple[str, ...] = ()
    cloud: str = "public"
    acr_values: tuple[str, ...] = ()
    domain_hint: str = ""
    groups: bool = False
    link_claim: str = "employeeid"
    directory: str = ""
    directory_claim: str = "upn"
