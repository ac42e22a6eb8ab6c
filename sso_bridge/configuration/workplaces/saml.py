"""The kind `saml`: people sign in at a SAML identity provider: ADFS, Entra, Okta, Shibboleth, SimpleSAMLphp ..."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, model_validator

from sso_bridge.configuration.document.fields import FilePath, Filled, WebAddress
from sso_bridge.configuration.workplaces.any import AsksDirectory, PagesWorkplace
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings

Fact = Literal[
    "employee_number",
    "email",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "groups",
    "upn",
    "methods",
]
"""What an attribute of an assertion may mean to us."""


class SamlWorkplace(PagesWorkplace, AsksDirectory):
    """What an administrator writes down; the meaning of each is in `saml_sp.settings`."""

    kind: Literal["saml"]
    metadata_url: WebAddress = ""
    metadata_file: FilePath | None = None
    metadata_certificate: FilePath | None = None
    entity_id: str = ""
    subject: Filled = "name_id"
    name_id_format: Literal["persistent", "unspecified"] = "persistent"
    attributes: Literal["basic", "oid", "entra", "adfs", "okta"] = "basic"
    attribute_names: Mapping[Fact, Filled] = {}
    link_attribute: str = ""
    mail_is_verified: StrictBool = False
    directory_attribute: str = ""
    request_binding: Literal["redirect", "post"] = "redirect"
    unsolicited: StrictBool = False
    allow_legacy_encryption: StrictBool = False
    clock_skew: Annotated[StrictInt, Field(ge=60, le=300)] = 120

    @model_validator(mode="after")
    def _described_once(self) -> SamlWorkplace:
        if bool(self.metadata_url) == bool(self.metadata_file):
            raise ValueError("needs metadata_url or metadata_file, and not both")
        if self.metadata_url.startswith("http:") and not self.metadata_certificate:
            raise ValueError("metadata_url without TLS needs metadata_certificate, the key its metadata is signed with")
        return self


def saml_workplace_settings(name: str, one: SamlWorkplace, base_dir: Path) -> SamlWorkplaceSettings:
    """Return what the SAML service provider needs of one workplace."""
    return SamlWorkplaceSettings(
        name=name,
        metadata_url=one.metadata_url,
        metadata_file=base_dir / one.metadata_file if one.metadata_file else None,
        metadata_certificate=base_dir / one.metadata_certificate if one.metadata_certificate else None,
        entity_id=one.entity_id,
        subject=one.subject,
        name_id_format=one.name_id_format,
        attributes=one.attributes,
        attribute_names={str(fact): attribute for fact, attribute in one.attribute_names.items()},
        link_attribute=one.link_attribute,
        mail_is_verified=one.mail_is_verified,
        directory=one.directory,
        directory_attribute=one.directory_attribute,
        request_binding=one.request_binding,
        unsolicited=one.unsolicited,
        allow_legacy_encryption=one.allow_legacy_encryption,
        clock_skew=timedelta(seconds=one.clock_skew),
    )
