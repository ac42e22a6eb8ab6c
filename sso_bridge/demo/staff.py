"""The three people of the demo: who signs in, and what each of them shows."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mappings.employment import active_on
from mappings.names import display_name
from mappings.people import Person, Unit
from sso_bridge.login.words import WORDS

MOST = 3


@dataclass(frozen=True, slots=True)
class Login:
    """One of the three: what to type, who that is, and one line about what there is to see."""

    username: str
    password: str
    key: str
    name: str
    line: str
    insider: bool = False


def choose(people: Iterable[Person], units: Iterable[Unit], today: date) -> list[Login]:
    """Return a manager, an employee and a supplier, or else the first who work there; empty when nobody does."""
    here = [person for person in people if active_on(person, today)]
    known = list(units)
    heads = {unit.head for unit in known if unit.head}
    kinds = {unit.key: unit.kind for unit in known}
    found: dict[int, tuple[Person, str]] = {}

    def take(line: str, those: Iterator[Person]) -> None:
        person = next((each for each in those if each.id not in found), None)
        if person is not None and len(found) < MOST:
            found[person.id] = (person, line)

    leads = [each for each in here if each.key in heads and each.kind != "supplier"]
    teams = [each for each in leads if any(kinds.get(job.unit) == "team" for job in each.assignments)]
    take("head of a unit: owns its group, and may look behind the scenes", iter(teams or leads))
    plain = [each for each in here if each.key not in heads and each.kind != "supplier"]
    take("an employee: opens the town square", iter([each for each in plain if each.name_prefix] or plain))
    take("a supplier: no account there by the rules, and told so", (each for each in here if each.kind == "supplier"))
    for person in here:
        take("works there today", iter((person,)))
    return list(_logins(found.values()))


def _logins(found: Iterable[tuple[Person, str]]) -> Iterator[Login]:
    taken: set[str] = set()
    for position, (person, line) in enumerate(found):
        name = person.username.strip() or person.key
        username = name if name not in taken else person.key
        taken.add(username)
        password = "-".join(secrets.choice(WORDS) for _ in range(3))
        insider = position == 0
        told = line if not insider or "behind the scenes" in line else f"{line}, and may look behind the scenes"
        yield Login(username, password, person.key, display_name(person) or person.key, told, insider)
