"""Whom a change concerns: who was touched, who works below them, and who owns groups instead of them.

Everything that rules say of somebody follows from the own facts, from those of the managers above, and from the units.
So a change of one person concerns that person and those below; others only by the groups that somebody leads, and by
references to an account that comes or goes. What cannot be told by that raises Beyond: then everybody is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.facts import primary_of
from mappings.people import Unit
from mappings.rules import Rules
from provisioners.ports import OURS
from provisioners.sync.derive.wanted import evaluated
from provisioners.sync.plan.diff import Target
from provisioners.sync.plan.focus import Beyond, Focus
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.reporting import Reporting
from sso_bridge.store.staff.touched import MOST, Touched, roots
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.shadows import StoredShadows

OF_MANAGERS = ("primary.manager", "person.managers")
"""What a mapping may read, beside facts of `manager`, to name the manager of an account among those above."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Finds them in the staff register and in what is known of the platforms."""

    people: People
    nearby: StoredNearby
    shadows: StoredShadows
    reporting: Reporting

    def by(self, touched: Touched, rules: Rules, targets: Collection[Target], day: Day) -> Focus:
        """Return whom a plan that follows this change is about; Beyond when nobody can tell, or they are too many."""
        chart, whole = self.people.chart(day), roots(self.people.store, touched.people)
        ids = {whole.get(one, one) for one in touched.people}
        seen = {whole.get(one, one) for one in touched.seen} | {whole[one] for one in touched.people if one in whole}
        seen |= self._coming_or_going(ids, rules, targets, chart)
        line = self._below(seen)
        seen |= self._coming_or_going(line - seen, rules, targets, chart)
        leading = self._instead(seen, chart)
        everybody = frozenset(ids | line | leading)
        if len(everybody) > MOST:
            raise Beyond(f"more than {MOST} people are concerned")
        return Focus(everybody, frozenset(seen), line=line - seen, follows=True)

    def _below(self, ids: Collection[int]) -> frozenset[int]:
        found = self.reporting.below(ids, MOST)
        if found is None:
            raise Beyond(f"more than {MOST} people work below somebody of whom they may see a change")
        return found

    def _coming_or_going(
        self, ids: Collection[int], rules: Rules, targets: Iterable[Target], chart: OrgChart
    ) -> set[int]:
        """Return those who begin or cease to have an account somewhere: others may refer to it, and they may own."""
        known, found = self.people.some(ids), set[int]()
        for target in targets:
            shadows = self.shadows.some(target.name, known)
            moved = set[int]()
            for id_, person in known.items():
                wanted, shadow = evaluated(rules, target.name, target.descriptor, person, chart), shadows.get(id_)
                has = shadow is not None and shadow.state == "active" and shadow.management in OURS
                ours = shadow is None or shadow.management in OURS
                will = has if wanted.doubt else wanted.in_scope and ours and (has or not wanted.waits)
                if will != has:
                    moved.add(id_)
            if moved and not _refers_upwards(rules, target):
                raise Beyond(f"accounts on {target.name} may refer to anybody")
            found |= moved
        return found

    def _instead(self, ids: Collection[int], chart: OrgChart) -> set[int]:
        """Return who may own groups instead of these people: above and below in the units they lead, and a manager."""
        keys = set[str]()
        for person in self.people.some(ids).values():
            job = primary_of(person, chart.days)
            keys.add(job.manager if job else "")
            led = set(self.nearby.led_by(person.key))
            if led and len(led | set(self.nearby.below(led))) > MOST:
                raise Beyond(f"somebody leads more than {MOST} units")
            for key in led | set(self.nearby.below(led)):
                for unit in _upwards(chart, key):
                    keys |= {unit.head, unit.deputy}
        found = (chart.person(key) for key in sorted(keys - {""}))
        return {one.id for one in found if one is not None}


def _upwards(chart: OrgChart, key: str) -> Iterator[Unit]:
    walked = set[str]()
    while key and key not in walked:
        walked.add(key)
        unit = chart.unit(key)
        if unit is None:
            return
        yield unit
        key = unit.parent


def _refers_upwards(rules: Rules, target: Target) -> bool:
    """Return whether accounts there name a manager only among those above."""
    if target.descriptor.attributes and "manager" not in target.descriptor.attributes:
        return True
    mapping = rules.behind(target.name).mapping
    reads = {read for rule in mapping.attributes if rule.name == "manager" for read in rule.program.reads}
    named = any(rule.name == "manager" for rule in mapping.attributes)
    told = all(read.startswith("manager.") or read in OF_MANAGERS for read in reads)
    return told and (bool(reads) or not named)
