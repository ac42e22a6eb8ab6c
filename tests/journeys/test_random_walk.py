"""Two hundred steps of draft, plan, apply, roll back, with HR and rollouts in between: the books always agree.

Each step is a real change, or an order that must be refused; which ones, a number decides. Hypothesis hands the number
in. It is fixed: what Hypothesis draws by itself depends on which modules are loaded. Another number, another walk.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from mappings.chart import OrgChart
from mappings.errors import EvaluationError, MappingError
from mappings.people import Person
from provisioners.sync.rollout.approval import SecondPersonNeeded
from sso_bridge.configuration.changing.sides import Getting, Side
from sso_bridge.configuration.changing.weighing import Weighed
from sso_bridge.configuration.document.diff import as_audit, differences
from sso_bridge.configuration.document.editing import Edit, edited
from sso_bridge.configuration.document.files import canonical, read_text
from sso_bridge.configuration.live import Live
from sso_bridge.store.administration.revisions import Revision, RevisionMoved
from tests.fakes.walk import HANDS, Walk
from tests.fakes.walk_edits import KINDS, MISTAKES, another

CHANGES = {"attribute": 12, "group": 16, "scope": 8, "release": 4, "waves": 8, "switch": 8, "platform": 4, "leaver": 8,
           "preset": 8, "guard": 4}  # fmt: skip
STEPS = {"hr": 40, "days pass": 10, "mistake": 20, "stale": 20, "go back": 30} | CHANGES
"""How often each kind of step comes in one walk: 200 in all."""
LEAST = {"applied": 120, "rolled back": 25, "refused draft": 20, "refused stale": 60, "refused alone": 50,
         "second hand": 50, "told people": 300, "told claims": 200, "account": 100, "group": 40}  # fmt: skip
"""What each walk must have done at least; a walk over nothing proves nothing."""


class Steps:
    """The steps, by name; `done` counts what happened."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.luck, self.done = walk, walk.luck, Counter[str]()

    def take(self, step: str) -> None:
        """Make one step; afterwards all books agree."""
        if step in KINDS:
            self.change(step)
        else:
            getattr(self, step.replace(" ", "_"))()
        if step != "mistake":
            self.settle()

    def change(self, kind: str) -> None:
        """An administrator changes something; a colleague agrees where it takes two."""
        document = another(kind, self.walk.desk.in_force(), self.luck)
        self.bring(self.walk.desk.propose(document, by=self.luck.choice(HANDS)).draft)

    def hr(self) -> None:
        """HR changes somebody, hires or lets go."""
        key = f"E{self.luck.randint(2, 10)}"
        self.walk.hire(key, self.walk.moved(key))

    def days_pass(self) -> None:
        """Waits of leavers end."""
        self.walk.clock.move(days=self.luck.choice([1, 3, 31]))

    def mistake(self) -> None:
        """A mistake keeps nothing."""
        walk, (place, value) = self.walk, self.luck.choice(MISTAKES)
        before, known = walk.desk.in_force(), walk.desk.revisions.drafts()

        wrong = edited(before, [Edit.at(place, value)])

        with pytest.raises(MappingError):
            walk.desk.propose(wrong, by=HANDS[0])

        assert (before, known) == (walk.desk.in_force(), walk.desk.revisions.drafts())
        self.done["refused draft"] += 1

    def stale(self) -> None:
        """Of two drafts on one revision only the first comes into force; an order for an older one is refused too."""
        desk, number = self.walk.desk, self.walk.desk.revisions.number()
        late = desk.propose(another(self.luck.choice([*KINDS]), desk.in_force(), self.luck), by=HANDS[0]).draft
        self.change(self.luck.choice([*KINDS]))
        held = desk.in_force()

        with pytest.raises(RevisionMoved):
            desk.approve(late.id, by=HANDS[1])
        with pytest.raises(RevisionMoved):
            desk.apply(late.id, by="cli:bob")
        with pytest.raises(RevisionMoved):
            desk.replace(late.document, expected=number, by="cli:bob")

        assert held == desk.in_force()
        self.done["refused stale"] += 3

    def go_back(self) -> None:
        """A rollback to any earlier revision restores its export byte for byte, and is a plan like any other."""
        draft = self.walk.earlier()
        if draft is None:
            return self.change("attribute")
        number, applied = int(draft.why.split()[3]), self.bring(draft)
        assert self.walk.exports[number] == self.walk.exported()
        assert self.walk.desk.revisions.get(number).digest == applied.digest
        self.done["rolled back"] += 1
        return None

    def bring(self, draft: Revision) -> Revision:
        """What the plan said is what the audit says, and what everybody gets from then on in every process."""
        walk, desk, old = self.walk, self.walk.desk, self.walk.other.current()
        planned, weighed = differences(desk.in_force(), draft.document), desk.weigh(draft.document)
        assert planned
        assert weighed.complete
        staff = [*walk.parts.people.all()], walk.parts.people.chart(walk.parts.days())
        was = everything(old, *staff)
        if weighed.reasons:
            self.refuse_alone(draft, weighed)
            desk.approve(draft.id, by=HANDS[1 - HANDS.index(draft.made_by)])
            self.done["second hand"] += 1
        applied = desk.apply(draft.id, by=draft.made_by, weighed=self.luck.choice([weighed, None]))
        written, kept = walk.remember()
        assert (kept, kept) == (draft.text, canonical(read_text(written)))

        told = walk.audit.one(walk.audit.newest())
        assert ("configuration.applied", draft.made_by) == (told.what, told.actor)
        assert as_audit(planned) == (json.loads(told.before), json.loads(told.after))
        told_people = {
            (one.platform, one.person): sorted((part.kind, part.name, part.before, part.after) for part in one.details)
            for one in weighed.effects.examples
        }
        assert told_people == differing(was, everything(walk.other.current(), *staff))
        self.done["applied"] += 1
        self.done["told people"] += len(told_people)
        self.done["told claims"] += sum(part[0] == "claim" for parts in told_people.values() for part in parts)
        return applied

    def refuse_alone(self, draft: Revision, weighed: Weighed) -> None:
        """Who made it brings it into force neither at once nor by an approval of their own."""
        held = self.walk.desk.in_force()
        with pytest.raises(SecondPersonNeeded):
            self.walk.desk.apply(draft.id, by=draft.made_by, weighed=weighed)
        with pytest.raises(SecondPersonNeeded):
            self.walk.desk.approve(draft.id, by=draft.made_by)
        assert held == self.walk.desk.in_force()
        self.done["refused alone"] += 1

    def settle(self) -> None:
        """Roll out: plan, audit and platforms agree, nothing is left to do, and the configuration is what it was."""
        walk, number = self.walk, self.walk.desk.revisions.number()
        books = walk.roll_out()
        books.check()
        assert not books.plan.changes or {} == walk.parts.looking()[1].counts()
        self.done.update(text.split(".")[0].removeprefix('["') for text in books.told().elements())
        live = walk.other.current()
        assert (number, walk.exports[number][1]) == (live.revision, canonical(live.document))


def everything(live: Live, people: list[Person], chart: OrgChart) -> dict[tuple[str, str], Getting]:
    """Return what everybody gets everywhere, asked one by one: what a plan is compared with."""
    side, found = Side.of(live.configuration, live.rules), {}
    for person in people:
        for name in live.configuration.platforms:
            try:
                found[name, person.key] = side.gets(name, person, chart)
            except EvaluationError:
                continue
    return found


def differing(was: dict, will: dict) -> dict:
    """Return what is another thing for whom."""
    found = {}
    for place in was.keys() | will.keys():
        sides = [_parts(side.get(place, Getting())) for side in (was, will)]
        parts = {
            (*key, sides[0].get(key), sides[1].get(key))
            for key in sides[0].keys() | sides[1].keys()
            if sides[0].get(key) != sides[1].get(key)
        }
        if parts:
            found[place] = sorted(parts)
    return found


def _parts(getting: Getting) -> dict:
    found = {("claim", name): value for name, value in (getting.claims or {}).items()}
    found |= {("attribute", name): value for name, value in (getting.attributes or {}).items()}
    found |= {("group", name): "yes" for name in getting.groups}
    found |= {("sign_in", ""): "yes"} if getting.claims is not None else {}
    return found | ({("account", ""): "yes"} if getting.attributes is not None else {})


@pytest.mark.timeout(900)
@settings(phases=[Phase.explicit], deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0))
@example(number=2026)
def test_random_walk(store, keys, tmp_path: Path, number: int) -> None:
    """PR-03, AD-08, AD-11: the plan equals the audit's difference each time, and rollback restores the export."""
    luck = Random(number)  # noqa: S311 - the walk of this number, each time
    deck = [step for step, count in STEPS.items() for _ in range(count)]
    luck.shuffle(deck)
    walk = Walk(store, keys, tmp_path, luck)
    steps = Steps(walk)
    try:
        for step in deck:
            steps.take(step)
    finally:
        walk.close()

    assert (200, KINDS.keys()) == (len(deck), CHANGES.keys())
    assert {} == {kind: steps.done[kind] for kind, least in LEAST.items() if steps.done[kind] < least}
    assert walk.parts.checkpoints.verify().sound
