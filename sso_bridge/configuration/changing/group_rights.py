"""What in group rules and waves takes a second administrator: rights of owners, names that may give rights, endings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mappings.groups.rule import PRIVILEGED_NAMES

OWNING: Final = ("owners", "deputies", "otherwise")
WHERE: Final = ("on", "each", "reach", "depth", "when")
"""Which groups there are, and where: the rights of the same owners become more, or others, with them."""
_QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def reasons_in_groups(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield why the change of group rules takes a second person (AD-08, PR-01)."""
    known = before.get("groups") or {}
    for name, rule in (after.get("groups") or {}).items():
        was = known.get(name) or {}
        if _owning(rule) and _owning(was) != _owning(rule):
            yield f"it changes who owns the groups of {name}"
        if _is_privileged(name, rule) and was != rule:
            yield f"it changes the group {name}, whose name may give rights on a platform"
        if _deletes(rule) and _deletes(was) != _deletes(rule):
            yield f"it lets groups of {name} be deleted"


def reasons_in_waves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield why the change of waves takes a second person: accounts that were kept may be taken away."""
    known = before.get("platforms") or {}
    for name, platform in (after.get("platforms") or {}).items():
        if _leaves(platform) and not _leaves(known.get(name) or {}):
            yield f"it takes accounts of {name} away from people whose wave is not open"


def _owning(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what says who owns which groups: those who own one have rights on the platform."""
    return tuple(rule.get(key) for key in (*OWNING, *WHERE)) if any(rule.get(key) for key in OWNING) else ()


def _is_privileged(name: str, rule: Mapping[str, Any]) -> bool:
    written = [one or other for one, other in _QUOTED.findall(str(rule.get("name", "")))]
    return any(text.strip().lower() in PRIVILEGED_NAMES for text in (name, *written))


def _deletes(rule: Mapping[str, Any]) -> Any:
    closed = rule.get("closed") or {}
    return closed.get("after") if closed.get("do") == "delete" else None


def _leaves(platform: Mapping[str, Any]) -> bool:
    return (platform.get("waves") or {}).get("shrink") == "leave"
