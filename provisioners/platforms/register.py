"""Every kind of platform there is: adding one is a room of its own and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from provisioners.errors import NeedsAdmin
from provisioners.platforms import matrix_synapse, memory, scim2
from provisioners.platforms.contract import Connector
from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.opening import Opening

NESTED = "nested_groups"
"""The setting of kinds of which only some services let groups hold groups."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of platform: what is true of it, and how one is opened."""

    descriptor: Descriptor
    open: Callable[[Opening], Connector]


PLATFORMS: dict[str, Kind] = {
    "matrix_synapse": Kind(matrix_synapse.DESCRIPTOR, matrix_synapse.open_synapse),
    "memory": Kind(memory.DESCRIPTOR, memory.open_memory),
    "scim": Kind(scim2.DESCRIPTOR, scim2.open_scim),
}


def descriptor(kind: str) -> Descriptor:
    """Return the facts about a kind of platform; raise NeedsAdmin, naming those that exist."""
    return _kind(kind).descriptor


def abilities(provisioning: Mapping[str, Any]) -> Descriptor:
    """Return the facts about a platform as it is configured: groups inside groups only where that is switched on."""
    found = descriptor(str(provisioning.get("connector", "none")))
    return replace(found, nests=provisioning.get(NESTED) is True) if NESTED in found.settings else found


def open_connector(kind: str, opening: Opening) -> Connector:
    """Open a connector; sends nothing yet. Raises NeedsAdmin for an unknown kind and for wrong settings."""
    found = _kind(kind)
    known = found.descriptor.settings
    missing = sorted(name for name, required in known.items() if required and not opening.settings.get(name))
    if missing:
        raise NeedsAdmin(f"{opening.platform}: missing settings", hint=f"add {', '.join(missing)}")
    surplus = sorted(set(opening.settings) - set(known) - {"connector"})
    if surplus:
        raise NeedsAdmin(f"{opening.platform}: unknown settings", hint=f"{kind} knows only: {', '.join(sorted(known))}")
    return found.open(opening)


def _kind(name: str) -> Kind:
    try:
        return PLATFORMS[name]
    except KeyError:
        raise NeedsAdmin("unknown connector", hint=f"use one of: {', '.join(sorted(PLATFORMS))}") from None
