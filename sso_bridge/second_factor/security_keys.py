"""The only file that knows py_webauthn: security keys and passkeys (WebAuthn Level 3, sections 7.1 and 7.2).

Attestation is not asked for: which make of key somebody has is nobody's business here. User verification is asked for
and not insisted on: the key is the second factor, not both.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers.structs import CredentialDeviceType, PublicKeyCredentialDescriptor

from sso_bridge.second_factor.refusals import SecondFactorRefused

CHALLENGE_BYTES = 32
LONGEST = 16 * 1024
LONGEST_ID = 1023
"""The longest credential id there may be (WebAuthn 5.8.3)."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was registered."""

    credential: bytes
    public_key: bytes
    counter: int
    method: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A key that was used. `method` is what RFC 8176 calls it: `hwk` for one that cannot be copied, `swk` otherwise."""

    counter: int
    method: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecurityKeys:
    """Keys for the one origin that browsers know us by; `title` is what they show."""

    origin: str
    title: str

    @property
    def possible(self) -> bool:
        """Return whether browsers allow keys here: a host name is needed, an address will not do (WebAuthn 5.1.3)."""
        try:
            ip_address(self._host)
        except ValueError:
            return True
        return False

    def new_challenge(self) -> bytes:
        """Return 256 random bits."""
        return secrets.token_bytes(CHALLENGE_BYTES)

    def to_register(self, challenge: bytes, person_uuid: str, name: str, known: Iterable[bytes]) -> str:
        """Return the options for `navigator.credentials.create` as JSON; `known` keys are not registered twice."""
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=self.title,
            user_id=sha256(f"webauthn\x1f{person_uuid}".encode()).digest(),
            user_name=name or "?",
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        return webauthn.options_to_json(options)

    def registered(self, response: str, challenge: bytes) -> NewKey:
        """Return the new key; SecondFactorRefused when the answer is not to this challenge at our origin."""
        try:
            found = webauthn.verify_registration_response(
                credential=_read(response),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self.origin,
            )
        except SecondFactorRefused:
            raise
        except Exception as error:  # noqa: BLE001  whatever a forged answer makes of the library is a refusal
            raise SecondFactorRefused("key_not_registered", type(error).__name__) from None
        if not 0 < len(found.credential_id) <= LONGEST_ID:
            raise SecondFactorRefused("key_not_registered", "the credential id is too long")
        method = _method(found.credential_device_type, verified=found.user_verified)
        return NewKey(found.credential_id, found.credential_public_key, found.sign_count, method)

    def to_prove(self, challenge: bytes, known: Iterable[bytes]) -> str:
        """Return the options for `navigator.credentials.get` as JSON."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        return webauthn.options_to_json(options)

    def proved(self, response: str, challenge: bytes, public_key: bytes, counter: int) -> Answered:
        """Return what the key says; SecondFactorRefused for another challenge, origin, key, or a count that fell."""
        try:
            found = webauthn.verify_authentication_response(
                credential=_read(response),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=counter,
            )
        except SecondFactorRefused:
            raise
        except Exception as error:  # noqa: BLE001  the same
            raise SecondFactorRefused("key_not_proved", f"{type(error).__name__}: {error}") from None
        return Answered(found.new_sign_count, _method(found.credential_device_type, verified=found.user_verified))

    @property
    def _host(self) -> str:
        return urlsplit(self.origin).hostname or ""


def credential_of(response: str) -> bytes:
    """Return which key an answer claims to be of, unchecked; SecondFactorRefused when it is none."""
    try:
        return webauthn.base64url_to_bytes(str(_read(response)["id"]))
    except (KeyError, ValueError):
        raise SecondFactorRefused("key_unreadable", "the answer names no key") from None


def _method(kind: CredentialDeviceType, *, verified: bool) -> tuple[str, ...]:
    return ("hwk" if kind is CredentialDeviceType.SINGLE_DEVICE else "swk", *(("user",) if verified else ()))


def _read(response: str) -> dict[str, Any]:
    try:
        said = json.loads(response) if len(response) <= LONGEST else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SecondFactorRefused("key_unreadable", "the browser sent no answer of a key")
    return said
