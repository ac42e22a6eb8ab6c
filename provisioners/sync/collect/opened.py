"""Bytes -> text, with limits: gzip is unpacked while counting, UTF-8 is strict, sizes stop early (AD-13)."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from provisioners.errors import FeedRefused
from provisioners.sync.collect.source import Source

GZIP = b"\x1f\x8b"
FREE_RATIO = 1024 * 1024
NAMED = {"utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "Windows-1252"}
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of an import: the name that reports use, and a seekable stream of bytes."""

    name: str
    stream: BinaryIO


class Counted(io.RawIOBase):
    """Passes bytes on until there are more than agreed, or far more than the packed file can honestly hold."""

    def __init__(self, inner: io.BufferedIOBase | BinaryIO, limit: int, hint: str) -> None:
        self._inner = inner
        self._limit = limit
        self._hint = hint
        self.taken = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; raises FeedRefused over the limit."""
        data = self._inner.read(len(buffer))
        self.taken += len(data)
        if self.taken > self._limit:
            raise FeedRefused(f"more than {self._limit} bytes", hint=self._hint)
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(upload: Upload, source: Source) -> Iterator[io.TextIOWrapper]:
    """Give the text of the file without its BOM; raises FeedRefused for every way a file can be no honest text."""
    stream = upload.stream
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    if not start:
        raise FeedRefused(f"{upload.name} is empty", hint="the export did not run or was cut off; export it again")
    hint = "split the file, or raise the size limit of this HR source"
    if start.startswith(GZIP):
        limit = min(source.max_bytes, max(FREE_RATIO, size * source.max_ratio))
        raw = Counted(gzip.GzipFile(fileobj=stream, mode="rb"), limit, hint)
    else:
        raw = Counted(stream, source.max_bytes, hint)
    buffered = io.BufferedReader(raw, 1 << 16)
    text: io.TextIOWrapper | None = None
    try:
        text = io.TextIOWrapper(buffered, encoding=_codec(upload, source, buffered), errors="strict", newline="")
        yield text
    except UnicodeDecodeError as error:
        raise FeedRefused(
            f"{upload.name} is not {NAMED[source.encoding]} (byte {error.start} of a block of text)",
            hint="save it as CSV UTF-8, or set `encoding` of this HR source; other encodings are not guessed at",
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FeedRefused(f"{upload.name} is a broken or truncated gzip file", hint="send it again, whole") from None
    finally:
        if text is not None:
            text.detach()


def _codec(upload: Upload, source: Source, buffered: io.BufferedReader[Counted]) -> str:
    """Return how to read it: as agreed, and nothing else. A byte order mark that says otherwise is believed (AD-13).

    JSON lines are UTF-8 whatever was agreed for CSV (RFC 8259 section 8.1).
    """
    start = buffered.peek(4)[:4]
    if start[:1] == b"{" and start[1:2] != b"\x00":
        return "utf-8-sig"
    said = "utf-16" if start.startswith(WIDE) else "utf-8" if start.startswith(codecs.BOM_UTF8) else ""
    agreed = source.encoding
    if said not in {"", agreed} or (agreed == "utf-16" and not said):
        found = NAMED.get(said, "no UTF-16: it has no byte order mark")
        raise FeedRefused(
            f"{upload.name} is {found}", hint=f"save it as {NAMED[agreed]}, or set `encoding` of this HR source"
        )
    return {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}[agreed]
