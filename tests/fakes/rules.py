"""Rules written in Python: everybody who works here is in, with the groups of all units worked in."""

from __future__ import annotations

from mappings.desired import GroupKey, Outcome
from mappings.employment import active_on
from mappings.errors import EvaluationError
from mappings.facts import primary_of
from mappings.groups.closing import Closing
from mappings.manner import STRICT
from mappings.rules import GroupClosed, GroupFacts, LeaverPolicy, LeaverStep

STEPS = (LeaverStep(0, "suspend"), LeaverStep(30, "delete"))


class FakeRules:
    """Like `mappings.rules.Rules`; `asked` counts who was evaluated, `broken` are people without a value."""

    def __init__(self, *, steps=STEPS, version="1"):
        self.steps = tuple(steps)
        self.version = version
        self.broken: set[str] = set()
        self.extra: dict[str, str] = {}
        self.manners = STRICT
        self.candidates = lambda _person: {}
        self.asked = 0
        self.gone: set[str] = set()
        self.ends = Closing()
        self.nested = False
        self.elsewhere: set[str] = set()

    @property
    def platforms(self):
        return ("chat",)

    def account(self, platform, person, chart):
        self.asked += 1
        if person.key in self.broken:
            raise EvaluationError("primary.title: no such value")
        if not active_on(person, chart.on):
            return Outcome(platform, in_scope=False, reason="does not work here on this day")
        job = primary_of(person, chart.on)
        attributes = {"userName": person.email, "displayName": f"{person.given_name} {person.family_name}".strip()}
        attributes |= {"title": job.title if job else "", "manager": job.manager if job else "", **self.extra}
        groups = tuple(
            GroupKey("units", each.unit) for each in person.assignments if each.unit and each.holds_on(chart.on)
        )
        options = self.candidates(person)
        attributes |= {name: texts[0] for name, texts in options.items()}
        reason = "works here"
        return Outcome(platform, in_scope=True, reason=reason, attributes=attributes, groups=groups, candidates=options)

    def outcome(self, platform, person, chart):
        return self.account(platform, person, chart)

    def near(self, platform, person, led):
        return [GroupKey("units", unit) for unit in led]

    def nests(self, platform, key):
        return self.nested

    def owns_elsewhere(self, platform, person, *, leads):
        return person in self.elsewhere

    def group(self, platform, key, chart, fits=lambda _person: True):
        unit = chart.unit(key.of)
        if unit is None and key.of in self.gone:
            raise GroupClosed(f"there is no unit behind the group {key}")
        head = unit.head if unit else ""
        return GroupFacts(unit.name if unit else key.of, (head,) if head and fits(head) else (), asked=bool(head))

    def direct(self, platform, groups, chart):
        return groups

    def parent(self, platform, key, chart):
        return None

    def closing(self, platform, key):
        return self.ends

    def marks(self, platform, day):
        return {}

    def manner(self, platform):
        return self.manners

    def leaver(self, platform):
        return LeaverPolicy(self.steps)

    def fingerprint(self, platform):
        return f"{self.version}{sorted(self.extra.items())}{self.manners}"
