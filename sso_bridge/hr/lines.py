"""What was read from another system, as a file in the words of the HR files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from provisioners.sync.collect.opened import Upload


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the files, whether they are everybody, and up to which mark of the other system."""

    uploads: tuple[Upload, ...]
    people: int
    complete: bool
    mark: str


def write(file: BinaryIO, row: Mapping[str, str]) -> None:
    """Append one row; empty cells are left out."""
    file.write(json.dumps({name: value for name, value in row.items() if value}, ensure_ascii=False).encode() + b"\n")


def finished(name: str, file: BinaryIO, rows: int) -> Upload:
    """Return the file with its last line, which shows that it is whole."""
    file.write(f"# rows={rows}\n".encode())
    file.seek(0)
    return Upload(name, file)
