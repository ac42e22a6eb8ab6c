"""Groups in groups: which may be in which, and what changes when one comes or goes. No member is touched by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sso_bridge.scim.errors import InvalidValue
from sso_bridge.scim.limits import DEEPEST_GROUPS, MOST_SUBGROUPS
from sso_bridge.scim.memberships import MemberChange
from sso_bridge.store.staff.scim_nesting import ScimNesting


@dataclass(frozen=True, slots=True)
class Nesting:
    """Carries out the part of a change of members that is about groups."""

    groups: ScimNesting
    most: int = MOST_SUBGROUPS

    def known(self, source: str, change: MemberChange, people: Iterable[str]) -> dict[str, int]:
        """Return the groups among the members of a change, by their ids; InvalidValue for what is called wrongly."""
        taken = set(people)
        found = self.groups.known(source, (one for one in change.members if one not in taken))
        for one, kind in change.said.items():
            if kind == "group" and one not in found:
                raise InvalidValue("a member of the type Group is no group of this source")
            if kind == "user" and one in found:
                raise InvalidValue("a member of the type User is a group")
        return found

    def carry_out(self, id_: int, change: MemberChange, named: Iterable[int]) -> tuple[list[int], list[int]]:
        """Return the groups that came and those that went; InvalidValue for a circle, and beyond the limits."""
        groups = set(named)
        if change.how == "leave":
            return [], self.groups.leave(id_, self.groups.within(id_) if change.everybody else groups)
        left = self.groups.leave(id_, set(self.groups.within(id_)) - groups) if change.how == "be" else []
        if groups:
            self._check(id_, groups)
        return self.groups.join(id_, groups), left

    def _check(self, id_: int, groups: set[int]) -> None:
        """Refuse a circle rather than cut it: where it is cut would be chance, and the caller would never know."""
        if len(groups | set(self.groups.within(id_))) > self.most:
            raise InvalidValue(f"at most {self.most} groups are in one group")
        above = self.groups.levels_above([id_])
        if groups & {id_}.union(*above):
            raise InvalidValue("a group cannot be in itself, not through others either")
        if len(above) + 1 + len(self.groups.levels_below(groups)) > DEEPEST_GROUPS:
            raise InvalidValue(f"groups may be {DEEPEST_GROUPS} deep in each other")
