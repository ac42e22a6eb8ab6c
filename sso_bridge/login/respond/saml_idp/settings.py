"""What an administrator decides about a platform that speaks SAML, and about us as the identity provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

NameIdKind = Literal["persistent", "email", "transient", "unspecified"]
Signed = Literal["response", "assertion"]
Encrypt = Literal["none", "required"]
AttributeStyle = Literal["basic", "oid"]


@dataclass(frozen=True, slots=True)
class SamlSettings:
    """The `login` part of a platform with `protocol: saml`.

    metadata_file: the platform's own metadata (an EntityDescriptor with an SPSSODescriptor), an absolute path.
    name_id: what the platform knows the person by: `persistent` (its own stable pseudonym, the default), `email`,
        `transient` (new each time), `unspecified` (the person's login name).
    sign: the parts of the answer that are signed; an assertion is always signed when the metadata wants it.
    encrypt: `required` puts the assertion into an EncryptedAssertion for the platform's key.
    attribute_style: `basic` sends attributes by their short names (`mail`), `oid` by their registered numbers.
    attribute_names: claim -> attribute name, where the platform wants another one.
    launch_url: where the portal's link leads when the platform starts sign-in itself; empty: we answer unasked.
    relay_state: the RelayState of answers that nobody asked for; no other can be had.
    """

    metadata_file: Path
    name_id: NameIdKind = "persistent"
    sign: tuple[Signed, ...] = ("response", "assertion")
    encrypt: Encrypt = "none"
    attribute_style: AttributeStyle = "basic"
    attribute_names: Mapping[str, str] = field(default_factory=dict)
    launch_url: str = ""
    relay_state: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what cannot work, each with the name of its setting; a platform with a problem is not served."""
        if not self.sign:
            yield "sign", "something must be signed: response, assertion or both"
        if self.launch_url and not self.launch_url.startswith(("https://", "http://")):
            yield "launch_url", "an address that begins with https:// is wanted"
        if not self.relay_state.isprintable():
            yield "relay_state", "characters that cannot be shown cannot be sent"
        for claim, name in self.attribute_names.items():
            if not name.strip() or not name.isprintable():
                yield f"attribute_names.{claim}", "a name that can be shown is wanted"


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Us. `public_url` has no trailing slash. One skew serves every comparison with the hour."""

    public_url: str
    organisation: str = ""
    skew: timedelta = timedelta(seconds=120)
    request_lifetime: timedelta = timedelta(minutes=5)
    answer_lifetime: timedelta = timedelta(minutes=4)
    metadata_lifetime: timedelta = timedelta(days=28)

    @property
    def entity_id(self) -> str:
        """Return our name; it is also where our metadata is found (SAML metadata 4.1)."""
        return f"{self.public_url}/saml/metadata"

    @property
    def sso_url(self) -> str:
        """Return the one address requests are sent to, by either binding."""
        return f"{self.public_url}/saml/sso"
