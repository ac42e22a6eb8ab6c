"""A progress bar on a terminal; nothing at all where output goes to a file or a machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text


class Count(ProgressColumn):
    """How many, of how many where that is known; nothing before the first."""

    def render(self, task: Task) -> Text:
        """Return the text of one moment."""
        if not task.completed:
            return Text("")
        total = f" of {task.total:,.0f}" if task.total else ""
        return Text(f"{task.completed:,.0f}{total}")


@contextmanager
def bar(title: str, total: int | None = None) -> Iterator[Callable[[str, int], None]]:
    """Give `show(what, how far)`; the bar is written to stderr, so that stdout stays the result."""
    if not sys.stderr.isatty():
        yield lambda _what, _at: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), Count(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=total)
        yield lambda what, at: shown.update(task, description=f"{title} {what}".strip(), completed=at)
