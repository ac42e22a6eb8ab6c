"""What came of single rows of imports, and the rows that were kept out, until they are too old."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from provisioners.sync.collect.fates import KEPT_OUT, MOST_LINES, NAMES, Fate, Fates
from provisioners.sync.collect.feed import Feed
from provisioners.sync.collect.kept_out import KeptOut
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.imports import hr_file, hr_import, hr_kept_out, hr_upload

BATCH = 5000


@dataclass(frozen=True, slots=True)
class RowFate:
    """One row and what came of it. `place` is where a page goes on."""

    place: int
    file: int
    line: int
    fate: Fate
    record: str = ""
    key: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    cells: dict[str, str] = field(default_factory=dict)


class ImportRows:
    """The rows of imports."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def keep(self, uuid: str, fates: Fates, kept: Iterable[KeptOut]) -> None:
        """Keep what came of every row; what was there of an earlier attempt goes."""
        with self.store.writing() as connection:
            for table in (hr_file, hr_kept_out):
                connection.execute(delete(table).where(table.c.import_uuid == uuid))
            rows: list[dict[str, object]] = []
            for one in kept:
                fates.mark(one.place, one.fate)
                rows.append({
                    "import_uuid": uuid, "place": one.place, "fate": one.fate, "record": one.record, "key": one.key,
                    "problems": [list(pair) for pair in one.problems], "cells": one.cells,
                })  # fmt: skip
                if len(rows) == BATCH:
                    connection.execute(insert(hr_kept_out), rows)
                    rows = []
            if rows:
                connection.execute(insert(hr_kept_out), rows)
            files = [
                {"import_uuid": uuid, "file": number, "fates": zlib.compress(letters, 6)}
                for number, letters in enumerate(fates.files)
            ]
            if files:
                connection.execute(insert(hr_file), files)

    def page(self, uuid: str, fates: Collection[Fate], after: int, limit: int) -> list[RowFate]:
        """Return at most so many rows after a place (-1 for the first) that met one of these fates, any without."""
        found = [RowFate(*each) for each in self._places(uuid, fates, after, limit)]
        if not found:
            return []
        here = (hr_kept_out.c.place >= found[0].place) & (hr_kept_out.c.place <= found[-1].place)
        with self.store.reading() as connection:
            query = select(hr_kept_out).where(hr_kept_out.c.import_uuid == uuid, here)
            kept = {row.place: row for row in connection.execute(query)}
        return [
            RowFate(one.place, one.file, one.line, one.fate, known.record, known.key,
                    tuple((column, reason) for column, reason in known.problems), known.cells or {})
            if (known := kept.get(one.place)) else one
            for one in found
        ]  # fmt: skip

    def _places(
        self, uuid: str, fates: Collection[Fate], after: int, limit: int
    ) -> Iterator[tuple[int, int, int, Fate]]:
        with self.store.reading() as connection:
            query = select(hr_file.c.file, hr_file.c.fates).where(hr_file.c.import_uuid == uuid)
            files = connection.execute(
                query.where(hr_file.c.file >= after // MOST_LINES).order_by(hr_file.c.file)
            ).all()
        for file, packed in files:
            letters = zlib.decompress(packed)
            first = max(after + 1 - file * MOST_LINES, 0)
            for line in range(first, len(letters)):
                fate = NAMES.get(letters[line])
                if fate is None or (fates and fate not in fates):
                    continue
                if limit == 0:
                    return
                limit -= 1
                yield file * MOST_LINES + line, file, line, fate

    def to_replay(self, uuid: str) -> Iterator[KeptOut]:
        """Yield the rows that were kept out and can be tried again: those whose person or unit is known."""
        query = select(hr_kept_out).where(
            hr_kept_out.c.import_uuid == uuid, hr_kept_out.c.fate.in_(KEPT_OUT), hr_kept_out.c.key != ""
        )
        with self.store.reading() as connection:
            rows = connection.execute(query.order_by(hr_kept_out.c.place)).all()
        for row in rows:
            if row.cells is not None:
                yield KeptOut(row.place, row.fate, row.record, row.key, (), row.cells)

    def has_files(self, uuid: str) -> bool:
        """Return whether the files of an import are still kept."""
        query = select(hr_upload.c.part).where(hr_upload.c.import_uuid == uuid).limit(1)
        with self.store.reading() as connection:
            return connection.execute(query).first() is not None

    def only_newest_files(self, source: str, number: int) -> None:
        """Forget the files of imports of this source that were refused before that one: only the newest is kept."""
        older = (hr_import.c.source == source) & (hr_import.c.state == "refused") & (hr_import.c.id < number)
        with self.store.writing() as connection:
            uuids = select(hr_import.c.uuid).where(older)
            connection.execute(delete(hr_upload).where(hr_upload.c.import_uuid.in_(uuids)))

    def replayed(self, uuid: str, feed: Feed) -> int:
        """Note that these rows of an import were taken since; return how many."""
        taken = {"units": feed.units.keys() - feed.doubtful_units, "people": feed.people.numbers, "leaves": feed.leaves}
        places = [one.place for one in self.to_replay(uuid) if one.key in taken.get(one.record, ())]
        with self.store.writing() as connection:
            for start in range(0, len(places), 500):
                at = hr_kept_out.c.place.in_(places[start : start + 500])
                mine = hr_kept_out.c.import_uuid == uuid
                connection.execute(update(hr_kept_out).where(mine, at).values(fate="replayed", cells=None))
            for row in connection.execute(select(hr_file).where(hr_file.c.import_uuid == uuid)).all():
                fates = Fates()
                fates.files = [bytearray()] * row.file + [bytearray(zlib.decompress(row.fates))]
                for place in places:
                    if place // MOST_LINES == row.file:
                        fates.mark(place, "replayed")
                where = (hr_file.c.import_uuid == uuid) & (hr_file.c.file == row.file)
                connection.execute(update(hr_file).where(where).values(fates=zlib.compress(fates.files[row.file], 6)))
        return len(places)

    def prune(self, before: datetime) -> int:
        """Forget rows, and files that were kept, of imports that ended before; return of how many imports."""
        old: ColumnElement[bool] = hr_import.c.finished_at < before
        with self.store.writing() as connection:
            uuids = select(hr_import.c.uuid).where(old)
            count = 0
            for table in (hr_file, hr_kept_out, hr_upload):
                count += connection.execute(delete(table).where(table.c.import_uuid.in_(uuids))).rowcount
        return count
