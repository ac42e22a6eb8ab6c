"""Sixty-four bits that say whether two states are the same; what plans, shadows and preconditions compare.

Members of a group are an XOR over mixed ids: order does not matter, and adding or removing one is one operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from mappings.desired import AccountState, Value

REFERENCES = frozenset({"manager"})
"""Attributes whose value is another person's UUID; they are fingerprinted apart and come in by XOR."""

NOTHING = ""
"""The fingerprint of something that is not there."""

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_MASK = 0xFFFFFFFFFFFFFFFF


def of_account(state: AccountState, attributes: Mapping[str, Value]) -> str:
    """Return 16 hex digits for an account in this state; empty texts and lists count as not there."""
    return as_text(bits_of(state, attributes))


def bits_of(state: AccountState, attributes: Mapping[str, Value]) -> int:
    """Return the fingerprint of an account as a number."""
    plain = {name: value for name, value in attributes.items() if value not in ("", ()) and name not in REFERENCES}
    text = _encode([state, plain])
    bits = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    for name in REFERENCES & attributes.keys():
        bits ^= of_reference(name, str(attributes[name]))
    return bits


def of_reference(name: str, uuid: str) -> int:
    """Return the 64 bits that a reference adds to the fingerprint of an account by XOR; 0 for nobody."""
    return int.from_bytes(blake2b(f"{name}={uuid}".encode(), digest_size=8).digest()) if uuid else 0


def as_text(bits: int) -> str:
    """Return the bits as 16 hex digits."""
    return f"{bits:016x}"


def of_members(ids: Iterable[int]) -> int:
    """Return the XOR of the mixed ids; 0 for nobody. To add or remove one member, XOR with `mixed(id)`."""
    total = 0
    for each in ids:
        total ^= mixed(each)
    return total


def mixed(id_: int) -> int:
    """Return 64 well-mixed bits of a person id (the finaliser of splitmix64)."""
    bits = (id_ + 0x9E3779B97F4A7C15) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)
