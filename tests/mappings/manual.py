"""The tables of docs/mappings.md that are made from the code, and the person their examples are about."""

from __future__ import annotations

import sys

from mappings.examples import NoChart, facts_of
from mappings.expression import Language
from mappings.facts import OWN_TO_ONE, TYPES, VARIABLES, FactSource
from mappings.functions import OWN

TABLES = {"country": {"NL": "Netherlands"}}
LANGUAGE = Language(TYPES, VARIABLES, OWN_TO_ONE, TABLES)
ANNA = {
    "person": {
        "givenName": "Anna-Marie", "familyName": "Łuk", "email": "A.Luk@corp.example", "username": "anna luk",
        "employeeNumber": "4711", "hiredOn": "2026-03-01", "leavesOn": "2026-06-30", "unitPath": ["root", "sales"],
    },
    "primary": {"title": "HEAD O'NEIL-TEAM", "country": "nl", "location": {"name": "Köln", "country": "NL"}},
    "unit": {"name": " Sales & Marketing ", "key": "sales"},
}  # fmt: skip
"""Anna-Marie Łuk of the manual."""


def given(source, person=ANNA, kinds=("text", "texts", "flag", "whole")):
    """Return what an expression gives for her."""
    facts = FactSource(NoChart())
    return LANGUAGE.compile(source, "x", *kinds).run(LANGUAGE.bind(facts_of(person, facts), facts.unit))


def shown(value):
    """Return a value as the manual writes it."""
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else value


def functions():
    """Return the lines of the table of functions."""
    for own in OWN:
        said = " ".join((own.does.__doc__ or "").split()).removeprefix("Return ").rstrip(".")
        yield f"| `{own.name}` | `{own.example}` | `{own.gives}` | {said} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(functions()) + "\n")
