"""How far the demo is: bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

Show = Callable[[int, int], None]
"""Called with (done, of how many); 0 when nobody knows."""

EVERY = 3.0
"""Seconds between two plain lines."""


class Teller:
    """Tells the steps of the story, on standard output when nothing else is said."""

    def __init__(self, file: TextIO | None = None) -> None:
        self.file = file or sys.stdout
        self.console = Console(highlight=False, soft_wrap=True, file=self.file)

    @contextmanager
    def step(self, title: str) -> Iterator[Show]:
        """Give what shows the progress of one step; it ends with the seconds it took."""
        if self.file.isatty():
            yield from self._bar(title)
        else:
            yield from self._lines(title)

    def say(self, *lines: str) -> None:
        """Write lines as they are."""
        for line in lines:
            self.console.print(line, markup=False)

    def _bar(self, title: str) -> Iterator[Show]:
        columns = (SpinnerColumn(), TextColumn("{task.description:<42}"), BarColumn(), TaskProgressColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self.console) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, of: progress.update(task, completed=done, total=of or None)
            total = progress.tasks[0].total or 1
            progress.update(task, completed=total, total=total)

    def _lines(self, title: str) -> Iterator[Show]:
        began = told = time.monotonic()
        self.say(f"{title} ...")

        def show(done: int, of: int) -> None:
            nonlocal told
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                self.say(f"  {done:,}" + (f" of {of:,}" if of else ""))

        yield show
        self.say(f"  done in {time.monotonic() - began:.1f} s")
