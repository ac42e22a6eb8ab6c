"""Paths into JSON, and the text of what stands there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from provisioners.errors import FeedRefused

ODATA_DATE = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Absent(LookupError):
    """Nothing stands there: a name is missing. An empty place on the way is no absence."""


def found(value: object, path: str) -> object:
    """Return what stands at a path, None when something on the way is empty; Absent when a name is missing."""
    for name in path.split("/") if path else ():
        if value is None:
            return None
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and (int(name) < len(value) or not value):
            value = value[int(name)] if value else None
        else:
            raise Absent(path)
    return value


def text(value: object, path: str) -> str:
    """Return the text of one value; FeedRefused for a list or an object, which a path should have gone into.

    A date of OData 2 (`/Date(1577836800000)/`) becomes a day in UTC: there they are days without a time.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        dated = ODATA_DATE.fullmatch(value)
        return _day(int(dated[1]), path) if dated else value.strip()
    if isinstance(value, int | Decimal):
        return str(value)
    raise FeedRefused(f"{path} is not a single value", hint="let the path of this column go on to the value itself")


def day(moment: str, zone: ZoneInfo) -> str:
    """Return the day of a moment in HR's zone. Exactly midnight in UTC is how systems write a day without a time.

    What is no moment stays as it is, for the gate to judge.
    """
    if moment[10:20] in {"", "T00:00:00Z"}:
        return moment[:10]
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return moment if at.tzinfo is None else f"{at.astimezone(zone):%Y-%m-%d}"


def _day(milliseconds: int, path: str) -> str:
    try:
        return f"{_EPOCH + timedelta(milliseconds=milliseconds):%Y-%m-%d}"
    except OverflowError:
        raise FeedRefused(f"{path} is no date", hint="correct it in the HR system") from None
