"""What many resources take and tell: pages, filters, numbers, days. A filter is a field of the query, with an example.

Each filter has a condition of SQL under the same name in the store (`store.narrowing`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from sso_bridge.api.paging import HOW, LARGEST, Cursor
from sso_bridge.api.route import Taken

Found = TypeVar("Found", bound=BaseModel)


def _whole(value: Any) -> Any:
    """Take digits only: the web's parameters are texts, and ` 1`, `1.0` and `1_0` are mistakes."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,10}", value):
        raise ValueError("must be a whole number")
    return value


def _day(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day such as 2026-11-02")
    return value


def _moment(value: Any) -> Any:
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]", value):
        raise ValueError("must be a moment such as 2026-11-02T09:00:00Z")
    return value


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("must say its zone, as in 2026-11-02T09:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


Whole = Annotated[int, BeforeValidator(_whole)]
Place = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=LARGEST)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(in_utc)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$", examples=["chat"])]
Why = Annotated[str, Field(max_length=500)]

Since = Annotated[Moment, Field(description="Not earlier than this.", examples=["2026-11-02T09:00:00Z"])]
Until = Annotated[Moment, Field(description="Earlier than this.", examples=["2026-11-09T09:00:00Z"])]
By = Annotated[
    str,
    Field(min_length=1, max_length=128, examples=["token:0123456789abcdef"],
          description="By whom, as lists and the audit name them."),
]  # fmt: skip
WhichPerson = Annotated[
    str, Field(max_length=36, description="Our id of the person.", examples=["2819c223-7f76-453a-919d-413861904646"])
]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_.-]+$", examples=["no_link"])]


class Filtered(Taken):
    """A question whose answer can be narrowed."""

    def filters(self, *, but: str = "") -> dict[str, Any]:
        """Return the filters that were given, without one that the caller sees to."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name not in HOW and name != but}
        return {name: value for name, value in named.items() if value not in {None, ""}}


class Newest(Filtered):
    """A page, newest first."""

    limit: Annotated[Whole, Field(ge=1, le=200)] = Field(default=50, description="At most so many.")
    before: Cursor | None = Field(default=None, description="Go on after this page: its `next`.")


class InOrder(Filtered):
    """A page, in order."""

    limit: Annotated[Whole, Field(ge=1, le=500)] = Field(default=100, description="At most so many.")
    after: Cursor | None = Field(default=None, description="Go on after this page: its `next`.")


def place_after(found: list[Found], limit: int, place: Callable[[Found], int]) -> int | None:
    """Return where the next page begins; None when this one was not full."""
    return place(found[-1]) if len(found) == limit else None
