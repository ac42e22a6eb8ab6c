"""Reads everybody from an HR system into the files of an import; the gate judges them like any other.

All of it or nothing. Most systems are never asked for changes alone: what has not changed since is told by the mark,
which is the fingerprint of all rows. Where a system lists its changes (`changes.py`), the mark is its link to the next.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

import requests

from provisioners.errors import FeedRefused, NeedsAdmin
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.pull import PulledSource
from sso_bridge.hr.lines import Reading, finished, write
from sso_bridge.hr.pull.calls import Caller
from sso_bridge.hr.pull.changes import some_or_all
from sso_bridge.hr.pull.description import Description
from sso_bridge.hr.pull.fields import Absent, day, found, text
from sso_bridge.hr.pull.pages import Row
from sso_bridge.hr.pull.systems.named import describe
from sso_bridge.secrets import SecretMissing

IN_MEMORY = 1 << 22
KEY = " key"
"""What `manager` names a row by, beside our columns while rows wait; no column has a space."""


@dataclass(frozen=True, slots=True)
class PullReader:
    """Reads the HR sources that are systems. `secret` resolves references; `wait` is told how many seconds.

    `zone` is where HR's days begin and end.
    """

    configuration: Callable[[], Configuration]
    secret: Callable[[str], str]
    session: Callable[[], requests.Session]
    clock: Clock
    wait: Callable[[float], object]
    zone: str = "UTC"

    @contextmanager
    def read(self, name: str, since: str = "") -> Iterator[Reading]:
        """Give everybody: a snapshot without a mark, otherwise what everybody is now, and whether that is new.

        NeedsAdmin when this source is none, FeedRefused when the system was not read to the end.
        """
        source = self.configuration().hr_sources.get(name)
        if not isinstance(source, PulledSource):
            raise NeedsAdmin(f"{name} is no HR system", hint="see hr_sources in the configuration")
        try:
            description = describe(source, self.secret)
        except SecretMissing as missing:
            raise NeedsAdmin(str(missing), hint=f"see hr_sources.{name}") from None
        caller = Caller(self.session(), description.access, self.clock, self.wait)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as people, tempfile.SpooledTemporaryFile(IN_MEMORY) as units:
            rows, mark, whole = some_or_all(caller, description, since)
            files = cast("BinaryIO", people), cast("BinaryIO", units)
            filling = _Filling(description, ZoneInfo(self.zone))
            read = filling.read(rows, *files, complete=not since, whole=whole)
            yield replace(read, mark=mark or read.mark)


@dataclass(slots=True)
class _Filling:
    """From rows to files; managers may come after those they manage, so people wait on the disk."""

    description: Description
    zone: ZoneInfo
    numbers: dict[str, str] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    had: set[str] = field(default_factory=set)

    def read(self, rows: Iterator[Row], people: BinaryIO, units: BinaryIO, *, complete: bool, whole: bool) -> Reading:
        """Fill both files. `whole` when everybody was read, and a field that nobody has is a field that was lost."""
        mark, count = sha256(), 0
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
            spool = cast("BinaryIO", kept)
            for cells in filter(self._ours, map(self._cells, rows)):
                write(spool, cells)
                count += 1
            if whole:
                self._all_fields(count)
            spool.seek(0)
            for line in spool:
                mark.update(line)
                write(people, self._managed(json.loads(line)))
        for unit in sorted(self.units):
            write(units, {"unit": unit, "name": unit})
        files = [("people", people, count), ("units", units, len(self.units))]
        uploads = tuple(finished(name, file, number) for name, file, number in files if number)
        return Reading(uploads, count, complete=complete, mark=mark.hexdigest())

    def _cells(self, row: Row) -> dict[str, str]:
        cells = {column: self._text(row, path) for column, path in self.description.columns.items()}
        cells |= {column: day(cells[column], self.zone) for column in self.description.moments & cells.keys()}
        cells |= self.description.always
        if "status" in cells:
            cells["status"] = self.description.statuses.get(cells["status"], cells["status"])
        if cells.get("unit") and self._ours(cells):
            self.units.add(cells["unit"])
        if self.description.manager_key:
            key = self._text(row, self.description.manager_key)
            self.numbers[key] = cells["employee_number"]
            cells[KEY] = key
        return cells

    def _ours(self, cells: Mapping[str, str]) -> bool:
        return bool(cells["employee_number"]) or not self.description.numbered_only

    def _text(self, row: Row, path: str) -> str:
        try:
            value = found(row, path)
        except Absent:
            return ""
        self.had.add(path)
        return text(value, path)

    def _managed(self, cells: Mapping[str, Any]) -> dict[str, str]:
        managed = {name: value for name, value in cells.items() if name != KEY}
        if self.description.manager_key:
            managed["manager"] = self.numbers.get(managed.get("manager", ""), "")
        return managed

    def _all_fields(self, count: int) -> None:
        """Refuse when a field came with no row at all: a lost right or a wrong name must not empty it for everybody."""
        wanted = {*self.description.columns.values(), self.description.manager_key} - {""}
        missing = sorted(wanted - self.had)
        if not count:
            raise FeedRefused("the HR system gave nobody", hint="an empty answer is never taken for an empty company")
        if missing:
            raise FeedRefused(
                f"no row has {', '.join(missing)}", hint="may our account read these fields? compare `columns`"
            )
