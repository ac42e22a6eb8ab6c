"""A made-up Dutch company of any size, the same for the same number: people, units and leaves as HR would send them.

Has what goes wrong in real ones: second jobs, partner names, prefixes, people who join later, who have left, who are
on leave, suppliers, twins by name, and one unit whose head has left.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from provisioners.sync.collect.layout import JOB, LEAVE, PERSON, UNIT
from sso_bridge.demo.names import GIVEN, family_names

Row = dict[str, str]
PEOPLE_COLUMNS = ("employee_number", *PERSON, *JOB)
UNIT_COLUMNS = ("unit", *UNIT)
LEAVE_COLUMNS = ("employee_number", *LEAVE)

DIVISIONS = {
    "sales": ("Verkoop", ("Accountmanager", "Verkoper", "Relatiebeheerder")),
    "service": ("Klantenservice", ("Servicemedewerker", "Teamcoach", "Planner")),
    "tech": ("Techniek", ("Ontwikkelaar", "Tester", "Architect", "Beheerder")),
    "ops": ("Operatie", ("Logistiek medewerker", "Chauffeur", "Magazijnmedewerker")),
    "finance": ("Financiën", ("Controller", "Boekhouder", "Inkoper")),
    "people": ("Mens en organisatie", ("HR-adviseur", "Recruiter", "Opleidingsadviseur")),
}
PLACES = (("Utrecht", "NL"), ("Amsterdam", "NL"), ("Rotterdam", "NL"), ("Groningen", "NL"), ("'s-Hertogenbosch", "NL"),
          ("Antwerpen", "BE"), ("Düsseldorf", "DE"))  # fmt: skip
TEAM = 12
FAMILIES = family_names()


@dataclass(slots=True)
class Company:
    """The rows of the three files."""

    people: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    leaves: list[Row] = field(default_factory=list)

    def write(self, folder: Path) -> tuple[Path, Path, Path]:
        """Write people.csv, units.csv and leaves.csv into the folder and return their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        return (
            _write(folder / "people.csv", PEOPLE_COLUMNS, self.people),
            _write(folder / "units.csv", UNIT_COLUMNS, self.units),
            _write(folder / "leaves.csv", LEAVE_COLUMNS, self.leaves),
        )


def make_company(size: int, *, on: date, domain: str = "example.nl", seed: int = 1) -> Company:
    """Return a company with this many people, as it stands on that day; the same arguments give the same company."""
    if size < 1:
        raise ValueError("a company has at least one person")
    return _Maker(size, on, domain, Random(seed)).make()  # noqa: S311 - made-up people, nothing secret


@dataclass(slots=True)
class _Maker:
    size: int
    on: date
    domain: str
    dice: Random
    company: Company = field(default_factory=Company)
    mails: dict[str, int] = field(default_factory=dict)

    def make(self) -> Company:
        boss = self._person(1, unit="company", title="Directeur", manager="")
        self._unit("company", "Voorbeeld Groep", "", "company", boss["employee_number"], "")
        number = 2
        divisions = list(DIVISIONS)[: max(1, min(len(DIVISIONS), self.size // TEAM + 1))] if self.size > 1 else []
        heads = {}
        for key in divisions:
            if number > self.size:
                break
            head = self._person(number, unit=key, title=f"Directeur {DIVISIONS[key][0]}", manager="E1")
            heads[key] = head["employee_number"]
            self._unit(key, DIVISIONS[key][0], "company", "division", heads[key], "E1")
            number += 1
        teams: dict[str, int] = dict.fromkeys(heads, 0)
        while number <= self.size:
            key = min(teams, key=lambda each: (teams[each], each))
            teams[key] += 1
            number = self._team(key, teams[key], heads[key], number)
        return self.company

    def _team(self, division: str, count: int, above: str, number: int) -> int:
        unit = f"{division}-{count}"
        name, titles = DIVISIONS[division]
        lead = self._person(number, unit=unit, title=f"Teamleider {name}", manager=above)["employee_number"]
        last = min(self.size, number + TEAM - 1)
        self._unit(unit, f"{name} team {count}", division, "team", lead, f"E{number + 1}" if number < last else "")
        for each in range(number + 1, last + 1):
            row = self._person(each, unit=unit, title=self.dice.choice(titles), manager=lead)
            self._fate(row, each, unit)
        return last + 1

    def _fate(self, row: Row, number: int, unit: str) -> None:
        """Give some people a history or a future; numbers decide, so that every company has each kind."""
        today = self.on
        if number % 41 == 0:
            row["leaves_on"] = (today - timedelta(days=self.dice.randint(1, 200))).isoformat()
        elif number % 37 == 0:
            row["hired_on"] = row["valid_from"] = (today + timedelta(days=self.dice.randint(3, 60))).isoformat()
        elif number % 29 == 0:
            row["leaves_on"] = (today + timedelta(days=self.dice.randint(5, 90))).isoformat()
        elif number % 23 == 0:
            start = today - timedelta(days=self.dice.randint(1, 60))
            leave = {"kind": self.dice.choice(("parental", "sick", "sabbatical")), "valid_from": start.isoformat()}
            end = (start + timedelta(days=120)).isoformat()
            self.company.leaves.append({"employee_number": row["employee_number"], **leave, "valid_to": end})
        elif number % 19 == 0:
            row["kind"] = "supplier"
        elif number % 17 == 0:
            other = {**row, "assignment_id": f"J{number}b", "title": "Ondernemingsraad", "primary": "false"}
            row["fte"], other["fte"], other["unit"] = "0.8", "0.2", unit.partition("-")[0]
            self.company.people.append(other)

    def _person(self, number: int, *, unit: str, title: str, manager: str) -> Row:
        given = self.dice.choice(GIVEN)
        family, prefix = self.dice.choice(FAMILIES)
        partner = self.dice.choice(FAMILIES)[0] if number % 9 == 0 else ""
        place, country = self.dice.choice(PLACES)
        login = self._login(given, prefix, family)
        hired = (self.on - timedelta(days=self.dice.randint(30, 9000))).isoformat()
        row = dict.fromkeys(PEOPLE_COLUMNS, "") | {
            "employee_number": f"E{number}",
            "assignment_id": f"J{number}",
            "given_name": given,
            "name_prefix": prefix,
            "family_name": family,
            "partner_name": partner,
            "name_order": "own-partner" if partner else "",
            "email": f"{login}@{self.domain}",
            "username": login,
            "kind": "employee",
            "status": "active",
            "unit": unit,
            "title": title,
            "manager": manager,
            "location": place,
            "country": country,
            "cost_centre": f"{1000 + number % 40}",
            "legal_entity": "Voorbeeld B.V." if country == "NL" else f"Voorbeeld {country}",
            "fte": self.dice.choice(("1", "1", "1", "0.8", "0.6")),
            "primary": "true",
            "valid_from": hired,
            "hired_on": hired,
        }
        self.company.people.append(row)
        return row

    def _login(self, given: str, prefix: str, family: str) -> str:
        base = f"{_plain(given)}.{_plain(prefix + family)}"
        count = self.mails[base] = self.mails.get(base, 0) + 1
        return base if count == 1 else f"{base}{count}"

    def _unit(self, key: str, name: str, parent: str, kind: str, head: str, deputy: str) -> None:
        row = {"unit": key, "name": name, "parent": parent, "kind": kind, "head": head, "deputy": deputy}
        self.company.units.append({**row, "valid_from": "2001-01-01", "valid_to": ""})


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("\u0131", "i")).encode("ascii", "ignore").decode()
    return "".join(each for each in folded.lower() if each.isalnum())


def _write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def grouped(rows: list[Row]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield (employee number, first row) for each person: what a directory of sign-ins is made of."""
    seen: set[str] = set()
    for row in rows:
        if row["employee_number"] not in seen:
            seen.add(row["employee_number"])
            yield row["employee_number"], row
