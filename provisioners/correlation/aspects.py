"""What is compared of a row, a person or an account: sets of folded values by name of the aspect.

Names are folded as Dutch lists do it: without accents and capitals, without prefixes, partner's name and own name side
by side. Numbers are compared as they are written (ID-02).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from mappings.functions import ascii_text
from mappings.people import Person
from provisioners.ports import AccountShadow

Aspects = Mapping[str, frozenset[str]]

STRONG: Final = frozenset({"number", "other_number", "birth_date"})
"""What is more than a name or an address: without one of these nothing is ever certain (PR-08)."""
WEAK: Final = frozenset({"mail", "username", "given_name", "initial", "surname", "full_name"})
OF_PEOPLE: Final = tuple(sorted(STRONG | WEAK))
OF_ACCOUNTS: Final = ("full_name", "mail", "number", "surname", "username")
"""What a platform tells of an account; `number` is the external id that somebody else gave it."""
TOO_VAGUE: Final = (frozenset({"initial", "given_name"}), frozenset({"birth_date"}))
"""A rule that compares nothing but one of these sets would find half the company."""

_PREFIXES: Final = frozenset({
    "aan", "af", "al", "am", "an", "at", "auf", "bij", "bin", "d", "da", "dal", "de", "degli", "dei", "del",
    "della", "den", "der", "des", "di", "do", "dos", "du", "el", "in", "het", "ibn", "l", "la", "las", "le", "lo",
    "los", "onder", "op", "over", "s", "t", "te", "ten", "ter", "tot", "uit", "uijt", "van", "vande", "vanden",
    "vander", "vd", "ver", "vom", "von", "vor", "y", "zu", "zum", "zur",
})  # fmt: skip
_NAMES: Final = ("userName", "username")
_MAILS: Final = ("email", "emails", "mail")
_SHOWN: Final = ("displayName", "name", "name.formatted")


def of_person(person: Person) -> Aspects:
    """Return what is compared of somebody as HR states them; what is not stated has no values."""
    surnames = _filled(folded_surname(name) for name in (person.family_name, person.partner_name))
    called = _filled(folded(name) for name in (person.given_name, person.preferred_name))
    first = _filled(folded(name.split()[0]) for name in (person.given_name, person.preferred_name) if name.split())
    return {
        "number": _filled([person.key]),
        "other_number": _filled([person.other_number]),
        "birth_date": _filled([person.birth_date.isoformat() if person.birth_date else ""]),
        "mail": _filled([_address(person.email)]),
        "username": _filled([_username(person.username)]),
        "given_name": called | first,
        "initial": frozenset(name[0] for name in called),
        "surname": surnames,
        "full_name": frozenset(f"{given} {surname}" for given in called | first for surname in surnames),
    }


def of_account(shadow: AccountShadow) -> Aspects:
    """Return what is compared of an account on a platform."""
    names, mails, shown = (_texts(shadow, keys) for keys in (_NAMES, _MAILS, _SHOWN))
    words = [name.replace(",", " ").split() for name in shown]
    surnames = _filled(folded_surname(" ".join(part[1:])) for part in words)
    return {
        "number": _filled([shadow.external_id]),
        "mail": _filled(_address(text) for text in [*mails, *(name for name in names if "@" in name)]),
        "username": _filled(_username(name) for name in names),
        "surname": surnames,
        "full_name": _filled(
            f"{folded(part[0])} {folded_surname(' '.join(part[1:]))}".strip() for part in words if len(part) > 1
        ),
    }


def folded(text: str) -> str:
    """Return a name in small letters without accents, hyphens and spaces: `Anna-Marie` becomes `annamarie`."""
    plain = ascii_text(text).lower()
    kept = re.sub(r"[^a-z0-9]+", "", plain)
    return kept or "".join(text.casefold().split())


def folded_surname(text: str) -> str:
    """Return a surname likewise, and without prefixes: `Van 't Hoff` and `Hoff` are the same."""
    words = re.split(r"[\s'\u2019.-]+", ascii_text(text).lower().strip())
    kept = [word for word in words if word and word not in _PREFIXES]
    return folded("".join(kept)) if kept else folded(text)


def _address(text: str) -> str:
    """Return a mail address in small letters; one with other than ASCII characters equals nothing (look-alikes)."""
    return text.strip().lower() if text.isascii() and "@" in text else ""


def _username(text: str) -> str:
    return text.strip().lower() if text.isascii() else ""


def _texts(shadow: AccountShadow, names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        value = shadow.attributes.get(name, "")
        found.extend(value if isinstance(value, tuple) else [str(value)])
    return found


def _filled(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value in values if value)
