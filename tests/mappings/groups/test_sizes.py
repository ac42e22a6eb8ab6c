"""Large numbers: a person in hundreds of groups, and one answer for many people."""

from __future__ import annotations

from collections import Counter

from mappings.people import Assignment, Unit
from mappings.rules import compile_rules
from tests.fakes.group_rules import rules_of
from tests.fakes.org import FakeChart, company, someone

MANY = 600


def test_six_hundred_lists():
    """Somebody on 600 lists is in 600 groups; for somebody on none, no rule is asked."""
    groups = {f"g{at}": {"on": ["chat"], "members": ["E2"]} for at in range(MANY)}
    document = {"platforms": {"chat": {"mapping": "m"}}, "mappings": {"m": {}}, "groups": groups}
    rules = compile_rules(document)

    assert MANY == len(rules.outcome("chat", someone(2), company()).groups)
    assert () == rules.outcome("chat", someone(3), company()).groups


def test_six_hundred_places():
    """Somebody with many jobs is in the groups of as many units as rules see, and of all units around them."""
    units = [Unit("root"), *(Unit(f"u{at}", parent="root") for at in range(MANY))]
    jobs = tuple(Assignment(f"a{at}", f"u{at}") for at in range(MANY))
    person = someone(5, assignments=jobs)

    assert 65 == len(rules_of(each="unit").outcome("chat", person, FakeChart((person,), units)).groups)


def test_asked_once_for_alike_people():
    """People of one unit get the very same answer: `when` is asked once for each unit, not for each person."""
    rules = rules_of(each="unit", when="unit.kind != 'x'", nested=True)
    chart = FakeChart((), [Unit("root"), Unit("sales", parent="root")])
    (rule,) = rules.behind("chat").groups.rules
    asked = Counter()
    run = rule.when.run
    rule.when.run = lambda bound: asked.update([bound.value("group.of")]) or run(bound)

    answers = {id(rules.outcome("chat", someone(at, "sales"), chart).groups[0]) for at in range(1, 200)}

    assert {"root": 1, "sales": 1} == asked
    assert 1 == len(answers)
