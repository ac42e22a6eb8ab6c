"""Reads any HR source that is read: a directory, or a system over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.kinds import DirectorySource
from sso_bridge.hr.directory import DirectoryReader
from sso_bridge.hr.lines import Reading
from sso_bridge.hr.pull.reader import PullReader


@dataclass(frozen=True, slots=True)
class HrReaders:
    """Chooses by the kind of the source."""

    configuration: Callable[[], Configuration]
    directories: DirectoryReader
    systems: PullReader

    def read(self, name: str, since: str = "") -> AbstractContextManager[Reading]:
        """Give what the source says; SyncError."""
        directory = isinstance(self.configuration().hr_sources.get(name), DirectorySource)
        return (self.directories if directory else self.systems).read(name, since)
