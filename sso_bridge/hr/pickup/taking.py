"""Takes what is whole in a place: each file once, through the gate, then away with its report.

A file is known by its name, size and time of change, which are the key of its import: whoever is killed in between
finds the import again and goes on. A file stays where it is until its import is over.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import BinaryIO, cast

from provisioners.errors import FeedRefused
from provisioners.spans import span
from provisioners.sync.collect.opened import Upload
from sso_bridge.admin.imports import import_told
from sso_bridge.clock import Clock
from sso_bridge.configuration.hr_sources.filed import FolderSource, SftpSource
from sso_bridge.hr.pickup.place import DONE, REFUSED, Entry, NotPlain, Place, wanted
from sso_bridge.hr.reception import PIECE, Reception
from sso_bridge.store.staff.imports import Import, Imports

DIGEST = re.compile(rb"\s*([0-9a-fA-F]{64})(\s|$)")
LONGEST_MARKER, LARGEST_MARKER = 4096, 65_536
"""So much of a marker is read, and so large it may be."""
REMEMBERED = timedelta(days=30)
Source = FolderSource | SftpSource


class Doubtful(Exception):
    """The file is not taken; the message says why."""


@dataclass(slots=True)
class Taking:
    """Remembers how files looked before, for as long as the process lives. `largest` is in bytes."""

    reception: Reception
    imports: Imports
    clock: Clock
    largest: int
    seen: dict[tuple[str, str], tuple[Entry, datetime]] = field(default_factory=dict)

    def take(self, name: str, source: Source, place: Place, by: str) -> dict[str, int]:
        """Take what is whole, put away what is over; return how many were received, put away, left."""
        entries = place.entries()
        files = [one for key, one in entries.items() if wanted(key, source.names) and self._recent(source, one)]
        files.sort(key=lambda one: (one.changed, one.name))
        counts = {"received": 0, "done": 0, "refused": 0, "left": 0}
        for entry in files:
            counts[self._one(name, source, place, entry, entries, by)] += 1
        gone = {key for key in self.seen if key[0] == name} - {(name, one.name) for one in files}
        for key in gone:
            del self.seen[key]
        return counts

    def _one(self, name: str, source: Source, place: Place, entry: Entry, entries: Mapping[str, Entry], by: str) -> str:
        key = f"file|{sha256(repr((entry.name, entry.size, entry.changed)).encode()).hexdigest()}"
        record = self.imports.with_key(name, key)
        if record is None:
            settled = self._settled(name, source, entry)
            try:
                if not self._whole(source, place, entry, entries, settled=settled):
                    return "left"
                self._receive(name, source, place, entry, key, by)
            except Doubtful as why:
                if not settled:
                    return "left"
                _away(place, entry, entries, REFUSED, key[5:13], {"state": "refused", "refusal": str(why)})
                return "refused"
            return "received"
        if record.finished_at is None:
            return "left"
        folder = DONE if record.state == "taken" else REFUSED
        _away(place, entry, entries, folder, record.uuid[:8], _report(record))
        return folder

    def _recent(self, source: Source, entry: Entry) -> bool:
        """Return whether a file that stays where it is is still remembered; old ones must never come twice."""
        stays = isinstance(source, SftpSource) and source.after == "leave"
        return not stays or entry.changed > (self.clock() - REMEMBERED).timestamp()

    def _settled(self, name: str, source: Source, entry: Entry) -> bool:
        """Return whether the file looks as it did long enough ago."""
        now = self.clock()
        before, since = self.seen.setdefault((name, entry.name), (entry, now))
        if before != entry:
            self.seen[name, entry.name] = entry, now
            return False
        return now - since >= span(source.settle)

    def _whole(
        self, source: Source, place: Place, entry: Entry, entries: Mapping[str, Entry], *, settled: bool
    ) -> bool:
        if source.ready == "stable":
            return settled
        marker = entries.get(f"{entry.name}.{'done' if source.ready == 'marker' else 'sha256'}")
        if marker is None:
            return False
        if source.ready == "checksum":
            self._check(place, entry, marker)
        return True

    def _check(self, place: Place, entry: Entry, marker: Entry) -> None:
        with _read(place, marker, LARGEST_MARKER) as beside:
            said = DIGEST.match(beside.read(LONGEST_MARKER))
        if said is None:
            raise Doubtful(f"{marker.name} does not begin with a SHA-256 in hex")
        seal = sha256()
        with _read(place, entry, self.largest) as file:
            while piece := file.read(PIECE):
                seal.update(piece)
        if seal.hexdigest() != said[1].decode().lower():
            raise Doubtful(f"the file is not the one that {marker.name} tells of")

    def _receive(self, name: str, source: Source, place: Place, entry: Entry, key: str, by: str) -> None:
        with tempfile.TemporaryFile() as spool:
            with _read(place, entry, self.largest) as file:
                size = 0
                while piece := file.read(PIECE):
                    size += len(piece)
                    if size > entry.size:
                        raise Doubtful("it grew while it was read")
                    spool.write(piece)
            if size != entry.size:
                raise Doubtful("it was cut while it was read")
            upload = Upload(entry.name, cast("BinaryIO", spool))
            complete = source.holds == "everybody"
            try:
                self.reception.receive([upload], name, complete=complete, actor=by, key=key)
            except FeedRefused as refused:
                raise Doubtful(str(refused)) from None


@contextmanager
def _read(place: Place, entry: Entry, most: int) -> Iterator[BinaryIO]:
    """Give the octets of a file; Doubtful for one that is larger, before it is opened: SFTP asks for all of it."""
    if entry.size > most:
        raise Doubtful(f"{entry.name} is larger than {most} bytes")
    try:
        with place.opened(entry) as file:
            yield file
    except (NotPlain, FileNotFoundError) as why:
        raise Doubtful(str(why) or "it is not there any more") from None


def _away(
    place: Place, entry: Entry, entries: Mapping[str, Entry], folder: str, word: str, report: Mapping[str, object]
) -> None:
    """Report first: a file that was moved without one would tell nobody what came of it."""
    new_name = f"{word}-{entry.name}"
    place.write(folder, f"{new_name}.report.json", json.dumps(dict(report), indent=1, default=str) + "\n")
    for marker in (f"{entry.name}.done", f"{entry.name}.sha256"):
        if marker in entries:
            place.put_away(marker, folder, f"{word}-{marker}")
    place.put_away(entry.name, folder, new_name)


def _report(record: Import) -> dict[str, object]:
    return import_told(record).model_dump(mode="json")
