"""HR sources that we read, directories and systems: for changes every so often, and once a day as a whole.

How far a source was read stands with the import that was made of it, so that it counts only once that import was
taken: what was refused, lost or killed is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from provisioners.errors import SyncError
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.kinds import ReadSource
from sso_bridge.hr.lines import Reading
from sso_bridge.hr.readers import HrReaders
from sso_bridge.hr.reception import Reception
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.staff.imports import Imports

JOB = "hr_directory"
KEY = "read|"
A_DAY = timedelta(hours=23)


def reading_spans(configuration: Configuration) -> Mapping[str, str]:
    """Return how often each source is read."""
    sources = configuration.hr_sources.items()
    return {name: source.every for name, source in sources if isinstance(source, ReadSource)}


@dataclass(frozen=True, slots=True)
class ReadDirectory:
    """The handler of that job."""

    reader: HrReaders
    reception: Reception
    imports: Imports
    clock: Clock

    def __call__(self, job: Job) -> Outcome:
        """Read what is new and hand it to the gate; a source that is down is an error, never an empty company."""
        name = str(job.arguments["source"])
        try:
            return self.read(name, everybody=bool(job.arguments.get("everybody")), by=job.by)
        except SyncError as error:
            return Outcome(error=str(error))

    def read(self, name: str, *, everybody: bool, by: str) -> Outcome:
        """Return which import was made; SyncError."""
        whole = self.imports.last_taken(name)
        fresh = whole is not None and self.clock() - whole.started_at < A_DAY
        mark = self.imports.last_mark(name) if fresh and not everybody else ""
        with self.reader.read(name, mark) as reading:
            if not reading.complete and (not reading.people or reading.mark == mark):
                return Outcome({"source": name, "people": 0})
            record = self._received(name, reading, by)
        return Outcome({"source": name, "people": reading.people, "complete": reading.complete, "import": record})

    def _received(self, name: str, reading: Reading, by: str) -> str:
        key = f"{KEY}{sha256(reading.mark.encode()).hexdigest()}|{self.clock().isoformat()}"
        record, _ = self.reception.receive(
            reading.uploads, name, complete=reading.complete, actor=by, key=key, mark=reading.mark
        )
        return record.uuid
