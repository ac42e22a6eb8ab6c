"""From the checked document to the settings of OpenID workplaces; paths become absolute here."""

from __future__ import annotations

from pathlib import Path

from sso_bridge.configuration.workplaces.openid import EntraWorkplace, OidcWorkplace
from sso_bridge.login.authenticate.entra.settings import EntraSettings
from sso_bridge.login.authenticate.oidc_rp.settings import OidcSettings


def oidc_settings(name: str, one: OidcWorkplace) -> OidcSettings:
    """Return what the relying party needs."""
    return OidcSettings(
        name=name,
        issuer=one.issuer,
        client_id=one.client_id,
        client_secret=one.client_secret or "",
        client_auth=one.client_auth,
        assertion_audience=one.assertion_audience,
        scopes=one.scopes,
        algorithms=one.algorithms,
        audiences=one.audiences,
        response_mode=one.response_mode,
        acr_values=one.acr_values,
        userinfo=one.userinfo,
        link_claim=one.link_claim,
        groups_claim=one.groups_claim,
        directory=one.directory,
        directory_claim=one.directory_claim,
    )


def entra_settings(name: str, one: EntraWorkplace, base_dir: Path) -> EntraSettings:
    """Return what the Entra workplace needs."""
    return EntraSettings(
        name=name,
        tenant=one.tenant,
        client_id=one.client_id,
        client_secret=one.client_secret or "",
        certificate=base_dir / one.certificate if one.certificate else None,
        private_key=one.private_key or "",
        tenants=one.tenants,
        cloud=one.cloud,
        acr_values=one.acr_values,
        domain_hint=one.domain_hint,
        groups=one.groups,
        link_claim=one.link_claim,
        directory=one.directory,
        directory_claim=one.directory_claim,
    )
