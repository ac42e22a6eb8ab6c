"""What becomes of a group whose unit, manager or value is no more: `{do: archive}`, `{do: delete, after: 90d}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from mappings.errors import EvaluationError

Act = Literal["keep", "archive", "delete"]
LEAST_DAYS: Final = 30
"""A group is never deleted sooner after it was archived; members and writers must have time to notice."""
MOST_DAYS: Final = 3650
_DAYS: Final = re.compile(r"(\d{1,4})d")


class GroupClosed(EvaluationError):
    """There is no rule, unit or manager behind a group any more: it has no members and no owners."""


@dataclass(frozen=True, slots=True)
class Closing:
    """`keep` leaves the empty group; `archive` also says so in its name; `delete` deletes it `after` days as well."""

    do: Act = "keep"
    after: int = 0


def read_closing(document: Any, path: str, problem: Callable[[str, str, str], None]) -> Closing:
    """Return the policy; tells `problem` (path, message, hint) of each mistake."""
    if document is None:
        return Closing()
    if not isinstance(document, Mapping) or document.get("do") not in get_args(Act):
        problem(path, "must have do: keep, archive or delete", "write {do: archive} or {do: delete, after: 90d}")
        return Closing()
    for key in document:
        if key not in {"do", "after"}:
            problem(f"{path}.{key}", "unknown key", "there are: do, after")
    act, said = cast("Act", document["do"]), document.get("after")
    match = _DAYS.fullmatch(said) if isinstance(said, str) else None
    days = int(match[1]) if match else 0
    if act != "delete" and said is not None:
        problem(f"{path}.after", "counts the days to deletion: only with do: delete", "")
    elif act == "delete" and not LEAST_DAYS <= days <= MOST_DAYS:
        problem(f"{path}.after", f"must be at least {LEAST_DAYS}d, counted from the day it was archived", "write 90d")
    return Closing(act, days)
