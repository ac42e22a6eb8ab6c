"""Explanations as text for people: one table as wide as the terminal, and conditions as an indented list."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mappings.conditions import Part
from sso_bridge.configuration.explaining.sources import Stated
from sso_bridge.configuration.explaining.told import Line, Told
from sso_bridge.configuration.explaining.why_not import Answer
from sso_bridge.log import encode

WIDEST, LONGEST_PLACE = 400, 60
WITHOUT_TERMINAL = (160, 50)
HEADINGS = ("at sign-in", "on the account", "value", "has now", "by the rule", "from", "row of HR")


def as_text(one: Told) -> str:
    """Return one platform's explanation."""
    told = one.explanation
    lines = [f"{told.platform}: {'in scope' if told.in_scope else 'NOT in scope'}, {told.reason}"]
    lines.append(f"  known there as {one.subject}; {_account(one)}")
    lines += [f"  one person: {encode(str(each))}" for each in one.joined]
    if one.lines:
        lines.append(_table(one))
    lines += [f"  not: {no.what} {no.name}: {no.reason}" for no in told.why_not]
    return "\n".join([*lines, *(f"  {said}" for said in one.seen.said)])


def answer_text(answer: Answer) -> str:
    """Return the answer to a "why not?"."""
    return "\n".join([f"{answer.what}: {'yes' if answer.has else 'no'}", *_reasons(answer)])


def _reasons(answer: Answer) -> Iterator[str]:
    for one in answer.reasons:
        yield f"  {one.text}" + (f"  [{one.rule}]" if one.rule else "")
        if one.condition is not None:
            yield from _part(one.condition, "    ")
        for row in dict.fromkeys(_rows(one.stated)):
            yield f"    stated in {row}"


def _part(part: Part, indent: str) -> Iterator[str]:
    value = part.problem or _shown(part.value)
    yield f"{indent}{encode(part.text)}  ->  {value}"
    for each in part.parts:
        yield from _part(each, f"{indent}  ")


def _account(one: Told) -> str:
    account = one.seen.account
    return f"account {account.remote_id} is {account.state}, {account.management}" if account else "no account known"


def _table(one: Told) -> str:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    place = min(max(len(line.because.rule) for line in one.lines) + 1, LONGEST_PLACE)
    for heading in HEADINGS:
        narrowest = place if heading == "by the rule" else None  # a place is copied: it is not broken over lines
        ratio = 2 if heading in {"by the rule", "value"} else 1
        table.add_column(heading, overflow="fold", ratio=ratio, min_width=narrowest)
    for line in one.lines:
        cells = ("\n".join(map(encode, cell.split("\n"))) for cell in _cells(line, one))
        table.add_row(*map(Text, cells))
    width = min(shutil.get_terminal_size(WITHOUT_TERMINAL).columns, WIDEST)
    console = Console(file=io.StringIO(), width=width, no_color=True, emoji=False, markup=False)
    with console.capture() as shown:
        console.print(table)
    return "\n".join(row.rstrip() for row in shown.get().splitlines())


def _cells(line: Line, one: Told) -> Iterator[str]:
    because = line.because
    yield one.wire.get(line.claim, line.claim)
    yield f"group {line.attribute}" if because.what == "group" else line.attribute
    yield because.problem or _shown(because.value)
    yield "-" if line.now is None else _shown(line.now)
    strength = f" ({because.strength})" if because.strength else ""
    where = f"{because.rule}{f', line {line.line}' if line.line else ''}{strength}"
    yield f"{where}\n{because.expression}".strip()
    yield "\n".join(f"{name} = {_shown(value)}" for name, value in (because.facts or {}).items())
    yield "\n".join(dict.fromkeys([*_rows(line.stated), *_others(line.stated)]))


def _others(stated: Iterable[Stated]) -> Iterator[str]:
    """Yield what other HR sources say where one of several spoke."""
    for one in stated:
        name = one.column.partition(".")[2]
        for each in one.said if any(each.value for each in one.said) else ():
            if not each.holds:
                yield encode(f"not {each.source}/{each.number}: {name} {each.value or 'not stated'}")


def _rows(stated: Iterable[Stated]) -> Iterator[str]:
    for one in stated:
        for row in one.rows:
            yield f"{row.source}: {encode(row.file)} line {row.line}, {row.taken_at:%Y-%m-%d %H:%M}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
