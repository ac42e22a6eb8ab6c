"""Changing single resources of a document: everything else stays as it is, in its own order.

A resource is one entry of one part: `platforms.chat`, `groups.sales-nl`. Its tag names its content, so that two people
who change different resources are not in each other's way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mappings.errors import MappingError, Problem
from sso_bridge.configuration.document.fields import NAME
from sso_bridge.store.administration.revisions import content_digest

Part = Literal["workplaces", "platforms", "mappings", "groups", "guards", "hr_sources", "targets"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)


class NoSuchResource(Exception):
    """The document has no such resource."""

    code = "no_such_resource"


@dataclass(frozen=True, slots=True)
class Edit:
    """One resource and what it is to be; None takes it away."""

    part: str
    name: str
    value: Mapping[str, Any] | None

    @classmethod
    def at(cls, place: str, value: Mapping[str, Any] | None) -> Edit:
        """Return the edit of a place as it is written: `platforms.chat`; MappingError for what is none."""
        part, _, name = place.partition(".")
        if part not in PARTS or not NAME.fullmatch(name):
            hint = f"write PART.NAME, the part one of: {', '.join(PARTS)}"
            raise MappingError([Problem(place, "is no resource", hint)])
        return cls(part, name, value)


def resource(document: Mapping[str, Any], part: str, name: str) -> Any:
    """Return a resource as it was written; NoSuchResource."""
    found = document.get(part)
    if not isinstance(found, Mapping) or name not in found:
        raise NoSuchResource(f"there is no {part}.{name}")
    return found[name]


def tag_of(value: Any) -> str:
    """Return what names the content of a resource."""
    return content_digest({"": value})[:32]


def edited(document: Mapping[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """Return the document with these resources set or taken away; NoSuchResource for one that cannot be taken."""
    made = dict(document)
    for edit in edits:
        part = dict(made.get(edit.part) or {})
        if edit.value is None:
            resource(made, edit.part, edit.name)
            del part[edit.name]
        else:
            part[edit.name] = dict(edit.value)
        made[edit.part] = part
        if not part:
            del made[edit.part]
    return made
