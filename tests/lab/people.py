"""A small made-up company as rows of the HR file, for peers that need people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GIVEN = (
    *("Sanne", "Daan", "Emma", "Sem", "Fleur", "Bram", "Noor", "Thijs"),
    *("Zoë", "André", "Jürgen", "Aïcha", "Youssef", "Łukasz", "Björn", "Renée"),
)
FAMILY = (
    *("Jansen", "de Vries", "van den Berg", "Bakker", "de Boer", "van 't Hoff"),
    *("Öztürk", "O'Brien", "Nowak", "van der Meer", "El Amrani"),
)


@dataclass(frozen=True)
class Company:
    """`people` are rows with the columns of the HR file."""

    people: tuple[Mapping[str, str], ...]


def company(count: int) -> Company:
    """Return the same people every time, twelve in a unit, `E1001` first."""
    rows = []
    for number in range(1, count + 1):
        family = FAMILY[number % len(FAMILY)].split(" ")
        rows.append(
            {
                "employee_number": f"E{1000 + number}",
                "username": f"p{number:05d}",
                "given_name": GIVEN[number % len(GIVEN)],
                "name_prefix": " ".join(family[:-1]),
                "family_name": family[-1],
                "email": f"p{number:05d}@corp.example",
                "unit": f"team-{(number - 1) // 12 + 1}",
                "title": "Adviser",
            }
        )
    return Company(tuple(rows))
