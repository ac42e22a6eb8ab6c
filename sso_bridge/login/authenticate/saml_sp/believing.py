"""Whether a description of the identity provider may be believed: its signature, its end, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sso_bridge.errors import BadRequest
from sso_bridge.login.authenticate.saml_sp.provider import IdentityProvider, identity_provider
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings
from sso_bridge.login.saml.descriptors import described as described_key
from sso_bridge.login.saml.signature import check_enveloped
from sso_bridge.login.saml.signature_shape import signatures
from sso_bridge.login.saml.xml import Element, parse_metadata

LONGEST: Final = timedelta(days=30)
"""How far ahead metadata may promise to be valid, and how long a copy without an end is used unconfirmed (MD-01)."""


def described(document: bytes, settings: SamlWorkplaceSettings, now: datetime | None) -> IdentityProvider:
    """Return what a document from the network says; raise BadRequest when it may not be used.

    Without `now` it was believed before, and only its content is wanted.
    """
    root = parse_metadata(document)
    if now is not None and settings.metadata_certificate is not None:
        _check_signed(root, settings.metadata_certificate)
    found = identity_provider(root, settings.entity_id)
    if now is not None:
        _check_end(found.valid_until, now, required=settings.metadata_certificate is not None)
    return found


def described_file(settings: SamlWorkplaceSettings) -> IdentityProvider:
    """Return what the administrator's own file says; OSError, or BadRequest when it cannot be used."""
    if settings.metadata_file is None:
        raise BadRequest("there is neither metadata_url nor metadata_file")
    root = parse_metadata(settings.metadata_file.read_bytes())
    if settings.metadata_certificate is not None:
        _check_signed(root, settings.metadata_certificate)
    return identity_provider(root, settings.entity_id)


def end_of(found: IdentityProvider, confirmed_at: datetime | None) -> datetime:
    """Return until when a copy is used: as it says itself, and no more than a month after it was last confirmed."""
    ends = (confirmed_at or datetime.min.replace(tzinfo=UTC)) + LONGEST
    return ends if found.valid_until is None else min(ends, found.valid_until)


def doubt(before: IdentityProvider, found: IdentityProvider) -> str:
    """Return why an administrator must look at this change first; empty for an ordinary one (MD-03)."""
    if found.entity_id != before.entity_id:
        return "the entity id is another one"
    if not found.key_names & before.key_names:
        return "none of the keys that we trust is left"
    moved = (before.sign_in, before.sign_out) != (found.sign_in, found.sign_out)
    if moved and found.key_names != before.key_names:
        return "keys and addresses changed together"
    return ""


def compared(before: IdentityProvider | None, found: IdentityProvider) -> dict[str, Any]:
    """Return both descriptions in the words of an administrator, with only what differs when there was one before."""
    after = told(found)
    if before is None:
        return {"before": None, "after": after}
    earlier = told(before)
    differs = [name for name in after if after[name] != earlier[name]]
    return {"before": {name: earlier[name] for name in differs}, "after": {name: after[name] for name in differs}}


def told(found: IdentityProvider) -> Mapping[str, Any]:
    """Return what can be shown of a description: keys by the SHA-256 of their certificates."""
    return {
        "entity_id": found.entity_id,
        "keys": sorted(found.key_names),
        "sign_in": sorted(f"{one.binding.rpartition(':')[2]} {one.location}" for one in found.sign_in),
        "sign_out": sorted(f"{one.binding.rpartition(':')[2]} {one.location}" for one in found.sign_out),
    }


def pinned(file: Path) -> x509.Certificate:
    """Return the certificate in a PEM file; raise BadRequest when there is none."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise BadRequest(f"metadata_certificate cannot be read: {type(error).__name__}") from None


def _check_signed(root: Element, file: Path) -> None:
    """Return when the whole document is signed by the pinned key."""
    key = described_key(pinned(file).public_bytes(Encoding.DER)).key
    try:
        signed = bool(signatures(root, (root,))) and check_enveloped(root, (key,))
    except BadRequest as error:
        raise BadRequest(f"the metadata is not signed as a whole by the pinned key: {error.cause}") from None
    if not signed:
        raise BadRequest("the metadata is not signed")


def _check_end(valid_until: datetime | None, now: datetime, *, required: bool) -> None:
    """Refuse metadata that has ended or promises too much; without an end, signed metadata could be replayed."""
    if valid_until is None:
        if required:
            raise BadRequest("signed metadata without validUntil could be replayed for ever")
        return
    if valid_until <= now:
        raise BadRequest(f"the metadata ended on {valid_until:%Y-%m-%d %H:%M} UTC")
    if valid_until > now + LONGEST:
        raise BadRequest("the metadata promises to be valid for more than 30 days")
