"""Looks for values wherever a house leaves bytes: each value in every spelling that programs write it in."""

from __future__ import annotations

import base64
import html
import json
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Fewer letters are in every second line by chance."""
SPELT = str.maketrans({
    "ı": "i", "ø": "o", "ß": "ss", "ł": "l", "æ": "ae", "ö": "oe", "ä": "ae", "ü": "ue", "å": "aa",  # noqa: RUF001
})  # fmt: skip


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, Iterable):
        for inner in value:
            yield from strings(inner)


def spellings(value: str) -> dict[str, bytes]:
    """Return how -> the bytes to look for, folded as `folded` folds what is searched; base64 stands as it is."""
    texts = {
        "as it is": unicodedata.normalize("NFC", value),
        "decomposed": unicodedata.normalize("NFD", value),
        "without accents": _plain(value),
        "spelt out": _plain(value.lower().translate(SPELT)),
        "upper case": value.upper(),
    }
    found = {how: text.lower().encode() for how, text in texts.items()}
    for how, text in texts.items():
        found[f"{how}, in an address"] = quote(text, safe="").lower().encode()
        found[f"{how}, in a form"] = quote_plus(text, safe="@").lower().encode()
        found[f"{how}, in JSON"] = json.dumps(text)[1:-1].lower().encode()
        found[f"{how}, in a page"] = html.escape(text).lower().encode()
        found[f"{how}, in hexadecimal"] = text.encode().hex().encode()
    if "@" in value:
        name, _, domain = value.rpartition("@")
        with suppress(UnicodeError):
            found["punycode"] = f"{name}@{domain.encode('idna').decode()}".lower().encode()
    return {how: one for how, one in found.items() if len(one) >= SHORTEST}


def in_base64(value: str) -> Iterator[bytes]:
    """Yield what stands in base64 for the value inside a longer text, at each of the three places it can begin."""
    for form in {value, value.lower(), value.upper()}:
        for before in range(3):
            whole = base64.b64encode(b"\x00" * before + form.encode())
            core = whole[(0, 2, 3)[before] :].rstrip(b"=")
            core = core[: len(core) - (1 if (before + len(form.encode())) % 3 else 0)]
            if len(core) > 2 * SHORTEST:
                yield core
                yield core.replace(b"+", b"-").replace(b"/", b"_")


def folded(text: bytes) -> bytes:
    """Return bytes with the letters that have a lower case in lower case."""
    return text.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")


def unpacked(value: Any) -> bytes:
    """Return what a column holds, also when it is packed."""
    if isinstance(value, bytes | bytearray | memoryview):
        with suppress(zlib.error):
            return zlib.decompress(bytes(value))
        return bytes(value)
    return value.encode() if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False).encode()


def traces(values: Iterable[str], places: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """Return (value, how, where) for every value that is somewhere."""
    found = []
    low = {where: folded(text) for where, text in places.items()}
    for value in values:
        written = spellings(value)
        packed = list(in_base64(value))
        for where, text in places.items():
            found += [(value, how, where) for how, one in written.items() if one in low[where]]
            found += [(value, "base64", where) for one in packed if one in text]
    return sorted(set(found))


def _plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
