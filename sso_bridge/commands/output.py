"""How commands speak: tables and sentences for people, one JSON document for machines (`--json`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

from sso_bridge.log import encode

Command = TypeVar("Command", bound=Callable[..., Any])


class Output:
    """Where a command writes its result."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: Mapping[str, Any], sentence: str) -> None:
        """Write the result: the sentence for people, the value for machines."""
        click.echo(_json(value) if self.as_json else sentence)

    def rows(self, rows: Sequence[Mapping[str, Any]], empty: str) -> None:
        """Write rows: an aligned table for people (or the sentence when there are none), an array for machines."""
        if self.as_json:
            click.echo(_json(list(rows)))
        elif not rows:
            click.echo(empty)
        else:
            click.echo(table(rows))


def output_option(command: Command) -> Command:
    """Give a command `--json`, and an `Output` as its argument `out`."""
    return click.option(
        "--json",
        "out",
        is_flag=True,
        callback=lambda _context, _option, value: Output(as_json=bool(value)),
        help="Write JSON, for machines.",
    )(command)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as text in columns, headed by the keys of the first."""
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    titles = [name.replace("_", " ") for name in names]
    widths = [max(len(line[index]) for line in [titles, *cells]) for index in range(len(names))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [titles, *cells]
    )
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value)
    return encode(str(value))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
