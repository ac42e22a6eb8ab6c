"""What speaks for and against a pair, side by side; birth dates are told as equal or not, never themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mappings.names import display_name
from mappings.people import Person
from provisioners.correlation.aspects import Aspects, of_account, of_person
from provisioners.correlation.rules import equal
from provisioners.ports import AccountShadow

HIDDEN = "stated"
ASPECTS = (
    ("number", "number"), ("other number", "other_number"), ("name", "full_name"), ("surname", "surname"),
    ("birth date", "birth_date"), ("mail", "mail"), ("user name", "username"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line: what both sides say, and whether it is the same; None when one of them says nothing."""

    what: str
    one: str
    other: str
    same: bool | None


def of_rows(one: Person, other: Person) -> list[Evidence]:
    """Return what two rows say."""
    lines = _compared(of_person(one), of_person(other), _row_text(one), _row_text(other))
    plain = (("unit", _units), ("title", _titles), ("kind", _kinds), ("last day", _last_day), ("status", _status))
    return [*lines, *(_plain(what, said(one), said(other)) for what, said in plain)]


def of_found(shadow: AccountShadow, person: Person) -> list[Evidence]:
    """Return what an account and a person say."""
    texts = {
        "number": shadow.external_id,
        "mail": _texts(shadow, ("email", "emails", "mail")),
        "username": _texts(shadow, ("userName", "username")),
        "full_name": _texts(shadow, ("displayName", "name", "name.formatted")),
    }
    lines = _compared(of_account(shadow), of_person(person), texts, _row_text(person))
    return [*lines, Evidence("state there", shadow.state, "", None)]


def _compared(one: Aspects, other: Aspects, left: dict[str, str], right: dict[str, str]) -> list[Evidence]:
    found = []
    for what, name in ASPECTS:
        texts = (left.get(name, ""), right.get(name, ""))
        both = bool(one.get(name)) and bool(other.get(name))
        same = equal(name, one, other) if both or (name == "other_number" and any(texts)) else None
        if any(texts):
            found.append(Evidence(what, *texts, same))
    return found


def _row_text(person: Person) -> dict[str, str]:
    surnames = " / ".join(name for name in (person.family_name, person.partner_name) if name)
    return {
        "number": f"{person.source}/{person.key}",
        "other_number": person.other_number,
        "full_name": display_name(person),
        "surname": surnames,
        "birth_date": HIDDEN if person.birth_date else "",
        "mail": person.email,
        "username": person.username,
    }


def _texts(shadow: AccountShadow, names: Iterable[str]) -> str:
    values = [shadow.attributes.get(name, "") for name in names]
    return ", ".join(
        str(text) for value in values for text in (value if isinstance(value, tuple) else (value,)) if text
    )


def _plain(what: str, one: str, other: str) -> Evidence:
    return Evidence(what, one, other, one == other if one and other else None)


def _units(person: Person) -> str:
    return ", ".join(dict.fromkeys(job.unit for job in person.assignments if job.unit))


def _titles(person: Person) -> str:
    return ", ".join(dict.fromkeys(job.title for job in person.assignments if job.title))


def _kinds(person: Person) -> str:
    return ", ".join(dict.fromkeys(job.kind or person.kind for job in person.assignments)) or person.kind


def _last_day(person: Person) -> str:
    return person.leaves_on.isoformat() if person.leaves_on else ""


def _status(person: Person) -> str:
    return person.status
