"""Rows that were kept out, tried again: as they were sent, or repaired by new files. The same gate, a new import.

A repaired row takes the place of the wrong one; right rows of the same person that were held come along. What nobody
repaired and is still wrong stays where it is, and what was stated anew meanwhile is left alone.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from provisioners.errors import FeedRefused, NeedsAdmin
from provisioners.sync.collect.csv_file import Row, rows_of
from provisioners.sync.collect.kept_out import KeptOut
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.source import Source
from sso_bridge.clock import Clock
from sso_bridge.hr.lines import finished
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.import_rows import ImportRows
from sso_bridge.store.staff.imports import Import, Imports
from sso_bridge.store.staff.origins import Origins

RECORDS = ("people", "units", "leaves")
IN_MEMORY = 1 << 22
Whose = tuple[str, str]
"""A kind of records and a key."""


class Replays:
    """Says whether an import can be tried again, and makes the files of the new one."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._imports = Imports(store, clock)
        self._rows = ImportRows(store)
        self._origins = Origins(store)

    def check(self, old: Import, *, repaired: bool) -> None:
        """Raise NeedsAdmin when there is nothing to try again."""
        newest = self._imports.last_taken(old.source)
        if old.finished_at is None:
            raise NeedsAdmin("this import is not over yet", hint="wait until it is taken or refused")
        if newest is not None and newest.number > old.number:
            raise NeedsAdmin("a newer snapshot was taken since", hint=f"what it says counts; replay {newest.uuid}")
        if old.state == "refused" and repaired:
            raise NeedsAdmin("nothing of this import was taken", hint="send the corrected files as a new import")
        if old.state == "refused" and not self._rows.has_files(old.uuid):
            raise NeedsAdmin("the files of this import are not kept any more", hint="send them again")
        if old.state == "taken" and not repaired and next(self._rows.to_replay(old.uuid), None) is None:
            raise NeedsAdmin("no row of this import waits to be tried again", hint="see which of its rows were wrong")

    @contextmanager
    def files(self, old: Import, repaired: Sequence[Upload], source: Source) -> Iterator[list[Upload]]:
        """Give the files of the new import of one that was taken; FeedRefused when no row is right now."""
        sent = Counter(_whose(row) for upload in repaired for row in rows_of(upload, source) if isinstance(row, Row))
        newer = self._origins.newer_than(old.source, old.number)
        rows = [one for one in self._rows.to_replay(old.uuid) if one.key not in newer[one.record]]
        wrong = Counter((one.record, one.key) for one in rows if one.fate == "wrong")
        mended = {whose for whose, count in sent.items() if count >= wrong[whose]}
        rows = [one for one in rows if one.fate != "wrong" or (one.record, one.key) not in mended]
        with ExitStack() as stack:
            feed = collect([*_written(rows, source, stack), *repaired], source)
            clean = [
                one
                for one in rows
                if one.key not in (feed.doubtful_units if one.record == "units" else feed.doubtful)
                or (one.record, one.key) in sent
            ]
            if not clean and not repaired:
                raise FeedRefused("no row that was kept out is right now", hint="repair them: see what is wrong")
            yield [*_written(clean, source, stack), *repaired]


def _whose(row: Row) -> Whose:
    return row.kind, row.cells.get("unit" if row.kind == "units" else "employee_number", "")


def _written(rows: Iterable[KeptOut], source: Source, stack: ExitStack) -> list[Upload]:
    """Return the rows as files in the words of this source, one for each kind of records."""
    files: dict[str, BinaryIO] = {}
    counts = Counter[str]()
    for one in rows:
        if one.record not in files:
            files[one.record] = _spool(stack)
        cells = {source.columns.get(name, name): cell for name, cell in (one.cells or {}).items()}
        files[one.record].write(json.dumps(cells).encode() + b"\n")
        counts[one.record] += 1
    return [finished(f"kept out {name}", files[name], counts[name]) for name in RECORDS if name in files]


def _spool(stack: ExitStack) -> BinaryIO:
    return cast("BinaryIO", stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY)))
