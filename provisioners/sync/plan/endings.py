"""The end of a group behind which nothing stands any more: kept empty, archived, deleted after a time.

Its members and owners go in every case: no rule gives them anything any more (PR-01). Days are counted from our own
archiving, never from a date in a file, so nothing is deleted because of one feed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from mappings.groups.closing import LEAST_DAYS, Closing
from mappings.rules import GroupFacts
from provisioners.ports import GroupShadow
from provisioners.sync.plan.change import Kind

CLOSED: Final = GroupFacts("")
"""The facts of a group behind which nothing stands."""
MARK: Final = " (archived)"


class Ending(NamedTuple):
    """What is done to the group today, and why."""

    kind: Kind
    reason: str


def ending(closing: Closing, shadow: GroupShadow, now: datetime) -> Ending | None:
    """Return what the policy of its rule does to this group today, None for nothing."""
    if closing.do == "keep":
        return None
    if shadow.state != "archived":
        return Ending("group_archive", "nothing stands behind the group any more")
    if closing.do == "archive" or shadow.state_since is None:
        return None
    days = max(LEAST_DAYS, closing.after)
    if now < shadow.state_since + timedelta(days=days):
        return None
    return Ending("group_delete", f"archived since {shadow.state_since.date()}, kept for {days} days")


def archived_name(shadow: GroupShadow) -> str:
    """Return the name of the group once it is archived."""
    return shadow.name if shadow.name.endswith(MARK) else f"{shadow.name}{MARK}"
