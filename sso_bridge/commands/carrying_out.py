"""What `rollout` and `rollback` share: carry out one approved plan before the operator's eyes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from provisioners.sync.trail.report import Report, lines
from sso_bridge.commands.output import Output
from sso_bridge.commands.progress import Count, bar
from sso_bridge.commands.stopping import stopping
from sso_bridge.jobs.crew import Crew

EVERY = 0.5
"""Seconds between two counts for the progress bar."""


def carry_out(crew: Crew, number: int, actor: str, out: Output, *, detach: bool) -> int:
    """Open the run of an approved plan and work on it until it is over; return the exit status.

    Workers elsewhere help. Whoever stops this (Ctrl-C, kill -9) leaves an open run that any worker, or the same
    command once more, continues.
    """
    with bar("Opening the run"):
        run = crew.runs.open(number, actor)
    if detach:
        out.result({"plan": number, "run": run, "state": "open"}, f"Run {run} is open; the workers carry it out.")
        return 0
    worker = crew.helper()
    with stopping(worker), _shown(crew, run) as look:
        worker.run(until=look)
    report = crew.runs.report(run)
    if report is None:
        raise click.ClickException(f"There is no run {run}.")
    text = "\n".join(lines(report))
    if not report.complete:
        text += f"\nStopped. Run {run} stays open: a worker continues it, or `sso-bridge rollout {number}`."
    out.result(report.as_json(), text)
    return 1 if report.total("failed") or report.total("dead") or not report.complete else 0


class Look:
    """Asks the ledger how far the run is; one bar for each platform when there is a terminal."""

    def __init__(self, crew: Crew, run: int, progress: Progress | None) -> None:
        self._crew = crew
        self._run = run
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._shown_at = 0.0

    def __call__(self) -> bool:
        """Return whether the run is over."""
        over = self._crew.runs.state(self._run) != "open"
        if self._progress is not None and (over or monotonic() - self._shown_at > EVERY):
            report = self._crew.runs.report(self._run)
            if report is not None:
                self._show(self._progress, report)
            self._shown_at = monotonic()
        return over

    def _show(self, progress: Progress, report: Report) -> None:
        for platform, kinds in report.totals.items():
            counts = [number for kind in kinds.values() for number in kind.values()]
            left = sum(kind.get("open", 0) for kind in kinds.values())
            if platform not in self._tasks:
                self._tasks[platform] = progress.add_task(platform, total=sum(counts))
            progress.update(self._tasks[platform], completed=sum(counts) - left)


@contextmanager
def _shown(crew: Crew, run: int) -> Iterator[Look]:
    if not sys.stderr.isatty():
        yield Look(crew, run, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), Count(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Look(crew, run, progress)
