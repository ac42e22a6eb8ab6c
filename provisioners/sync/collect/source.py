"""What was agreed with one HR source: its layout, its size and when it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from provisioners.correlation.rules import Correlation

MIB = 1024 * 1024
Encoding = Literal["utf-8", "utf-16", "windows-1252"]


@dataclass(frozen=True, slots=True)
class Source:
    """One HR source.

    `columns` maps our column names to theirs. A snapshot is believed when at least `min_percent` of the people we
    know from this source are in it, at most `shrink_percent` are missing, and at most `wrong_percent` of the rows
    are wrong. Somebody is absent only after `strikes` complete snapshots in a row without them. `trailer` demands a
    last line `# rows=N`. `correlation` tells which rows of other sources are the same people. Sizes are limits before
    anything is kept (AD-13).
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    min_percent: float = 95.0
    shrink_percent: float = 5.0
    wrong_percent: float = 5.0
    strikes: int = 2
    trailer: bool = False
    encoding: Encoding = "utf-8"
    max_rows: int = 2_000_000
    max_bytes: int = 1024 * MIB
    max_ratio: int = 100
    correlation: Correlation = field(default_factory=Correlation)
