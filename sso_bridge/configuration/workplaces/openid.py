"""The two kinds of workplaces that speak OpenID Connect: any provider, and Entra."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from sso_bridge.configuration.document.fields import FilePath, Filled, Reference, WebAddress
from sso_bridge.configuration.workplaces.any import AsksDirectory, PagesWorkplace

CLAIM: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,127}")
GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
SEVERAL: Final = ("common", "organizations")
PERSONAL: Final = ("consumers", "9188040d-6c67-4c5b-b112-36a304b66dad")
"""The tenant of private Microsoft accounts: nobody's workplace."""


def _claim(text: str) -> str:
    if not CLAIM.fullmatch(text):
        raise ValueError("must be the name of a claim, as in employee_number")
    return text


def _issuer(text: str) -> str:
    if "?" in text:
        raise ValueError("an issuer has no query")
    return text


def _tenant(text: str) -> str:
    text = text.lower()
    if text in PERSONAL:
        raise ValueError("private accounts are nobody's workplace")
    if text not in SEVERAL and not GUID.fullmatch(text) and not DOMAIN.fullmatch(text):
        raise ValueError("must be the id of the tenant, or a domain of it")
    return text


def _tenant_id(text: str) -> str:
    text = text.lower()
    if not GUID.fullmatch(text) or text in PERSONAL:
        raise ValueError("must be the id of a tenant, as in 8eaef023-2b34-4da1-9baa-8bc8c9d6a490")
    return text


Claim = Annotated[str, AfterValidator(_claim)]
Issuer = Annotated[WebAddress, Field(min_length=1), AfterValidator(_issuer)]
Tenant = Annotated[str, AfterValidator(_tenant)]
TenantId = Annotated[str, AfterValidator(_tenant_id)]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


class OidcWorkplace(PagesWorkplace, AsksDirectory):
    """People sign in at an OpenID provider. `subject_claim` can be written down, and cannot be another one (RP-04)."""

    kind: Literal["oidc"]
    issuer: Issuer
    client_id: Filled
    client_secret: Reference | None = None
    client_auth: Literal["client_secret_basic", "client_secret_post", "private_key_jwt"] = "client_secret_basic"
    assertion_audience: Literal["issuer", "token_endpoint"] = "issuer"
    scopes: tuple[Filled, ...] = ("openid", "profile", "email")
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("RS256", "ES256")
    audiences: tuple[Filled, ...] = ()
    response_mode: Literal["query", "form_post"] = "query"
    acr_values: tuple[Filled, ...] = ()
    userinfo: StrictBool = False
    subject_claim: Literal["sub"] = "sub"
    link_claim: Claim = "employee_number"
    groups_claim: Claim = "groups"
    directory_claim: Claim = "preferred_username"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes must have openid: without it there is no ID token")
        if (self.client_auth == "private_key_jwt") == (self.client_secret is not None):
            raise ValueError("client_secret is needed, except with private_key_jwt, which has none")
        return self


class EntraWorkplace(PagesWorkplace, AsksDirectory):
    """People sign in at Microsoft Entra ID."""

    kind: Literal["entra"]
    tenant: Tenant
    tenants: tuple[TenantId, ...] = ()
    client_id: Filled
    client_secret: Reference | None = None
    certificate: FilePath | None = None
    private_key: Reference | None = None
    cloud: Literal["public", "us_government", "us_defense", "china"] = "public"
    acr_values: tuple[Annotated[str, Field(pattern=r"^c[1-9][0-9]?$")], ...] = ()
    domain_hint: str = ""
    groups: StrictBool = False
    link_claim: Claim = "employeeid"
    directory_claim: Claim = "upn"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.tenant in SEVERAL) != bool(self.tenants):
            raise ValueError("tenants must be listed with common or organizations, and only then")
        by_certificate = self.certificate is not None and self.private_key is not None
        if (self.client_secret is None) != by_certificate or (self.certificate is None) != (self.private_key is None):
            raise ValueError("either client_secret, or certificate and private_key")
        return self
