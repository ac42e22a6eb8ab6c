"""Look-up tables of the configuration: `tables: {country: {NL: Netherlands}}` is read by `table('country', 'NL')`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mappings.errors import Problem
from mappings.functions import LONGEST_TEXT

MOST_ENTRIES: Final = 20_000


def read_tables(document: Any, problems: list[Problem]) -> dict[str, dict[str, str]]:
    """Return the tables; adds a Problem for each mistake. Keys and values are texts."""
    if not isinstance(document, Mapping):
        problems.append(Problem("tables", "must be a mapping of names to tables"))
        return {}
    return {str(name): _table(body, f"tables.{name}", problems) for name, body in document.items()}


def _table(body: Any, path: str, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(body, Mapping):
        problems.append(Problem(path, "must be a mapping of texts to texts"))
        return {}
    if len(body) > MOST_ENTRIES:
        problems.append(Problem(path, f"has more than {MOST_ENTRIES:,} entries"))
        return {}
    read = {}
    for key, value in body.items():
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            problems.append(Problem(f"{path}.{key}", f"must be a text of at most {LONGEST_TEXT} characters"))
        else:
            read[str(key)] = value
    return read
