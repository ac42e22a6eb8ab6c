"""The functions that expressions may call besides the standard ones: total, bounded, without any state.

Each refuses (ValueError) a result of more than `LONGEST_TEXT` characters; none takes a pattern or a format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from mappings.letters import LETTERS, UMLAUTS, spelt_together

LONGEST_TEXT: Final = 4096
MOST_PARTS: Final = 64
_DATES: Final = ("dd-MM-yyyy", "dd/MM/yyyy", "dd.MM.yyyy", "MM/dd/yyyy", "yyyyMMdd", "yyyy-MM", "dd-MM", "yyyy")
"""The ways a date may be written; there is no language of patterns."""
_WORD: Final = re.compile(r"(?<![^\W\d_])(?<!['\u2019])((?:[^\W\d_]['\u2019])?)([^\W\d_])")


@dataclass(frozen=True, slots=True)
class Own:
    """One function as the engine declares it; the first parameter is what stands before the dot.

    The manual shows the example with what it gives for `Anna-Marie Łuk`, as `tests/mappings/manual.py` states her.
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    does: Callable[..., str | bool | list[str]]
    example: str
    gives: str


def bounded(text: str) -> str:
    """Return the text, or refuse it when it is too long to be an attribute."""
    if len(text) > LONGEST_TEXT:
        raise ValueError("the text is longer than 4096 characters")
    return text


def ascii_text(text: str) -> str:
    """Return the nearest ASCII spelling: `Łukasz Gül` becomes `Lukasz Gul`; what has none is left out."""
    if bounded(text).isascii():
        return text
    plain = unicodedata.normalize("NFKD", spelt_together(text).translate(LETTERS))
    return bounded(plain.translate(LETTERS).encode("ascii", "ignore").decode())


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


def before(text: str, mark: str) -> str:
    """Return what stands before the first `mark`; the whole text when there is none."""
    return bounded(text).partition(mark)[0] if mark else text


def after(text: str, mark: str) -> str:
    """Return what stands after the first `mark`; an empty text when there is none."""
    return bounded(text).partition(mark)[2] if mark else ""


def umlauts(text: str) -> str:
    """Return the text with ä, ö, ü and å written with two letters."""
    return bounded(bounded(text).translate(UMLAUTS))


def slug(text: str) -> str:
    """Return a name for addresses: small ASCII letters and digits, everything else one `-`."""
    plain = ascii_text(text).lower()
    return "-".join("".join(each if each.isalnum() else " " for each in plain).split())


def title_case(text: str) -> str:
    """Return each word with one capital: for names that HR keeps in capitals."""
    small = bounded(text).lower()
    return bounded(_WORD.sub(lambda found: found[1].upper() + found[2].upper(), small))


def pad(text: str, length: int, fill: str) -> str:
    """Return the text with `fill` before it, until it has so many characters."""
    if not 0 <= length <= LONGEST_TEXT or len(fill) != 1:
        raise ValueError("pad takes a length of at most 4096 and one character")
    return bounded(text).rjust(length, fill)


def numbered(text: str, last: int) -> list[str]:
    """Return the text, then the text with 2, 3 ... up to `last` (at most 64): candidates for a unique name."""
    return [bounded(text), *(bounded(f"{text}{number}") for number in range(2, min(last, MOST_PARTS) + 1))]


def date_as(text: str, form: str) -> str:
    """Return a date (`2026-06-30`) in one of the known forms; an empty text stays empty."""
    if form not in _DATES:
        raise ValueError(f"a date is written as {', '.join(_DATES)}")
    if not text:
        return ""
    day = date.fromisoformat(text)
    return form.replace("yyyy", f"{day.year:04}").replace("MM", f"{day.month:02}").replace("dd", f"{day.day:02}")


def plus_days(text: str, days: int) -> str:
    """Return the date so many days later, or earlier; an empty text stays empty."""
    if not text:
        return ""
    try:
        return (date.fromisoformat(text) + timedelta(days=days)).isoformat()
    except OverflowError:
        raise ValueError("there is no such date") from None


OWN: Final = (
    Own("lowerAscii", ("string",), "string", lower_ascii, "person.email.lowerAscii()", "a.luk@corp.example"),
    Own("upperAscii", ("string",), "string", upper_ascii, "primary.country.upperAscii()", "NL"),
    Own("titleCase", ("string",), "string", title_case, "primary.title.titleCase()", "Head O'Neil-Team"),
    Own("trim", ("string",), "string", trim, "unit.name.trim()", "Sales & Marketing"),
    Own("ascii", ("string",), "string", ascii_text, "person.familyName.ascii()", "Luk"),
    Own("umlauts", ("string",), "string", umlauts, "primary.location.name.umlauts()", "Koeln"),
    Own("slug", ("string",), "string", slug, "unit.name.slug()", "sales-marketing"),
    Own("initials", ("string",), "string", initials, "person.givenName.initials()", "A.M."),
    Own("replace", ("string", "string", "string"), "string", replace, "person.username.replace(' ', '.')", "anna.luk"),
    Own("substring", ("string", "int", "int"), "string", substring, "person.givenName.substring(0, 1)", "A"),
    Own("before", ("string", "string"), "string", before, "person.email.before('@')", "A.Luk"),
    Own("after", ("string", "string"), "string", after, "person.email.after('@')", "corp.example"),
    Own("pad", ("string", "int", "string"), "string", pad, "person.employeeNumber.pad(8, '0')", "00004711"),
    Own("split", ("string", "string"), "strings", split, "person.email.split('@')", "[A.Luk, corp.example]"),
    Own("join", ("strings", "string"), "string", join, "person.unitPath.join('/')", "root/sales"),
    Own("firstOf", ("strings",), "string", first_of, "[person.preferredName, person.givenName].firstOf()",
        "Anna-Marie"),
    Own("numbered", ("string", "int"), "strings", numbered, "person.username.slug().numbered(3)",
        "[anna-luk, anna-luk2, anna-luk3]"),
    Own("dateAs", ("string", "string"), "string", date_as, "person.hiredOn.dateAs('dd-MM-yyyy')", "01-03-2026"),
    Own("plusDays", ("string", "int"), "string", plus_days, "person.leavesOn.plusDays(30)", "2026-07-30"),
)  # fmt: skip
