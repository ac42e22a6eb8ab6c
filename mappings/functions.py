"""The functions that expressions may call besides the standard ones: total, bounded, without any state.

Each refuses (ValueError) a result of more than `LONGEST_TEXT` characters; none takes a pattern or a format.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 4096
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "ĳ": "ij", "Ĳ": "IJ", "ħ": "h",
        "Ħ": "H", "ŋ": "n", "Ŋ": "N", "\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """One function as the engine declares it; the first parameter is what stands before the dot."""

    name: str
    parameters: tuple[str, ...]
    returns: str
    does: Callable[..., str | bool | list[str]]
    example: str


def bounded(text: str) -> str:
    """Return the text, or refuse it when it is too long to be an attribute."""
    if len(text) > LONGEST_TEXT:
        raise ValueError("the text is longer than 4096 characters")
    return text


def ascii_text(text: str) -> str:
    """Return the nearest ASCII spelling: `Łukasz Gül` becomes `Lukasz Gul`; what has none is left out."""
    plain = unicodedata.normalize("NFKD", bounded(text).translate(_LETTERS))
    return bounded(plain.encode("ascii", "ignore").decode())


def initials(text: str) -> str:
    """Return the first letter of each word in capitals with a full stop: `anna-marie els` becomes `A.M.E.`."""
    words = bounded(text).replace("-", " ").split()
    return bounded("".join(f"{word[0].upper()}." for word in words))


def lower_ascii(text: str) -> str:
    """Return the text with A-Z in small letters; all others stay, so that a look-alike never becomes equal."""
    return bounded(text).encode("utf-8").lower().decode()


def upper_ascii(text: str) -> str:
    """Return the text with a-z in capitals."""
    return bounded(text).encode("utf-8").upper().decode()


def trim(text: str) -> str:
    """Return the text without white space at its ends."""
    return bounded(text).strip()


def replace(text: str, old: str, new: str) -> str:
    """Return the text with every `old` as `new`; an empty `old` changes nothing."""
    bounded(text)
    if not old:
        return text
    found = text.count(old)
    if len(text) + found * (len(new) - len(old)) > LONGEST_TEXT:
        raise ValueError("the text is longer than 4096 characters")
    return text.replace(old, new)


def substring(text: str, start: int, end: int) -> str:
    """Return the characters from `start` (0 is the first) up to, not including, `end`; places outside are cut off."""
    return bounded(text)[max(start, 0) : max(end, 0)]


def join(parts: Sequence[str], between: str) -> str:
    """Return the parts as one text; empty parts are left out."""
    kept = [part for part in parts if part]
    if sum(map(len, kept)) + len(between) * max(len(kept) - 1, 0) > LONGEST_TEXT:
        raise ValueError("the text is longer than 4096 characters")
    return between.join(kept)


def split(text: str, at: str) -> list[str]:
    """Return the parts between the separators, at most 64; an empty separator does not split."""
    return bounded(text).split(at, 63) if at else [text]


def first_of(parts: Sequence[str]) -> str:
    """Return the first part that is not empty, or an empty text."""
    return bounded(next((part for part in parts if part), ""))


OWN: Final = (
    Own("lowerAscii", ("string",), "string", lower_ascii, "person.email.lowerAscii()"),
    Own("upperAscii", ("string",), "string", upper_ascii, "primary.country.upperAscii()"),
    Own("trim", ("string",), "string", trim, "primary.title.trim()"),
    Own("ascii", ("string",), "string", ascii_text, "person.familyName.ascii()"),
    Own("initials", ("string",), "string", initials, "person.givenName.initials()"),
    Own("replace", ("string", "string", "string"), "string", replace, "person.username.replace(' ', '.')"),
    Own("substring", ("string", "int", "int"), "string", substring, "person.givenName.substring(0, 1)"),
    Own("split", ("string", "string"), "strings", split, "person.email.split('@')[0]"),
    Own("join", ("strings", "string"), "string", join, "person.unitPath.join('/')"),
    Own("firstOf", ("strings",), "string", first_of, "[person.preferredName, person.givenName].firstOf()"),
)
