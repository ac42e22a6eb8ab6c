"""The ground a lab stands on: a folder that other users may enter, and one certificate authority."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.lab.authority import Authority


class Site:
    """A folder with a short path (Unix sockets live in it), readable by the users that servers change to."""

    def __init__(self, folder: Path | None = None) -> None:
        self._own = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="lab-", dir="/tmp")) if folder is None else folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.authority = Authority(self.folder / "ca")

    def room(self, name: str) -> Path:
        """Return a new folder for one peer: tests of one site may each start one."""
        room = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        room.chmod(0o755)
        return room

    def clear(self) -> None:
        """Remove everything, if the folder was made here."""
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)
