"""CPU time, measured fairly: cases take turns, so that a noisy moment hits all of them."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """CPU milliseconds for one operation: median, lowest and highest of the rounds."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, rounds: list[float]) -> Figure:
        """Sum up the rounds."""
        return cls(statistics.median(rounds), min(rounds), max(rounds))

    def __str__(self) -> str:
        """Return `1.23 ms (1.20 .. 1.40)`."""
        return f"{self.median:8.3f} ms ({self.lowest:.3f} .. {self.highest:.3f})"


def own_cpu() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def paired(cases: Mapping[str, Callable[[], object]], *, rounds: int = 7, seconds: float = 0.25) -> dict[str, Figure]:
    """Run the cases in turns; each round of each case takes about `seconds`."""
    times: dict[str, int] = {}
    for name, case in cases.items():
        case()
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < seconds / 3:
            case()
            count += 1
        times[name] = max(1, count * 3)
    spent: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            before = own_cpu()
            for _ in range(times[name]):
                case()
            spent[name].append((own_cpu() - before) / times[name] * 1000)
    return {name: Figure.of(values) for name, values in spent.items()}


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def server_cpu(pid: int) -> float:
    """Return the CPU seconds that a server and its worker processes have used."""
    total = 0
    for member in _family(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def server_turns(
    cases: Mapping[str, tuple[int, Callable[[], object]]], *, rounds: int = 5, seconds: float = 3.0
) -> dict[str, Figure]:
    """Return the server-side CPU for one operation; a case is (pid of the server, the operation a client does)."""
    for _, case in cases.values():
        for _ in range(20):
            case()
    spent: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (pid, case) in cases.items():
            before, count, end = server_cpu(pid), 0, time.perf_counter() + seconds
            while time.perf_counter() < end:
                case()
                count += 1
            spent[name].append((server_cpu(pid) - before) / count * 1000)
    return {name: Figure.of(values) for name, values in spent.items()}


def report(title: str, figures: Mapping[str, Figure], beside: str) -> str:
    """Return a table with each figure and its ratio to the one named `beside`."""
    lines = [title]
    for name, figure in figures.items():
        ratio = figure.median / figures[beside].median
        lines.append(f"  {name:<52} {figure}   {ratio:6.2f} x {beside}")
    return "\n".join(lines)
