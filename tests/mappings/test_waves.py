"""Waves: who comes when."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.errors import MappingError
from mappings.rules import compile_rules
from mappings.waves import SHARES, share_of
from tests.fakes.org import ANN, BOSS, EVE, company

STEPS = [
    {"name": "pilot", "people": ["E1"]},
    {"name": "north", "units": ["sales-north"]},
    {"name": "dutch", "when": "primary.country == 'NL'", "units": ["root"]},
]


def rules_of(opened=None, steps=STEPS, **waves):
    """Return rules of one platform with waves."""
    platform = {"mapping": "m", "waves": {"open": opened, "steps": steps, **waves}}
    mapping = {"attributes": {"x": "person.email"}, "release": ["email"], "for": "person.kind != 'robot'"}
    return compile_rules({"platforms": {"chat": platform}, "mappings": {"m": mapping}})


def told(rules, person):
    """Return wave and scope of somebody."""
    outcome = rules.outcome("chat", person, company())
    return outcome.wave, outcome.in_scope


@pytest.mark.parametrize(("opened", "here"), [(None, 0), ("pilot", 1), ("north", 2), ("dutch", 3)])
def test_up_to_the_open_wave(opened, here):
    """The named wave and all before it are open; named people, people of a unit, people who meet an expression."""
    rules = rules_of(opened)

    expected = [("pilot", here > 0), ("north", here > 1), ("dutch", here > 2)]
    assert expected == [told(rules, person) for person in (BOSS, EVE, ANN)]


def test_waiting():
    """Who waits is not in scope, and is told which wave opens the door; nothing is released."""
    outcome = rules_of("pilot").outcome("chat", EVE, company())

    assert "waits for the wave north of platforms.chat.waves; an account that is there is kept" == outcome.reason
    assert (True, {}, {"x": "E3@Example.org"}) == (outcome.waits, outcome.claims, outcome.attributes)


def test_in_no_wave():
    """Who is in no wave stays outside, whatever is open."""
    outcome = rules_of("north", STEPS[:2], shrink="leave").outcome("chat", ANN, company())

    assert ("is in no wave of platforms.chat.waves", "") == (outcome.reason, outcome.wave)


def test_admitted():
    """Somebody who has an account already keeps the way in, with the claims of everybody."""
    rules = rules_of("pilot")
    admitted = rules.admitted(rules.outcome("chat", EVE, company()), EVE, company())

    assert (True, {"email": "E3@Example.org"}) == (admitted.in_scope, admitted.claims)


def test_explicitly_left():
    """`shrink: leave` lets nobody stay: who waits is outside like anybody else, without values."""
    outcome = rules_of("pilot", shrink="leave").outcome("chat", EVE, company())

    assert (False, False, {}) == (outcome.in_scope, outcome.waits, outcome.attributes)


def test_outside_the_mapping():
    """Who is outside `for` is in no wave."""
    rules = rules_of("dutch")
    outcome = rules.outcome("chat", replace(EVE, kind="robot"), company())

    assert ("", "outside mappings.m.for") == (outcome.wave, outcome.reason)


def test_number_of_the_wave():
    """The number of a wave is told without making any value; who is not meant to be there has none."""
    rules = rules_of("pilot")
    people = (BOSS, EVE, ANN, replace(EVE, kind="robot"), replace(EVE, status="left"))

    assert [1, 2, 3, None, None] == [rules.wave("chat", person, company()) for person in people]
    assert ["pilot", "north", "dutch"] == [step.name for step in rules.waves("chat").steps]
    plain = compile_rules({"platforms": {"chat": {"mapping": "m"}}, "mappings": {"m": {}}})
    assert (None, None) == (plain.waves("chat"), plain.wave("chat", BOSS, company()))


def test_another_plan():
    """Opening a wave changes the fingerprint of the rules: everything is looked at again."""
    assert rules_of("pilot").fingerprint("chat") != rules_of("north").fingerprint("chat")


@given(st.uuids(), st.floats(0.001, 100), st.floats(0.001, 100))
def test_shares_grow(uuid: UUID, one, other):
    """Whoever is among the first few percent is among the first many percent, of the same salt."""
    smaller, larger = sorted((one, other))
    share = share_of(str(uuid), "chat")

    assert share >= smaller / 100 * SHARES or share < larger / 100 * SHARES
    assert 0 <= share < SHARES


def test_shares_are_fair():
    """A tenth is a tenth, and another salt takes others."""
    uuids = [f"person-{at}" for at in range(20_000)]
    first, second = ({uuid for uuid in uuids if share_of(uuid, salt) < SHARES / 10} for salt in ("chat", "wiki"))

    assert len(uuids) * 0.09 < len(first) < len(uuids) * 0.11
    assert len(first & second) < len(first) / 5


def test_percentages_in_waves():
    """Everybody of 10 % is in the first wave, everybody of 100 % in one of both; named people besides."""
    steps = [{"name": "tenth", "percent": 10, "people": ["E1"]}, {"name": "all", "percent": 100}]
    rules = rules_of("tenth", steps)

    waves = {told(rules, person)[0] for person in (BOSS, ANN, EVE)}
    assert ("tenth", True) == told(rules, BOSS)
    assert waves <= {"tenth", "all"}


@pytest.mark.parametrize(
    ("waves", "place", "message"),
    [
        ({"steps": []}, "steps", "must be a list of waves"),
        ({"steps": "x"}, "steps", "must be a list of waves"),
        ({"steps": [7]}, "steps[0]", "must be a mapping"),
        ({"steps": [{"name": "a"}]}, "steps[0]", "takes nobody"),
        ({"steps": [{"people": [], "units": []}]}, "steps[0].name", "must be a text"),
        ({"steps": [{"name": "a", "percent": 101}]}, "steps[0].percent", "at most 100"),
        ({"steps": [{"name": "a", "percent": True}]}, "steps[0].percent", "at most 100"),
        ({"steps": [{"name": "a", "percent": float("nan")}]}, "steps[0].percent", "at most 100"),
        ({"steps": [{"name": "a", "percent": 0}]}, "steps[0].percent", "at most 100"),
        ({"steps": [{"name": "a", "when": "1"}]}, "steps[0].when", "where flag is needed"),
        ({"steps": [{"name": "a", "people": "E1"}]}, "steps[0].people", "list of texts"),
        ({"steps": [{"name": "a", "percent": 1}, {"name": "a", "percent": 2}]}, "steps[1].name", "comes twice"),
        ({"opened": "nothing"}, "open", "unknown wave nothing"),
        ({"salt": ""}, "salt", "must be a text"),
        ({"shrink": "quickly"}, "shrink", "must be keep or leave"),
        ({"extra": 1}, "extra", "unknown key"),
    ],
)
def test_refused(waves, place, message):
    """Waves that can mean nothing are refused at save, with the place."""
    with pytest.raises(MappingError) as caught:
        rules_of(**waves)

    problems = {(each.path, message in each.message) for each in caught.value.problems}
    assert (f"platforms.chat.waves.{place}", True) in problems
