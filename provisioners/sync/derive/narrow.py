"""What a platform can hold of what is wanted, so that a second sync plans nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from mappings.desired import Value
from provisioners.fingerprint import REFERENCES, bits_of
from provisioners.platforms.descriptor import Descriptor

REMEMBERED = 64
"""More than there are different attribute rules; people come one after the other."""


class Held(NamedTuple):
    """What a platform holds of the wanted attributes, which required ones it lacks, and their fingerprint."""

    attributes: dict[str, Value]
    lacking: tuple[str, ...]
    bits: int


class Narrowing:
    """Narrows for one kind of platform, in one thread. Platforms of one kind share it.

    The rules give the same object to platforms with equal attribute rules (`Rules.account`): it is narrowed once.
    """

    def __init__(self, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        self._known: dict[int, tuple[Mapping[str, Value], Held]] = {}

    def of(self, attributes: Mapping[str, Value]) -> Held:
        """Return what the platform holds of these attributes."""
        known = self._known.get(id(attributes))
        if known is not None:  # kept with the object, so that no other one gets its id
            return known[1]
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        narrowed = narrow(attributes, self.descriptor)
        lacking = missing(narrowed, self.descriptor)
        held = Held(narrowed, lacking, 0 if lacking else bits_of("active", narrowed) or 1)
        self._known[id(attributes)] = attributes, held
        return held


def narrow(attributes: Mapping[str, Value], descriptor: Descriptor) -> dict[str, Value]:
    """Return the attributes that this kind of platform knows, in the form it gives them back; empty ones are left out.

    A descriptor that names no attributes takes all. References are taken out: they are kept apart (`reference`).
    """
    known = descriptor.attributes
    held: dict[str, Value] = {}
    for name, value in attributes.items():
        if (known and name not in known) or name in REFERENCES:
            continue
        kept = value.strip() if type(value) is str and value.isascii() else _kept(value)
        if name in descriptor.lowered:
            kept = _lowered(kept)
        if kept not in ("", ()):
            held[name] = kept
    return held


def is_empty(value: Value) -> bool:
    """Return whether a platform would hold nothing of this value."""
    return _kept(value) in ("", ())


def reference(attributes: Mapping[str, Value], descriptor: Descriptor) -> str:
    """Return what the mapping says of the manager (an HR key or a UUID), empty when the platform holds none."""
    if descriptor.attributes and "manager" not in descriptor.attributes:
        return ""
    return str(attributes.get("manager", ""))


def missing(attributes: Mapping[str, Value], descriptor: Descriptor) -> tuple[str, ...]:
    """Return the required attributes that have no value; without them no account is made."""
    if attributes.keys() >= descriptor.required and all(attributes.values()):
        return ()
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
