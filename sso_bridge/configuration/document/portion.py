"""The part of a document that belongs to some platforms alone: what a delegated administrator sees and may change.

A mapping that another platform uses too, and a group that is on another platform too, belong to nobody alone: a change
of it would change what others have (AD-04).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

Document = Mapping[str, Any]
PARTS: Final = ("platforms", "mappings", "groups", "targets")


class OutOfReach(Exception):
    """A delegated change reaches further than its platforms; the message names the place."""

    code = "out_of_reach"


def portion(document: Document, platforms: Collection[str]) -> dict[str, Any]:
    """Return what belongs to these platforms alone."""
    own = {part: dict(_own(document, part, platforms)) for part in PARTS}
    return {part: found for part, found in own.items() if found}


def rest(document: Document, platforms: Collection[str]) -> dict[str, Any]:
    """Return everything else."""
    kept = {part: dict(entries) if isinstance(entries, Mapping) else entries for part, entries in document.items()}
    for part in PARTS:
        for name, _ in _own(document, part, platforms):
            del kept[part][name]
    return {part: entries for part, entries in kept.items() if entries}


def replaced(document: Document, platforms: Collection[str], wanted: Document) -> dict[str, Any]:
    """Return the whole document with `wanted` instead of what belongs to these platforms; OutOfReach."""
    others = rest(document, platforms)
    for part in wanted:
        if part not in PARTS and wanted[part]:
            raise OutOfReach(f"{part} belongs to all platforms")
    for part in PARTS:
        entries = wanted.get(part) or {}
        if not isinstance(entries, Mapping):
            raise OutOfReach(f"{part} must be a mapping of names")
        taken = next((name for name in entries if name in (others.get(part) or {})), None)
        if taken is not None:
            raise OutOfReach(f"{part}.{taken} belongs to other platforms too")
    merged = {part: {**(others.get(part) or {}), **(wanted.get(part) or {})} for part in PARTS}
    whole = {**others, **{part: entries for part, entries in merged.items() if entries}}
    check_within(document, whole, platforms)
    return whole


def check_within(before: Document, after: Document, platforms: Collection[str]) -> None:
    """Raise OutOfReach when a change touches anything but what belongs to these platforms alone."""
    _check_borrowed(before, platforms, after)
    if rest(after, platforms) != rest(before, platforms):
        raise OutOfReach("something in it belongs to other platforms too")


def _check_borrowed(document: Document, platforms: Collection[str], whole: Document) -> None:
    """Let a platform keep the shared mapping and the secrets it has, and take up none that are others' (AD-04)."""
    own, before = portion(whole, platforms), document.get("platforms") or {}
    for name, platform in own.get("platforms", {}).items():
        mapping = _field(platform, "mapping")
        if mapping and mapping not in own.get("mappings", {}) and mapping != _field(before.get(name), "mapping"):
            raise OutOfReach(f"the mapping of platforms.{name} belongs to other platforms too")
        if set(_secrets(platform)) - set(_secrets(portion(document, platforms))):
            raise OutOfReach(f"platforms.{name} names a secret or file that was not its own before")
        moved = _services(platform) - _services(before.get(name))
        if moved & _all_services(rest(document, platforms)):
            raise OutOfReach(f"platforms.{name} would keep its accounts where another platform keeps its own")


def _all_services(document: Document) -> set[str]:
    platforms = document.get("platforms")
    return set().union(*map(_services, platforms.values())) if isinstance(platforms, Mapping) else set()


def _services(platform: Any) -> set[str]:
    """Return the hosts at which a platform's accounts are kept: who writes there writes what another platform has."""
    hosts = set()
    for said in _texts(_field(platform, "provisioning")):
        try:
            hosts.add((urlsplit(said).hostname or "").rstrip("."))
        except ValueError:
            continue  # no address; the document is checked afterwards
    return hosts - {""}


def _texts(entry: Any) -> Iterator[str]:
    if isinstance(entry, Mapping):
        entry = list(entry.values())
    if isinstance(entry, list | tuple):
        for inner in entry:
            yield from _texts(inner)
    elif isinstance(entry, str):
        yield entry


def _secrets(entry: Any, key: str = "") -> Iterator[str]:
    """Yield the references to secrets and files: with another's one, its secret could be sent to one's own address."""
    if isinstance(entry, Mapping):
        for name, inner in entry.items():
            yield from _secrets(inner, str(name))
    elif isinstance(entry, list | tuple):
        for inner in entry:
            yield from _secrets(inner, key)
    elif isinstance(entry, str) and (entry.startswith(("env:", "file:")) or key.endswith("_file")):
        yield entry


def _own(document: Document, part: str, platforms: Collection[str]) -> Iterator[tuple[str, Any]]:
    entries = document.get(part)
    if not isinstance(entries, Mapping):
        return
    for name, entry in entries.items():
        homes = _homes(document, part, name, entry)
        if homes and homes <= set(platforms):
            yield name, entry


def _homes(document: Document, part: str, name: str, entry: Any) -> set[str]:
    """Return the platforms an entry belongs to; empty for what belongs to all, or to none yet."""
    if part == "platforms":
        return {name}
    if part == "mappings":
        known = document.get("platforms")
        users = known.items() if isinstance(known, Mapping) else ()
        return {platform for platform, one in users if _field(one, "mapping") == name}
    if part == "targets":
        return {str(_field(entry, "platform") or "")} - {""}
    on = _field(entry, "on")
    return {str(one) for one in on} if isinstance(on, list | tuple) else set()


def _field(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, Mapping) else None
