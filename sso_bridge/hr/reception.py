"""Takes HR's files at the door and hands them to the workers: the web never reads what is in them.

Record, files and job are kept in one transaction, so an answered upload is never lost, and one that was not answered
left nothing behind. The files lie in the database in pieces until a worker has taken them, whichever machine it is on.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from sqlalchemy import delete, insert, select

from mappings.days import Day
from provisioners.errors import FeedRefused, NeedsAdmin, SyncError
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.configuration.live import Live
from sso_bridge.hr.intake import Intake, checksum_of
from sso_bridge.hr.replay import Replays
from sso_bridge.hr.sources import source_of
from sso_bridge.jobs.port import Job, Outcome, Queue
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.import_rows import ImportRows
from sso_bridge.store.staff.imports import Import, Imports
from sso_bridge.store.staff.touched import Soon, never
from sso_bridge.store.tables.imports import hr_upload

PIECE = 1 << 20
JOB = "hr_import"
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Reception:
    """Where HR's files arrive, and where a worker fetches them; `syncs` when an import begins a sync by itself.

    Imports of everybody are followed by a sync of everybody; of single changes `soon` is told whom they touched.
    """

    store: Store
    clock: Clock
    audit: AuditTrail
    queue: Queue
    current: Callable[[], Live]
    today: Callable[[], Day]
    syncs: bool = False
    soon: Soon = never

    def receive(
        self,
        uploads: Sequence[Upload],
        source: str,
        *,
        complete: bool,
        actor: str,
        key: str,
        announced: str = "",
        mark: str = "",
        replays: str = "",
    ) -> tuple[Import, bool]:
        """Keep the files for a worker; return (import, whether it is new). `mark` is how far a system was read.

        `replays` is the import whose rows are tried again; the files, if any, repair them.

        Raises NeedsAdmin for an unknown source, FeedRefused when the announced SHA-256 is another one (nothing is kept
        then), KeyReused when the key came with another content before.
        """
        source_of(self.current().configuration, source)
        names = [upload.name for upload in uploads]
        again = [Upload("", io.BytesIO(replays.encode()))] if replays else []
        seen = checksum_of([*again, *uploads])
        if announced and announced.lower() != seen:
            raise FeedRefused("the checksum is another one than announced", hint="send the file again")
        with self.store.writing() as connection:
            record, new = Imports(self.store, self.clock).begin(
                source, complete=complete, actor=actor, checksum=seen, key=key, state="waiting", mark=mark,
                files=names, replays=replays,
            )  # fmt: skip
            if new:
                for number, upload in enumerate(uploads):
                    for part, body in enumerate(_pieces(upload)):
                        row = {"import_uuid": record.uuid, "file": number, "part": part, "body": body}
                        connection.execute(insert(hr_upload).values(**row))
                self.queue.enqueue(JOB, {"import": record.uuid}, key=f"import:{record.uuid}", by=actor)
                after = {"source": source, "complete": complete, "sha256": seen}
                after |= {"replays": replays} if replays else {}
                self.audit.record(Event("hr.import_received", actor, f"import:{record.uuid}", after=after))
        return record, new

    def take(self, job: Job) -> Outcome:
        """Carry out one import, then ask for a sync where that is switched on; safe to repeat after a kill (PR-10)."""
        uuid = str(job.arguments["import"])
        imports = Imports(self.store, self.clock)
        record = imports.get(uuid)
        if record is None:
            return Outcome(error="there is no such import")
        if record.state in {"waiting", "running"}:
            imports.started(uuid)
            record = self._carried_out(record)
        with self.store.writing() as connection:
            if record.state == "taken" or record.replays:
                connection.execute(delete(hr_upload).where(hr_upload.c.import_uuid == uuid))
            ImportRows(self.store).only_newest_files(record.source, record.number)
            if self.syncs and record.state == "taken" and record.complete:
                sync_after(self.queue, uuid)
        return Outcome({"import": uuid, "state": record.state})

    def replay(
        self, old: Import, repaired: Sequence[Upload], *, actor: str, key: str, announced: str = ""
    ) -> tuple[Import, bool]:
        """Try rows of an import again, as they were sent or repaired by these files; NeedsAdmin, and as `receive`."""
        if Imports(self.store, self.clock).with_key(old.source, key) is None:
            Replays(self.store, self.clock).check(old, repaired=bool(repaired))
        complete = old.complete and old.state == "refused"
        return self.receive(
            repaired, old.source, complete=complete, actor=actor, key=key, announced=announced, replays=old.uuid
        )

    def _carried_out(self, record: Import) -> Import:
        try:
            source = source_of(self.current().configuration, record.source)
        except SyncError as error:
            imports = Imports(self.store, self.clock)
            return imports.finish(record.uuid, "refused", refusal=str(error), hint=error.hint)
        intake = Intake(self.store, self.clock, self.audit, self.today, self.soon)
        try:
            with self._asked(record, source) as uploads:
                return intake.carry_out(record, uploads, source, progress=self._noting(record))
        except FeedRefused as refused:  # there was nothing to try again
            return intake.refuse(record, refused)

    def _noting(self, record: Import) -> Callable[[str, int], None]:
        """Return what notes progress for whoever follows, once a second; what is written at last is one transaction."""
        imports, noted = Imports(self.store, self.clock), [self.clock()]

        def note(phase: str, rows: int) -> None:
            now = self.clock()
            if self.store.open_transaction() is None and (not rows or phase != "reading" or now - noted[0] > A_SECOND):
                imports.progress(record.uuid, phase, rows)
                noted[0] = now

        return note

    @contextmanager
    def _asked(self, record: Import, source: Source) -> Iterator[Sequence[Upload]]:
        """Give what an import is made of: its files, or the rows of an earlier one; FeedRefused."""
        imports, replays = Imports(self.store, self.clock), Replays(self.store, self.clock)
        old = imports.get(record.replays) if record.replays else None
        with ExitStack() as stack:
            uploads: Sequence[Upload] = stack.enter_context(self._files(record))
            if old is not None:
                try:
                    replays.check(old, repaired=bool(uploads))
                except NeedsAdmin as why:
                    raise FeedRefused(str(why), hint=why.hint) from None
                again = self._files(old) if old.state == "refused" else replays.files(old, uploads, source)
                uploads = stack.enter_context(again)
            yield uploads

    @contextmanager
    def _files(self, record: Import) -> Iterator[list[Upload]]:
        """Give the files as they were sent, from the disk of this machine."""
        with ExitStack() as stack:
            uploads = []
            for number, name in enumerate(record.files):
                file = cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))
                for body in self._stored(record.uuid, number):
                    file.write(body)
                file.seek(0)
                uploads.append(Upload(name, file))
            yield uploads

    def _stored(self, uuid: str, number: int) -> Iterator[bytes]:
        part = 0
        while True:
            query = select(hr_upload.c.body).where(
                hr_upload.c.import_uuid == uuid, hr_upload.c.file == number, hr_upload.c.part == part
            )
            with self.store.reading() as connection:
                body = connection.execute(query).scalar()
            if body is None:
                return
            yield bytes(body)
            part += 1


def sync_after(queue: Queue, uuid: str) -> int:
    """Queue the sync that follows an import, once."""
    return queue.enqueue("sync", {"import": uuid}, key=f"sync after import:{uuid}", by="schedule")


def _pieces(upload: Upload) -> Iterator[bytes]:
    upload.stream.seek(0)
    while body := upload.stream.read(PIECE):
        yield body
    upload.stream.seek(0)
