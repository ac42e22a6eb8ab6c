"""Filters of lists -> conditions of SQL: each list has a table of those it knows, and none is ever ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
Way = Callable[[Any], ColumnElement[bool]]
"""What is asked for -> the condition that rows must meet."""


def equals(column: ColumnElement[Any]) -> Way:
    """Return the filter by exactly this value."""
    return lambda value: column == value


def since(column: ColumnElement[Any]) -> Way:
    """Return the filter of what is not earlier."""
    return lambda moment: column >= moment


def until(column: ColumnElement[Any]) -> Way:
    """Return the filter of what is earlier."""
    return lambda moment: column < moment


def during(column: ColumnElement[Any]) -> dict[str, Way]:
    """Return both filters by time."""
    return {"since": since(column), "until": until(column)}


def narrowed(query: Query, ways: Mapping[str, Way], wanted: Mapping[str, Any]) -> Query:
    """Return the query for what is wanted only; KeyError for a filter that this list does not know."""
    return query.where(*(ways[name](value) for name, value in wanted.items() if value is not None))
