"""What is odd about the org chart, for those who can put it right at HR."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from sso_bridge.admin.asking import InOrder, place_after
from sso_bridge.api.paging import Next
from sso_bridge.api.route import Answer, Call, Route, Told
from sso_bridge.store.staff.oddities import Oddities

BASE = "/admin/v1/oddities"


class Which(InOrder):
    """Which oddities."""

    what: Annotated[str, Field(max_length=32, pattern=r"^[a-z_]+$")] | None = Field(
        default=None, description="Only this kind.", examples=["manager_loop"]
    )
    who: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="Only of this HR number, or this unit.", examples=["E1001"]
    )


class OddityTold(Told):
    """One thing to look at."""

    place: int
    what: str
    who: str = Field(description="The HR number of the person, or the key of the unit.")
    detail: str


class OddityList(Told):
    """A page of oddities, in the order in which they were found."""

    on: date | None = Field(description="The day of the org chart they were found in; null before the first look.")
    looked_at: datetime | None
    fresh: bool = Field(description="False when HR has stated something since; a worker looks again every day.")
    kinds: dict[str, int] = Field(description="How many there are of each kind.")
    items: list[OddityTold]
    next: Next


class OddityRoutes:
    """The route of oddities."""

    def __init__(self, kept: Oddities) -> None:
        self._kept = kept

    def routes(self) -> tuple[Route, ...]:
        """Return it."""
        return (
            Route("GET", BASE, "people.read", self.page, "What is odd about the org chart", query=Which,
                  result=OddityList,
                  description="Loops, orphans, units without a head, managers who are not here, twins, shared mail "
                  "addresses. They stop nothing. Found after each complete import, once a day, and by each plan."),
        )  # fmt: skip

    def page(self, call: Call) -> Answer:
        """Return a page."""
        asked: Which = call.query
        last = self._kept.last()
        items = [
            OddityTold(place=place, what=one.what, who=one.who, detail=one.detail)
            for place, one in self._kept.page(asked.limit, asked.after, **asked.filters())
        ]
        return Answer(
            OddityList(
                on=last.on if last else None, looked_at=last.at if last else None,
                fresh=last is not None and self._kept.is_fresh(last), kinds=self._kept.kinds(), items=items,
                next=place_after(items, asked.limit, lambda one: one.place),
            )
        )  # fmt: skip
