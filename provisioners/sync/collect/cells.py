"""One cell of text -> one value, or a sentence that says what is wrong; the sentence never repeats the cell.

Cells are data: nothing in them is evaluated, and a cell that begins with `=` or `@` is only text here (AD-13).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from mappings.people import ERASED_MARK

MAX_TEXT = 1000
MAX_KEY = 128
OPEN_END = date(9999, 12, 31)
EARLIEST = date(1900, 1, 1)
STATUSES = frozenset({"active", "leave", "inactive", "left"})
_YES = frozenset({"true", "1", "yes", "y", "ja", "j", "x"})
_NO = frozenset({"false", "0", "no", "n", "nee", ""})


class WrongCell(ValueError):
    """The cell cannot be understood; the text is the reason."""


def text(cell: str) -> str:
    """Return the text in composed form; control characters and more than MAX_TEXT characters are refused."""
    if cell.isascii() and cell.isprintable() and len(cell) <= MAX_TEXT:
        return cell
    value = unicodedata.normalize("NFC", cell)
    if len(value) > MAX_TEXT:
        raise WrongCell(f"longer than {MAX_TEXT} characters")
    if any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in value):
        raise WrongCell("holds a control character or a line break")
    return value


def key(cell: str) -> str:
    """Return an identifier of HR: exact text, never folded, at most MAX_KEY characters (ID-02, ID-03)."""
    if len(cell) > MAX_KEY:
        raise WrongCell(f"longer than {MAX_KEY} characters")
    if not cell.isprintable():
        raise WrongCell("holds a character that cannot be printed")
    return cell


def person_key(cell: str) -> str:
    """Return the number of a person likewise; that of a tombstone is nobody's: who was erased is never back."""
    if cell.casefold().startswith(ERASED_MARK):
        raise WrongCell(f"begins with {ERASED_MARK}, as only the numbers of erased people do")
    return key(cell)


def day(cell: str) -> date | None:
    """Return a date from YYYY-MM-DD or DD-MM-YYYY; empty and 9999-12-31 mean open."""
    if not cell:
        return None
    try:
        value = date.fromisoformat(cell[:10]) if cell[4:5] == "-" else datetime.strptime(cell, "%d-%m-%Y").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise WrongCell("is not a date; write YYYY-MM-DD") from None
    if value < EARLIEST:
        raise WrongCell("is before 1900")
    return None if value == OPEN_END else value


def number(cell: str) -> float:
    """Return a share of full time between 0 and 2; a decimal comma will do."""
    if not cell:
        return 1.0
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        raise WrongCell("is not a number") from None
    if not 0 <= value <= 2:  # noqa: PLR2004 - two full-time jobs are the most anybody has
        raise WrongCell("is not between 0 and 2")
    return value


def yes_or_no(cell: str) -> bool:
    """Return the truth of yes/no, true/false, 1/0, ja/nee."""
    folded = cell.casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise WrongCell("is neither yes nor no")


def mail(cell: str) -> str:
    """Return an address with one @ and no spaces; upper and lower case are kept."""
    value = text(cell)
    if value and (value.count("@") != 1 or value[0] == "@" or value[-1] == "@" or value.split() != [value]):
        raise WrongCell("is not a mail address")
    return value


def status(cell: str) -> str:
    """Return active, leave, inactive or left; nothing else is guessed at."""
    value = cell.casefold() or "active"
    if value not in STATUSES:
        raise WrongCell(f"is none of {', '.join(sorted(STATUSES))}")
    return value


def kind(cell: str) -> str:
    """Return the kind of person in lower case, `employee` when HR does not say."""
    return text(cell).casefold() or "employee"


READERS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("assignment_id", "unit", "parent"), key),
    **dict.fromkeys(("employee_number", "other_number", "manager", "head", "deputy"), person_key),
    **dict.fromkeys(("valid_from", "valid_to", "hired_on", "leaves_on", "birth_date"), day),
    "fte": number,
    "primary": yes_or_no,
    "email": mail,
    "status": status,
    "kind": kind,
}
