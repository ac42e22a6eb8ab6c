"""Names of attributes in filters, paths and parameters -> places in the published schemas; nothing else is a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.schema import ResourceKind

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Place:
    """An attribute, or a part of one; `urn` when it belongs to an extension. Without an attribute: the extension."""

    urn: str
    attribute: Attribute | None
    part: Attribute | None = None

    @property
    def leaf(self) -> Attribute | None:
        """Return the innermost attribute."""
        return self.part or self.attribute

    @property
    def name(self) -> str:
        """Return the name as it is known here, as in `emails.value` or `urn:...:User:department`."""
        inner = ".".join(one.name for one in (self.attribute, self.part) if one is not None)
        return ":".join(text for text in (self.urn, inner) if text)

    def values(self, resource: Mapping[str, Any]) -> list[Any]:
        """Return the values that stand there; parts of all elements of a list, `value` when no part is named."""
        holder = resource.get(self.urn, {}) if self.urn else resource
        if self.attribute is None:
            return [holder] if holder else []
        found = holder.get(self.attribute.name)
        elements = found if isinstance(found, list) else [] if found is None else [found]
        if self.part is None:
            return [one.get("value", one) if isinstance(one, Mapping) else one for one in elements]
        inner = [one.get(self.part.name) for one in elements if isinstance(one, Mapping)]
        return [one for one in inner if one is not None]


def place_of(kind: ResourceKind, text: str) -> Place | None:
    """Return the place, or None: the allow-list of everything that can be asked for or changed (PR-14)."""
    if len(text) > LONGEST_NAME:
        return None
    urn, name = _split(kind, text)
    if urn and not name:
        return Place("" if urn == kind.urn else urn, None)
    outer, dot, inner = name.partition(".")
    attribute = kind.find(outer, urn)
    if attribute is None:
        return None
    part = attribute.part(inner) if dot else None
    if dot and part is None:
        return None
    return Place("" if urn == kind.urn else urn, attribute, part)


def _split(kind: ResourceKind, text: str) -> tuple[str, str]:
    """Return (URN, the rest); the URN is empty when the text begins with none of this kind."""
    folded = text.lower()
    for urn in (kind.urn, *kind.extensions):
        if folded == urn.lower():
            return urn, ""
        if folded.startswith(f"{urn.lower()}:"):
            return urn, text[len(urn) + 1 :]
    return "", text
