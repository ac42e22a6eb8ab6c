"""The bodies of HR pushes: files, read in pieces up to their limit, and the headers that go with them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from flask import Request

from provisioners.sync.collect.opened import Upload
from sso_bridge.api.problems import Flaw, Invalid, TooLarge, WrongMedia
from sso_bridge.api.route import Header
from sso_bridge.hr.reception import PIECE

MEDIA = (
    "text/csv", "application/x-ndjson", "application/jsonl", "application/gzip", "application/octet-stream",
    "multipart/form-data",
)  # fmt: skip
MOST_FILES = 20
KEY = Header(
    "Idempotency-Key", "A text of your own for this upload; sending it again with the same key is safe.", required=True,
    schema={"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
)  # fmt: skip
CHECKSUM = Header(
    "X-Content-SHA256", "SHA-256 in hex over the files in order; a body that differs is not kept.",
    schema={"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
)  # fmt: skip


def header_of(request: Request, header: Header) -> str:
    """Return the header's text, empty when it is not there and need not be; Invalid otherwise."""
    given = request.headers.getlist(header.name)
    if not given and not header.required:
        return ""
    if len(given) != 1 or not re.fullmatch(str(header.schema["pattern"]), given[0]) or len(given[0]) > 200:  # noqa: PLR2004
        raise Invalid(errors=[Flaw(detail="is missing, or not one text of the agreed form", parameter=header.name)])
    return given[0]


@contextmanager
def files_of(request: Request, kind: str, limit: int, *, needed: bool = True) -> Iterator[list[Upload]]:
    """Give the files of the body, from a spool on disk; they are gone afterwards. Without a body: none, or Invalid."""
    if not needed and not request.mimetype and not request.content_length:
        yield []
        return
    if request.mimetype not in MEDIA:
        raise WrongMedia(f"the body must be one of: {', '.join(MEDIA)}")
    with ExitStack() as stack:
        if request.mimetype == "multipart/form-data":
            yield _parts(request, kind)
            return
        spool = cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))
        size = 0
        while piece := request.stream.read(PIECE):
            size += len(piece)
            if size > limit:
                raise TooLarge
            spool.write(piece)
        if not size:
            raise Invalid("the body is empty")
        spool.seek(0)
        yield [Upload(kind, spool)]


def _parts(request: Request, kind: str) -> list[Upload]:
    """Return the parts called `file`. Their own names are somebody else's text: reports number them instead."""
    files = request.files.getlist("file")
    if request.form or set(request.files) != {"file"} or len(files) > MOST_FILES:
        raise Invalid(f"send one to {MOST_FILES} parts called `file`, and no other")
    return [
        Upload(kind if len(files) == 1 else f"file {number}", cast("BinaryIO", one.stream))
        for number, one in enumerate(files, start=1)
    ]
