"""What an administrator decides about a workplace that speaks SAML, and how that workplace knows us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

NAME_ID = "name_id"
"""The value of `subject` that means the NameID itself; anything else is the name of an attribute."""

NameIdFormat = Literal["persistent", "unspecified"]
RequestBinding = Literal["redirect", "post"]
Preset = Literal["basic", "oid", "entra", "adfs", "okta"]


@dataclass(frozen=True, slots=True)
class SamlWorkplaceSettings:
    """A `saml` workplace of the configuration.

    metadata_url, metadata_file: where the identity provider describes itself; exactly one of them.
    metadata_certificate: the certificate its metadata is signed with; without it, verified TLS is what we rely on.
    entity_id: which identity provider, where the metadata describes several.
    subject: the permanent name of a person there: the NameID, or an attribute that never changes.
    name_id_format: the format of NameID that counts as permanent; mail addresses and transient names never do.
    attributes, attribute_names: which attribute holds what: a table of a product, and exceptions from it.
    link_attribute: the attribute with HR's employee number; empty for the one of the table.
    mail_is_verified: the mail addresses it sends are the organisation's own, nobody can choose them freely.
    directory, directory_attribute: the workplace that is asked about the state of the account, and by which name.
    request_binding: how people are sent there. unsolicited: whether they may come unasked.
    allow_legacy_encryption: AES-CBC and RSA 1.5, only inside signed responses.
    clock_skew: how far its clock and ours may differ.
    """

    name: str
    metadata_url: str = ""
    metadata_file: Path | None = None
    metadata_certificate: Path | None = None
    entity_id: str = ""
    subject: str = NAME_ID
    name_id_format: NameIdFormat = "persistent"
    attributes: Preset = "basic"
    attribute_names: Mapping[str, str] = field(default_factory=dict)
    link_attribute: str = ""
    mail_is_verified: bool = False
    directory: str = ""
    directory_attribute: str = ""
    request_binding: RequestBinding = "redirect"
    unsolicited: bool = False
    allow_legacy_encryption: bool = False
    clock_skew: timedelta = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """Us, as one workplace knows us. `base` is `<public_url>/workplace/<name>/saml`."""

    base: str

    @property
    def entity_id(self) -> str:
        """Return our name; it is also where our metadata is found (SAML metadata 4.1)."""
        return f"{self.base}/metadata"

    @property
    def acs(self) -> str:
        """Return the one address answers come to."""
        return f"{self.base}/acs"

    @property
    def sls(self) -> str:
        """Return the address of logout messages."""
        return f"{self.base}/sls"


def service_provider(public_url: str, name: str) -> ServiceProvider:
    """Return us as the workplace of this name knows us."""
    return ServiceProvider(f"{public_url}/workplace/{name}/saml")
