"""CPU of one evaluation beside its floor (the same rule as a Python function), and of whole outcomes.

Run: python -m benchmarks.expressions [PEOPLE]. Rule and floor are measured in turn within each round; the goal is
15 microseconds for one evaluation, and a plan of 100,000 people on five platforms needs an outcome below 100.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from mappings.expression import Language
from mappings.facts import OWN_TO_ONE, TYPES, VARIABLES, FactSource
from mappings.rules import compile_rules
from tests.fakes.org import company, someone

ROUNDS = 7
REPEAT = 5_000
RULES: dict[str, tuple[str, Callable[[dict], object]]] = {
    "a fact": ("person.displayName", lambda facts: facts["person"]["displayName"]),
    "a function": ("person.email.lowerAscii()", lambda facts: facts["person"]["email"].lower()),
    "a membership": (
        "'sales' in person.unitPath && primary.location.country == 'NL'",
        lambda facts: "sales" in facts["person"]["unitPath"] and facts["primary"]["location"]["country"] == "NL",
    ),
    "a loop": (
        "assignments.exists(a, a.unit == 'sales')",
        lambda facts: any(a["unit"] == "sales" for a in facts["assignments"]),
    ),
    "a unit": ("unit('sales').head", lambda facts: facts["unit"]["head"]),
}
ATTRIBUTES = {
    "userName": "person.email.lowerAscii()", "displayName": "person.displayName", "title": "primary.title",
    "name.givenName": "person.callName", "name.familyName": "person.surname", "department": "unit.name",
}  # fmt: skip
GROUPS = {
    "sales-nl": {"on": ["p0", "p1"], "members": "'sales' in person.unitPath && primary.country == 'NL'"},
    "units": {"on": ["p0", "p1"], "each": "unit", "depth": 3, "members": "unit.key in person.unitPath"},
    "lines": {"on": ["p0"], "each": "manager", "members": "manager.id in person.managers"},
}


def cpu_us(act: Callable[[], object], repeat: int = REPEAT) -> float:
    """Return the CPU of one call in microseconds."""
    before = time.process_time()
    for _ in range(repeat):
        act()
    return (time.process_time() - before) * 1e6 / repeat


def expressions() -> None:
    """Print each rule beside its floor, with nothing remembered."""
    language = Language(TYPES, VARIABLES, OWN_TO_ONE)
    source = FactSource(company())
    facts = source.facts(someone(5, title="Seller", country="NL"))
    bound = language.bind(facts, source.unit)
    print(f"{'rule':14} {'floor us':>9} {'ours us':>9}")
    for name, (text, floor) in RULES.items():
        program = language.compile(text, name, "text", "flag")
        program.remembers = False
        rounds = [(cpu_us(lambda: floor(facts)), cpu_us(lambda: program.run(bound))) for _ in range(ROUNDS)]  # noqa: B023
        base, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:14} {base:9.2f} {ours:9.2f}")


def outcomes(people: int) -> None:
    """Print the cost of whole outcomes, facts included."""
    platforms = {f"p{at}": {"mapping": "m"} for at in range(5)}
    mapping = {"attributes": ATTRIBUTES, "release": ["email", "name", "groups"]}
    rules = compile_rules({"platforms": platforms, "mappings": {"m": mapping}, "groups": GROUPS})
    chart = company()
    everyone = [someone(at, title="Seller", country="NL") for at in range(10, 10 + people)]
    before = time.process_time()
    for person in everyone:
        for platform in platforms:
            rules.outcome(platform, person, chart)
    spent = time.process_time() - before
    each = spent * 1e6 / people / len(platforms)
    print(f"{people} people x {len(platforms)} platforms: {spent:.2f} s CPU, {each:.1f} us per outcome")


if __name__ == "__main__":
    expressions()
    outcomes(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
