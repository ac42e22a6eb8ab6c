"""Whose tokens count: those of the configured tenant, or of listed ones, under the tenant's own issuer (RP-04)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sso_bridge.login.authenticate.entra.settings import CLOUDS, SEVERAL, EntraSettings
from sso_bridge.login.authenticate.oidc_rp.id_token import Claims
from sso_bridge.login.authenticate.oidc_rp.jwks import KnownKey

TENANT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEMPLATE: Final = "{tenantid}"


@dataclass(frozen=True, slots=True)
class Tenants:
    """The rule of one workplace."""

    settings: EntraSettings

    @property
    def authority(self) -> str:
        """Return the address under which msal and we ask."""
        return f"https://{CLOUDS[self.settings.cloud].login}/{self.settings.tenant}"

    def published(self, issuer: str) -> bool:
        """Return whether a discovery document with this issuer is the one that was asked for."""
        tenant = self.settings.tenant
        if tenant in SEVERAL:
            return issuer == self._issuer(TEMPLATE)
        if TENANT.fullmatch(tenant):
            return issuer == self._issuer(tenant)
        named = issuer.removeprefix(self._issuer("")[: -len("/v2.0")]).removesuffix("/v2.0")
        return TENANT.fullmatch(named) is not None and issuer == self._issuer(named)

    def issuer(self, said: object, published: str) -> bool:
        """Return whether this is an issuer of ours, given the one that was published."""
        if self.settings.tenant in SEVERAL:
            return said in {self._issuer(one) for one in self.settings.tenants}
        return said == published

    def accepts(self, claims: Claims, known: KnownKey, published: str) -> bool:
        """Return whether issuer, tenant and key of a token belong together, and to us."""
        tenant, issuer = claims.get("tid"), claims.get("iss")
        if not isinstance(tenant, str) or not TENANT.fullmatch(tenant) or issuer != self._issuer(tenant):
            return False
        meant = known.key.issuer.replace(TEMPLATE, tenant)
        return self.issuer(issuer, published) and meant in {"", issuer}

    def _issuer(self, tenant: str) -> str:
        return f"https://{CLOUDS[self.settings.cloud].login}/{tenant}/v2.0"
