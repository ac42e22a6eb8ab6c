"""mod_auth_mellon (lasso): a SAML service provider for Apache."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.lab import apache
from tests.lab.process import which
from tests.lab.site import Site

ADDRESS = "127.0.0.23"
PACKAGES = ("apache2", "libapache2-mod-auth-mellon")

PROTECTION = """\
MellonLockFile {room}/run/mellon.lock
<Location />
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPPrivateKeyFile {room}/sp.key
  MellonSPCertFile {room}/sp.cert
  MellonSPMetadataFile {room}/sp.xml
  MellonIdPMetadataFile {room}/idp.xml
  MellonSignatureMethod rsa-sha256
  MellonSecureCookie On
  MellonMergeEnvVars On ";"
  MellonSamlResponseDump On
</Location>
<Location /secret>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
</Location>
"""


class Mellon(apache.Apache):
    """The site and its service provider; `sp_metadata` exists before the identity provider is known."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "mellon", ADDRESS)
        script = which("mellon_create_metadata") or "mellon_create_metadata"
        command = [script, f"{self.url}/mellon/metadata", f"{self.url}/mellon"]
        subprocess.run(command, cwd=self.room, check=True, capture_output=True)
        for ending in ("key", "cert", "xml"):
            made = next(self.room.glob(f"https_*.{ending}"))
            made.rename(self.room / f"sp.{ending}")

    @property
    def sp_metadata(self) -> Path:
        """Return the file that the bridge needs."""
        return self.room / "sp.xml"

    def start(self, idp_metadata: bytes) -> None:
        """Trust this identity provider and serve."""
        (self.room / "idp.xml").write_bytes(idp_metadata)
        module = f"LoadModule auth_mellon_module {apache.MODULES}/mod_auth_mellon.so"
        self.run(module, PROTECTION.format(room=self.room))


def missing() -> str | None:
    """Return what is not installed, or None."""
    return apache.missing("mod_auth_mellon.so", "mellon_create_metadata")
