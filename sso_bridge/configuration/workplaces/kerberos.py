"""The kind `kerberos`: whoever is signed in at a desk is signed in here, without typing anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sso_bridge.configuration.document.fields import FilePath, Filled
from sso_bridge.configuration.workplaces.any import AnyWorkplace, AsksDirectory
from sso_bridge.login.authenticate.kerberos.acceptor import installed
from sso_bridge.login.authenticate.kerberos.settings import OFFICE, KerberosSettings

Realm = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$")]


def _service(text: str) -> str:
    kind, _, host = text.partition("/")
    if kind != "HTTP" or not host.replace("-", "").replace(".", "").isalnum() or not host.isascii():
        raise ValueError("must be HTTP/ and the host that browsers go to, as in HTTP/sso.corp.example")
    return text


class KerberosWorkplace(AnyWorkplace, AsksDirectory):
    """What an administrator writes down. `networks` are those whose browsers are asked for a ticket."""

    kind: Literal["kerberos"]
    keytab: FilePath
    next_keytab: FilePath | None = None
    realms: Annotated[tuple[Realm, ...], Field(min_length=1)]
    service: Annotated[str, AfterValidator(_service)] | None = None
    directory: Filled

    @model_validator(mode="after")
    def _can_run(self) -> KerberosWorkplace:
        if not installed():
            raise ValueError("the extra kerberos is not installed: pip install 'sso-bridge[kerberos]'")
        return self


def kerberos_settings(name: str, one: KerberosWorkplace, base_dir: Path) -> KerberosSettings:
    """Return what the judge of tickets needs of one workplace."""
    return KerberosSettings(
        name=name,
        keytabs=tuple(base_dir / path for path in (one.keytab, one.next_keytab) if path),
        realms=one.realms,
        service=one.service or "",
        directory=one.directory,
        networks=one.networks or OFFICE,
    )
