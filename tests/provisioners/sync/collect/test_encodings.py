"""Encodings and layouts as HR systems write them: what was agreed, and nothing that must be guessed."""

from __future__ import annotations

import codecs
import gzip
import io

import pytest

from provisioners.errors import FeedRefused
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.source import Source

TEXT = "employee_number,given_name\n1,Zoë\n2,Jürgen\n"


def read(body: bytes, encoding: str = "utf-8", **more):
    """Return the given names."""
    feed = collect([Upload("hr.csv", io.BytesIO(body))], Source("payroll", encoding=encoding, **more))
    return [person.given_name for person, _ in feed.people]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (TEXT.encode("cp1252"), "windows-1252"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_agreed(body, encoding, packed, ends):
    """What was agreed is read, packed too, whatever the lines end with."""
    codec = {"utf-8": "utf-8", "utf-16": "utf-16", "windows-1252": "cp1252"}[encoding]
    if ends != "\n":
        body = body.decode("utf-8-sig" if encoding == "utf-8" else codec).replace("\n", ends).encode(codec)

    assert ["Zoë", "Jürgen"] == read(gzip.compress(body) if packed else body, encoding)


@pytest.mark.parametrize(
    ("body", "encoding", "told"),
    [
        (TEXT.encode("cp1252"), "utf-8", "is not UTF-8"),
        (TEXT.encode("utf-16"), "utf-8", "is UTF-16"),
        (TEXT.encode("utf-16-le"), "utf-16", "no byte order mark"),
        (TEXT.encode(), "utf-16", "no byte order mark"),
        (TEXT.encode("utf-8-sig"), "windows-1252", "is UTF-8"),
        (TEXT.encode("utf-16"), "windows-1252", "is UTF-16"),
        (b"employee_number,given_name\n1,\x81\n", "windows-1252", "is not Windows-1252"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], "utf-16", "is not UTF-16"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x20\x00", "utf-16", "is not UTF-16"),
        (b"employee_number,given_name\n1,\xed\xa0\x80\n", "utf-8", "is not UTF-8"),
        (b"employee_number,given_name\n1,\xc0\xaf\n", "utf-8", "is not UTF-8"),
    ],
)
def test_another(body, encoding, told):
    """AD-13: another encoding than agreed is told, never guessed at; half a character is none."""
    with pytest.raises(FeedRefused, match=told) as refused:
        read(body, encoding)

    assert "encoding" in refused.value.hint


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoted", [False, True])
def test_wild_headers(separator, quoted):
    """Any header by `columns`: capital letters, spaces, a separator in a quoted name, columns that nobody knows."""
    names = ["Pers. nr", f"Naam{separator}roep", "BSN", ""]
    name = f"Zoë{separator}Anna" if separator.isprintable() else "Zoë Anna"
    cells = ["7", name, "123456782", "x"]
    line = [separator.join(f'"{one}"' if quoted or separator in one else one for one in row) for row in (names, cells)]
    columns = {"employee_number": "pers. nr", "given_name": f"NAAM{separator}ROEP"}

    assert [name] == read("\r\n".join(line).encode(), columns=columns)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_json_lines_by_columns(encoding):
    """JSON lines are mapped by `columns` as well, and are UTF-8 whatever was agreed for CSV."""
    body = '{"nr": "7", "naam": "Zoë"}\n'.encode()

    assert ["Zoë"] == read(body, encoding, columns={"employee_number": "nr", "given_name": "naam"})


@pytest.mark.parametrize("layers", [1, 2])
def test_bomb(layers):
    """AD-13: what unpacks to far more than it can honestly hold is stopped on the way; gzip in gzip is no text."""
    bomb = b"employee_number,given_name\n" + b"1,x\n" * 3_000_000
    for _ in range(layers):
        bomb = gzip.compress(bomb)

    with pytest.raises(FeedRefused):
        read(bomb)


def test_many_members():
    """Several gzip members in one file are one file, under one limit (AD-13)."""
    parts = [gzip.compress(b"employee_number,given_name\n"), gzip.compress(b"1,A\n"), gzip.compress(b"2,B\n")]

    assert ["A", "B"] == read(b"".join(parts))
    with pytest.raises(FeedRefused, match="truncated gzip"):
        read(b"".join(parts)[:-9])
