"""What is left of an account that is anonymised: nothing that tells whose it was, and what the platform insists on."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from mappings.desired import Value
from provisioners.platforms.descriptor import Descriptor

NAME = "Former colleague"
"""What others see in conversations of the past."""
SHOWN = frozenset({"displayName", "name.formatted"})


def anonymised(attributes: Mapping[str, Value], descriptor: Descriptor, uuid: str) -> dict[str, Value]:
    """Return the same attributes without the person; those that a platform takes at creation only stay as they are.

    A required value becomes a pseudonym, the same every time; one that was an address stays one, of a domain that never
    exists (RFC 2606). Our external id stays: by it somebody who comes back gets the old account again.
    """
    pseudonym = f"former-{blake2b(uuid.encode(), digest_size=6).hexdigest()}"
    left: dict[str, Value] = {}
    for name, value in attributes.items():
        if name in descriptor.fixed:
            left[name] = value
        elif name in descriptor.required:
            left[name] = f"{pseudonym}@anonymous.invalid" if "@" in str(value) else pseudonym
        else:
            left[name] = NAME if name in SHOWN and value else ""
    return left
