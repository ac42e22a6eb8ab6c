"""A folder of this machine. Links lead nowhere: neither a symbolic one nor a second name of somebody else's file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from sso_bridge.hr.pickup.place import Entry, NotPlain, PlaceDown

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """The folder, held open by what it is and not by its name (`Place`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = -1

    def __enter__(self) -> Self:
        """Open it; PlaceDown."""
        try:
            self._at = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise PlaceDown(f"the folder cannot be opened: {error.strerror}") from None
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        os.close(self._at)

    def entries(self) -> Mapping[str, Entry]:
        """Return the plain files."""
        found = {}
        for name in os.listdir(self._at):  # noqa: PTH208  by what it is, not by its name
            with suppress(OSError):
                found[name] = _entry(name, os.stat(name, dir_fd=self._at, follow_symlinks=False))
        return {name: one for name, one in found.items() if one is not None}

    @contextmanager
    def opened(self, entry: Entry) -> Iterator[BinaryIO]:
        """Give the octets."""
        try:
            number = os.open(entry.name, READ, dir_fd=self._at)
        except OSError as error:
            raise NotPlain(f"it cannot be opened: {error.strerror}") from None
        with os.fdopen(number, "rb") as file:
            if _entry(entry.name, os.fstat(number)) != entry:
                raise NotPlain("it is not what it was")
            yield file
            if _entry(entry.name, os.fstat(number)) != entry:
                raise NotPlain("it changed while it was read")

    def put_away(self, name: str, into: str, new_name: str) -> None:
        """Move a file, at once."""
        try:
            with self._inner(into) as inner:
                os.rename(name, new_name, src_dir_fd=self._at, dst_dir_fd=inner)
        except FileNotFoundError:  # somebody else was faster
            return
        except OSError as error:
            raise PlaceDown(f"{name} cannot be moved: {error.strerror}") from None

    def write(self, into: str, name: str, text: str) -> None:
        """Write a report."""
        try:
            with self._inner(into) as inner, suppress(FileExistsError):
                number = os.open(name, WRITE, 0o640, dir_fd=inner)
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    file.write(text)
        except OSError as error:
            raise PlaceDown(f"no report can be written: {error.strerror}") from None

    @contextmanager
    def _inner(self, into: str) -> Iterator[int]:
        with suppress(FileExistsError):
            os.mkdir(into, 0o750, dir_fd=self._at)
        number = os.open(into, FOLDER, dir_fd=self._at)
        try:
            yield number
        finally:
            os.close(number)


def _entry(name: str, seen: os.stat_result) -> Entry | None:
    """Return the file, None for what is none or has a second name somewhere else."""
    if not stat.S_ISREG(seen.st_mode) or seen.st_nlink != 1:
        return None
    return Entry(name, seen.st_size, seen.st_mtime_ns)
