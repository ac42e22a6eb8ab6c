"""How far platforms have come: waves, and groups with and without an owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from provisioners.ports import GroupState, Management
from sso_bridge.admin.asking import InOrder, Name
from sso_bridge.admin.configuration import PLATFORMS
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.api.paging import Next
from sso_bridge.api.route import Answer, Call, Route, Told
from sso_bridge.communities.waves import NO_WAVES, NoWaves, WaveCounts
from sso_bridge.store.sync.group_list import GroupList

BASE = "/admin/v1"
PLATFORM = {"type": "string", "pattern": "^[a-z0-9_-]+$", "maxLength": 64}


class WhichGroups(InOrder):
    """Which groups."""

    platform: Name | None = Field(default=None, description="Only of this platform.")
    without_owner: Literal["true", "false"] = Field(
        default="false",
        description="`true`: only groups of ours that could have an owner and have none.",
        examples=["true"],
    )
    state: GroupState | None = None
    management: Management | None = Field(
        default=None, description="`managed`: made by us; `adopted`: taken over; the others are left alone."
    )
    q: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="With this in the name.", examples=["sales"]
    )


class GroupTold(Told):
    """One group, room or community that we know of."""

    place: int
    platform: str
    key: str = Field(description="The rule, and the unit, manager or value: `units/sales`.")
    name: str
    management: str
    state: str = Field(description="`archived` when nothing stands behind it any more.")
    members: int = Field(description="People put into it directly.")
    owners: int
    groups: int = Field(description="Groups inside it.")


class GroupCount(Told):
    """The groups of one platform."""

    groups: int
    without_owner: int


class GroupPage(Told):
    """A page of groups."""

    platforms: dict[str, GroupCount] = Field(description="All groups that are not archived, by platform.")
    items: list[GroupTold]
    next: Next


class WaveTold(Told):
    """One wave."""

    name: str = Field(description="Empty for people whom no wave takes.")
    open: bool
    people: int
    accounts: int = Field(description="People of it who have an active account.")


class WaveList(Told):
    """The waves of one platform, in order."""

    platform: str
    items: list[WaveTold]


class CommunityRoutes:
    """The routes of waves and groups. `owned` are the platforms whose groups can have owners."""

    def __init__(self, waves: WaveCounts, groups: GroupList, owned: Callable[[], list[str]], reach: Reach) -> None:
        self._reach = reach
        self._waves = waves
        self._groups = groups
        self._owned = owned

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        return (
            Route("GET", f"{BASE}/groups", "platforms.read", self.groups, "Groups, and those without an owner",
                  query=WhichGroups, result=GroupPage, within=PLATFORMS),
            Route("GET", f"{BASE}/platforms/{{platform}}/waves", "platforms.read", self.waves,
                  "Who is in which wave of a platform, and has an account",
                  parameters={"platform": PLATFORM}, result=WaveList,
                  description="By the rules in force and HR's statements of today. 404 when the platform is not "
                  "opened in waves.", within=PLATFORMS),
        )  # fmt: skip

    def groups(self, call: Call) -> Answer:
        """Return a page of groups."""
        asked: WhichGroups = call.query
        owned = self._owned()
        lacking = owned if asked.without_owner == "true" else None
        wanted = asked.filters(but="without_owner")
        found, following = page_of(
            lambda count, after: self._groups.page(count, after or 0, without_owner=lacking, **wanted),
            lambda one: self._reach.platform(call.token, one.platform), lambda one: one.place, asked.limit, asked.after,
        )  # fmt: skip
        items = [GroupTold(**{name: getattr(one, name) for name in one.__slots__}) for one in found]
        counts = {
            name: GroupCount(groups=every, without_owner=nobody)
            for name, (every, nobody) in self._groups.counts(owned).items()
            if self._reach.platform(call.token, name)
        }
        return Answer(GroupPage(platforms=counts, items=items, next=following))

    def waves(self, call: Call) -> Answer:
        """Return the waves of a platform."""
        name = str(call.path["platform"])
        if not self._reach.platform(call.token, name):
            raise NoWaves(NO_WAVES.format(name))
        items = [
            WaveTold(name=one.name, open=one.is_open, people=one.people, accounts=one.accounts)
            for one in self._waves.of(name)
        ]
        return Answer(WaveList(platform=name, items=items))
