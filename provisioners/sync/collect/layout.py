"""Which columns there are, and which kind of records a header announces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from provisioners.errors import FeedRefused

RecordKind = Literal["people", "units", "leaves"]
PERSON = (
    "given_name",
    "name_prefix",
    "family_name",
    "partner_prefix",
    "partner_name",
    "name_order",
    "preferred_name",
    "email",
    "username",
    "kind",
    "status",
    "hired_on",
    "leaves_on",
    "birth_date",
    "other_number",
)
JOB = (
    "assignment_id",
    "unit",
    "title",
    "manager",
    "location",
    "country",
    "cost_centre",
    "legal_entity",
    "fte",
    "primary",
    "valid_from",
    "valid_to",
)
UNIT = ("name", "parent", "kind", "head", "deputy", "valid_from", "valid_to")
LEAVE = ("kind", "valid_from", "valid_to")
COLUMNS: Mapping[RecordKind, frozenset[str]] = {
    "people": frozenset({"employee_number", *PERSON, *JOB}),
    "units": frozenset({"unit", *UNIT}),
    "leaves": frozenset({"employee_number", *LEAVE}),
}


def our_names(header: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """Return our name for each column of the file; names we do not know stay as they are and are ignored later."""
    theirs = {their.strip().casefold(): our for our, their in columns.items()}
    names = [theirs.get(cell.strip().casefold(), cell.strip().casefold()) for cell in header]
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise FeedRefused(
            f"column twice: {', '.join(doubled)}", hint="give each column of the header a name of its own"
        )
    return names


def recognise(names: Sequence[str]) -> RecordKind:
    """Return the kind of records that these column names announce; raises FeedRefused with what is missing."""
    given = set(names)
    if "employee_number" in given:
        only_leave = given & COLUMNS["people"] <= COLUMNS["leaves"]
        return "leaves" if only_leave and {"kind", "valid_from"} <= given else "people"
    if "unit" in given:
        return "units"
    raise FeedRefused(
        "the header has neither employee_number nor unit",
        hint="name the columns as documented, or map them with `columns` of this HR source",
    )
