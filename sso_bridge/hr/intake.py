"""One import from beginning to end: read, judge, take, tell. Nothing half taken, whatever goes wrong.

Every import leaves a record and an audit event, refused ones too; row problems tell line, column and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from hmac import compare_digest

import structlog

from mappings.days import Day
from provisioners.errors import FeedRefused
from provisioners.sync.collect.feed import Feed, RowProblem
from provisioners.sync.collect.kept_out import kept_out
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.safety import judge
from provisioners.sync.collect.source import Source
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.correlation.comparing import Comparing
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.departures import Departures
from sso_bridge.store.staff.import_rows import ImportRows
from sso_bridge.store.staff.imports import Import, Imports
from sso_bridge.store.staff.oddities import Oddities
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.register import Register
from sso_bridge.store.staff.touched import Beholder, Soon, never

ONE_STRIKE = timedelta(hours=1)
"""The same file sent again within this time is a repetition, no second sign that somebody is absent."""

BLOCK = 1 << 20
Progress = Callable[[str, int], None]
"""Is told what is done, and with how many rows or people."""


class Intake:
    """Takes HR files into the staff register; `today` tells the dates of this moment, those of UTC without it.

    `soon` is asked for a sync of the people of whom single changes said something new.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        audit: AuditTrail,
        today: Callable[[], Day] | None = None,
        soon: Soon = never,
    ) -> None:
        self.store = store
        self.clock = clock
        self.audit = audit
        self.imports = Imports(store, clock)
        self.rows = ImportRows(store)
        self.register = Register(store, clock)
        day: Callable[[], Day] = today or (lambda: clock().date())
        self.day = day
        self.soon = soon
        self.beholder = Beholder(People(store, clock))
        self.departures = Departures(store, clock, audit, day)
        self.oddities = Oddities(store, clock, day)
        self.comparing = Comparing(store, clock, audit, day)

    def take(
        self,
        uploads: Sequence[Upload],
        source: Source,
        *,
        complete: bool,
        actor: str,
        key: str | None = None,
        checksum: str = "",
        progress: Progress = lambda _phase, _rows: None,
    ) -> Import:
        """Return the finished record, taken or refused. `key` is the Idempotency-Key; the same one runs only once.

        `checksum` is the SHA-256 that the sender announced, over all files in order; another one is refused (PR-15).
        Raises `store.imports.KeyReused` when the key came with another content.
        """
        seen = checksum_of(uploads)
        names = [upload.name for upload in uploads]
        record, new = self.imports.begin(
            source.name, complete=complete, actor=actor, checksum=seen, key=key, files=names
        )  # fmt: skip
        return self.carry_out(record, uploads, source, checksum=checksum, progress=progress) if new else record

    def carry_out(
        self,
        record: Import,
        uploads: Sequence[Upload],
        source: Source,
        *,
        checksum: str = "",
        progress: Progress = lambda _phase, _rows: None,
    ) -> Import:
        """Return the finished record of an import that was begun; safe to repeat for one whose worker was killed."""
        feed: Feed | None = None
        try:
            _same(checksum, record.checksum)
            progress("reading", 0)
            feed = collect(uploads, source, partial(progress, "reading"))
            progress("comparing", feed.total)
            taken = self._believed(record, feed, source, uploads, progress=progress)
        except FeedRefused as refused:
            return self.refuse(record, refused, feed, source, uploads)
        except BaseException:
            self.imports.finish(record.uuid, "refused", refusal="stopped by an error", hint="send it again")
            raise
        # What is odd is listed, never fatal; after single events the next plan or the next day looks.
        return self.imports.note(record.uuid, {"oddities": self.oddities.look().count}) if record.complete else taken

    def _believed(
        self,
        record: Import,
        feed: Feed,
        source: Source,
        uploads: Sequence[Upload],
        *,
        progress: Progress,
    ) -> Import:
        named = None if record.complete else feed.people.numbers | feed.leaves.keys()
        with self.store.writing():
            before = self.beholder.with_keys(source.name, named)
            with self.comparing.around(source.name, source.correlation, record.actor, named) as compared:
                present = self.register.present(source.name) if record.complete else ()
                verdict = judge(feed, source, present=present, complete=record.complete)
                if self._repeated(record):
                    verdict = replace(verdict, counts_absence=False)
                waiting = self._waiting(feed, source)
                counts = self.register.take(
                    feed, verdict, source=source.name, strikes=source.strikes, complete=record.complete,
                    number=record.number, progress=partial(progress, "comparing"), tell=feed.fates.mark_all,
                )  # fmt: skip
            self.rows.keep(record.uuid, feed.fates, kept_out(uploads, source, feed, waiting))
            if record.replays:
                counts["rows_replayed"] = self.rows.replayed(record.replays, feed)
            counts |= compared
            counts["people_signed_out"] = self.departures.end_access(record.actor)
            counts |= {f"rows_{kind}": number for kind, number in feed.rows.items()}
            counts["rows_wrong"] = _wrong_rows(feed.problems)
            if waiting:
                counts["rows_waiting"] = sum(len(feed.leave_lines.get(key, ())) for key in waiting)
            self._record("hr.import_taken", record, counts)
            if not record.complete:
                after = self.beholder.with_keys(source.name, named)
                whole = counts["units_changed"]
                self.soon(None if whole else self.beholder.between(before, after, self.day()))
            return self.imports.finish(record.uuid, "taken", counts=counts, problems=feed.problems)

    def _waiting(self, feed: Feed, source: Source) -> frozenset[str]:
        """Return whose leaves belong to nobody: they are kept until the person is known."""
        unknown = feed.leaves.keys() - feed.people.numbers - feed.doubtful
        return frozenset(unknown - self.register.known(source.name, unknown))

    def refuse(
        self,
        record: Import,
        refused: FeedRefused,
        feed: Feed | None = None,
        source: Source | None = None,
        uploads: Sequence[Upload] = (),
    ) -> Import:
        """Write down that nothing was taken, and why; with what was read, if it was read to the end."""
        problems = feed.problems if feed else []
        counts = {f"rows_{kind}": number for kind, number in feed.rows.items()} if feed else {}
        counts["rows_wrong"] = _wrong_rows(problems)
        structlog.get_logger().warning("hr_import_refused", source=record.source, id=record.uuid, **counts)
        with self.store.writing():
            if feed is not None and source is not None:
                rows = kept_out(uploads, source, feed, frozenset())
                feed.fates.refuse()
                self.rows.keep(record.uuid, feed.fates, rows)
            self._record("hr.import_refused", record, counts, why=str(refused))
            return self.imports.finish(
                record.uuid, "refused", counts=counts, problems=problems, refusal=str(refused), hint=refused.hint
            )

    def _repeated(self, record: Import) -> bool:
        last = self.imports.last_taken(record.source)
        if last is None or last.checksum != record.checksum:
            return False
        return record.started_at - last.started_at < ONE_STRIKE

    def _record(self, what: str, record: Import, counts: dict[str, int], *, why: str = "") -> None:
        after = {"source": record.source, "complete": record.complete, "sha256": record.checksum, **counts}
        self.audit.record(Event(what, record.actor, f"import:{record.uuid}", after=after, why=why))


def _same(announced: str, seen: str) -> None:
    if announced and not compare_digest(announced.lower().encode(), seen.encode()):
        raise FeedRefused("the checksum is another one than announced", hint="send the file again")


def _wrong_rows(problems: list[RowProblem]) -> int:
    return len({(problem.file, problem.line) for problem in problems})


def checksum_of(uploads: Sequence[Upload]) -> str:
    """Return the SHA-256 over all files in order."""
    seal = sha256()
    for upload in uploads:
        upload.stream.seek(0)
        while block := upload.stream.read(BLOCK):
            seal.update(block)
        upload.stream.seek(0)
    return seal.hexdigest()
