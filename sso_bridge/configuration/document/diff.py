"""What differs between two documents, by path: for the plan, the history and the audit.

Documents hold no secret, only references, so a difference can be shown to everybody who may see the configuration.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PathChange:
    """One place that differs; None on a side means that it is not there."""

    path: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        """Return the line a person reads: `+ path: new`, `- path: old`, `~ path: old -> new`."""
        if self.before is None:
            return f"+ {self.path}: {_short(self.after)}"
        if self.after is None:
            return f"- {self.path}: {_short(self.before)}"
        return f"~ {self.path}: {_short(self.before)} -> {_short(self.after)}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PathChange, ...]:
    """Return every place that differs, in the order of the documents; lists are compared as a whole."""
    return tuple(_walk(before, after, ""))


def as_audit(changes: tuple[PathChange, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (before, after) with only what changed, for an audit event."""
    before = {change.path: change.before for change in changes if change.before is not None}
    return before, {change.path: change.after for change in changes if change.after is not None}


def _walk(before: Any, after: Any, path: str) -> Iterator[PathChange]:
    if _deeper(before, after):
        before, after = before or {}, after or {}
        for key in dict.fromkeys((*before, *after)):
            yield from _walk(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif before != after or type(before) is not type(after):
        yield PathChange(path, before, after)


def _deeper(before: Any, after: Any) -> bool:
    """Return whether to look inside: two mappings, or one that has something in it and nothing on the other side."""
    both = isinstance(before, Mapping) and isinstance(after, Mapping)
    appears = before is None and isinstance(after, Mapping) and bool(after)
    return both or appears or (after is None and isinstance(before, Mapping) and bool(before))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}..."  # noqa: PLR2004 - one line on a screen
