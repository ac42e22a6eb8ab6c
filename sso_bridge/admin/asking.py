"""What many resources take and tell: pages, numbers, days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field

from sso_bridge.api.route import Taken

Found = TypeVar("Found", bound=BaseModel)
LARGEST = 2_147_483_647


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
Instant = Annotated[datetime, BeforeValidator(_moment)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$")]
Why = Annotated[str, Field(max_length=500)]


class Newest(Taken):
    """A page, newest first."""

    limit: Annotated[Whole, Field(ge=1, le=200)] = Field(default=50, description="At most so many.")
    before: Place | None = Field(default=None, description="Go on after this place: `next` of the page before.")


class InOrder(Taken):
    """A page, in order."""

    limit: Annotated[Whole, Field(ge=1, le=500)] = Field(default=100, description="At most so many.")
    after: Place | None = Field(default=None, description="Go on after this place: `next` of the page before.")


def place_after(found: list[Found], limit: int, place: Callable[[Found], int]) -> int | None:
    """Return where the next page begins; None when this one was not full."""
    return place(found[-1]) if len(found) == limit else None
