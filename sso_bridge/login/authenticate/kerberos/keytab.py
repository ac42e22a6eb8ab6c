"""Which keys a keytab file holds, without the keys: for the doctor, and to find the file that fits a ticket."""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from pathlib import Path

AES = frozenset({17, 18, 19, 20})
"""aes128 and aes256 with SHA-1 (RFC 3962) and with SHA-2 (RFC 8009); RC4 and DES are not among them (KR-01)."""

LARGEST = 1 << 20
MAGIC = b"\x05\x02"


class Unusable(Exception):
    """The file cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file."""

    principal: str
    kvno: int
    encryption: int


def keys_of(path: Path) -> tuple[Key, ...]:
    """Return the keys of a file; Unusable when it cannot be read, is no keytab, or others may read it (KR-06)."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXO | stat.S_IWGRP):
            raise Unusable(f"{path.name} can be read or changed by others: chmod 640 or less")
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {type(error).__name__}") from None
    if not content.startswith(MAGIC):
        raise Unusable(f"{path.name} is no keytab")
    try:
        return tuple(_keys(content))
    except (struct.error, UnicodeDecodeError):
        raise Unusable(f"{path.name} is cut off or damaged") from None


def _keys(content: bytes) -> list[Key]:
    found, at = [], len(MAGIC)
    while at + 4 <= len(content):
        (size,) = struct.unpack_from(">i", content, at)
        at += 4
        if size > 0:
            if at + size > len(content):
                raise struct.error
            found.append(_key(content[at : at + size]))
        at += abs(size)  # a negative size is a hole that a removed key has left
    return found


def _key(entry: bytes) -> Key:
    (components,) = struct.unpack_from(">H", entry, 0)
    at, texts = 2, []
    for _ in range(components + 1):
        (size,) = struct.unpack_from(">H", entry, at)
        texts.append(entry[at + 2 : at + 2 + size].decode("utf-8"))
        at += 2 + size
    at += 8  # kind of name, time
    (short,) = struct.unpack_from(">B", entry, at)
    encryption, size = struct.unpack_from(">HH", entry, at + 1)
    at += 5 + size
    kvno = struct.unpack_from(">I", entry, at)[0] if len(entry) - at >= 4 else 0  # noqa: PLR2004  the long form
    return Key(f"{'/'.join(texts[1:])}@{texts[0]}", kvno or short, encryption)
