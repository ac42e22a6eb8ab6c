"""What a platform can hold of what is wanted, so that a second sync plans nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from mappings.desired import Value
from provisioners.fingerprint import REFERENCES
from provisioners.platforms.descriptor import Descriptor


def narrow(attributes: Mapping[str, Value], descriptor: Descriptor) -> dict[str, Value]:
    """Return the attributes that this kind of platform knows, in the form it gives them back; empty ones are left out.

    A descriptor that names no attributes takes all. References are taken out: they are kept apart (`reference`).
    """
    known = descriptor.attributes
    held: dict[str, Value] = {}
    for name, value in attributes.items():
        if (known and name not in known) or name in REFERENCES:
            continue
        kept = _kept(value)
        if name in descriptor.lowered:
            kept = _lowered(kept)
        if kept not in ("", ()):
            held[name] = kept
    return held


def reference(attributes: Mapping[str, Value], descriptor: Descriptor) -> str:
    """Return what the mapping says of the manager (an HR key or a UUID), empty when the platform holds none."""
    if descriptor.attributes and "manager" not in descriptor.attributes:
        return ""
    return str(attributes.get("manager", ""))


def missing(attributes: Mapping[str, Value], descriptor: Descriptor) -> tuple[str, ...]:
    """Return the required attributes that have no value; without them no account is made."""
    return tuple(sorted(name for name in descriptor.required if attributes.get(name, "") in ("", ())))


def _lowered(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(text.lower() for text in value)
    return value.lower() if isinstance(value, str) else value


def _kept(value: Value) -> Value:
    if isinstance(value, str):
        return value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip()
    if isinstance(value, tuple | list):
        return tuple(text for text in (str(_kept(each)) for each in value) if text)
    return value
