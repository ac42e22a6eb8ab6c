"""What an attribute is (RFC 7643 section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Type = Literal["string", "boolean", "complex", "reference", "dateTime", "decimal"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; `many` is multi-valued, `parts` are the sub-attributes of a complex one."""

    name: str
    description: str
    type: Type = "string"
    many: bool = False
    required: bool = False
    exact: bool = False
    mutability: Literal["readWrite", "readOnly", "immutable"] = "readWrite"
    returned: Literal["default", "always"] = "default"
    unique: Literal["none", "server"] = "none"
    canonical: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    parts: tuple[Attribute, ...] = ()

    def part(self, name: str) -> Attribute | None:
        """Return the sub-attribute of this name, whatever its case."""
        return next((one for one in self.parts if one.name.lower() == name.lower()), None)

    @property
    def writable(self) -> bool:
        """Return whether callers may set it."""
        return self.mutability != "readOnly"

    def document(self) -> dict[str, Any]:
        """Return it as published by `/Schemas`."""
        made: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.many,
            "description": self.description,
            "required": self.required,
            "caseExact": self.exact,
            "mutability": self.mutability,
            "returned": self.returned,
            "uniqueness": self.unique,
        }
        if self.canonical:
            made["canonicalValues"] = list(self.canonical)
        if self.refers:
            made["referenceTypes"] = list(self.refers)
        if self.parts:
            made["subAttributes"] = [part.document() for part in self.parts]
        return made


def several(name: str, description: str, parts: tuple[Attribute, ...], kinds: tuple[str, ...]) -> Attribute:
    """Return a list of values with a type each, one of them primary (RFC 7643 section 2.4)."""
    common = (
        Attribute("type", "What it is for.", canonical=kinds),
        Attribute("primary", "Whether it is the one to use; one at most.", "boolean"),
    )
    return Attribute(name, description, "complex", many=True, parts=(*parts, *common))
