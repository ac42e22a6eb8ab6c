"""mod_auth_openidc (cjose): an OpenID relying party for Apache."""

from __future__ import annotations

from tests.lab import apache
from tests.lab.site import Site

ADDRESS = "127.0.0.25"
PACKAGES = ("apache2", "libapache2-mod-auth-openidc")

PROTECTION = """\
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCRedirectURI {url}/secret/callback
OIDCDefaultLoggedOutURL {url}/
OIDCCryptoPassphrase a-passphrase-for-the-lab
OIDCResponseType code
OIDCPKCEMethod S256
OIDCScope "openid profile email groups"
OIDCRemoteUserClaim sub
OIDCPassIDTokenAs claims payload
OIDCPassClaimsAs both
OIDCCacheType file
OIDCCacheDir {room}/cache
OIDCSSLValidateServer On
OIDCCABundlePath {bundle}
OIDCProviderTokenEndpointAuth client_secret_basic
<Location /secret>
  AuthType openid-connect
  Require valid-user
</Location>
"""


class OpenIdModule(apache.Apache):
    """The site and its relying party."""

    client_id = "apache"
    client_secret = "the-secret-of-the-apache-client"

    def __init__(self, site: Site) -> None:
        super().__init__(site, "openidc", ADDRESS)

    @property
    def redirect_uri(self) -> str:
        """Return the address to register."""
        return f"{self.url}/secret/callback"

    def start(self, issuer: str) -> None:
        """Trust this provider and serve."""
        protection = PROTECTION.format(
            issuer=issuer,
            client=self.client_id,
            secret=self.client_secret,
            url=self.url,
            room=self.room,
            bundle=self.site.authority.bundle,
        )
        self.run(f"LoadModule auth_openidc_module {apache.MODULES}/mod_auth_openidc.so", protection)


def missing() -> str | None:
    """Return what is not installed, or None."""
    return apache.missing("mod_auth_openidc.so")
