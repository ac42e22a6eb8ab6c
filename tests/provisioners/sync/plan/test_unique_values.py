"""Values that nobody shares, when a plan is made: one case, one plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.manner import Manner
from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow
from provisioners.sync.plan.ownership import Taken
from tests.fakes.org import ANN, BOSS
from tests.fakes.planning import CHAT, Kept, Look

OPTIONS = {"userName": ("smit", "smit2", "smit3")}
EVA = replace(ANN, id=3, uuid="u-3", key="E3")


def look(*accounts, options=OPTIONS, manner=None, **more):
    """Return a look at a platform on which everybody would be called the same."""
    made = Look(accounts=accounts, **more)
    made.rules.candidates = lambda _: options
    made.rules.manners = manner or Manner(unique=frozenset(options))
    return made


def has(person, name, state="active"):
    """Return the account of somebody who is called this."""
    values = {"userName": name, "displayName": f"{person.given_name} {person.family_name}"}
    values |= {"title": person.assignments[0].title} if person.assignments[0].title else {}
    return AccountShadow(
        "chat", person.id, f"r{person.id}", state, "managed", person.uuid, of_account(state, values), values
    )


def names(plan):
    return {change.person_id: change.after["userName"] for change in plan.changes if change.kind == "account_create"}


def test_two_at_once():
    """Of two who join in one plan each gets a name, the same ones in every plan."""
    plan = look().at(BOSS, ANN, EVA)

    assert {1: "smit", 2: "smit2", 3: "smit3"} == names(plan)
    assert names(plan) == names(look().at(BOSS, ANN, EVA))
    assert {("userName",)} == {change.unique for change in plan.changes if change.kind == "account_create"}


def test_given_before():
    """A name that was ever given to somebody is not given to another one; who had it gets it back."""
    made = look()
    made.shadows.owned = {"smit": 99, "smit2": 2}

    assert {1: "smit3", 2: "smit2"} == names(made.at(BOSS, ANN))


def test_stays():
    """Who has one of the candidates keeps it, though a better one is free; nothing is planned for that."""
    made = look(has(ANN, "smit3"))
    made.kept = Kept()

    assert () == made.at(ANN).changes
    assert () == made.at(ANN).changes


def test_renamed():
    """Who has a name that is no candidate any more gets the first free one."""
    made = look(has(ANN, "jansen"))
    made.shadows.owned = {"smit": 99}

    (change,) = made.at(ANN).changes

    assert ("account_update", "smit2", ("userName",)) == (change.kind, change.after["userName"], change.unique)


def test_weak_stays():
    """A weak name is chosen once, when the account is made."""
    manner = Manner({"userName": "weak"}, unique=frozenset({"userName"}))

    assert () == look(has(ANN, "jansen"), manner=manner).at(ANN).changes


@pytest.mark.parametrize("other", [has(BOSS, "smit"), AccountShadow("chat", 0, "bot", attributes={"userName": "SMIT"})])
def test_taken_on_the_platform(other):
    """A name that an account there has, ours or not, is not given to another one, however it is written."""
    assert {2: "smit2"} == names(look(other).at(BOSS, ANN) if other.person_id else look(other).at(ANN))


def test_none_left():
    """When all candidates are taken nobody gets an account, and somebody is told which they were."""
    made = look()
    made.shadows.owned = dict.fromkeys(OPTIONS["userName"], 99)

    plan = made.at(ANN)

    assert not plan.changes
    assert ["every candidate for userName is or was somebody else's: smit, smit2, smit3"] == [
        each.detail for each in plan.findings
    ]


def test_platform_without_it():
    """A platform that does not know the attribute is not asked to keep it apart; capitals are as it keeps them."""
    plain = look(options={"nickName": ("A",)}).at(BOSS)
    lowered = look(
        options={"userName": ("Smit", "SMIT", "Smit2")}, descriptor=replace(CHAT, lowered=frozenset({"userName"}))
    )
    lowered.shadows.owned = {"smit": 99}

    assert [()] == [change.unique for change in plain.changes]
    assert {1: "smit2"} == names(lowered.at(BOSS))


def test_any_attribute():
    """Attributes that are no name of an account are kept apart too."""
    taken = Taken(owners={("badge", "7"): 1})

    assert ["7", "8", "9", ""] == [taken.choose(one, "badge", ["7", "8", "9"], "") for one in (1, 2, 3, 4)]
    assert "8" == taken.choose(4, "badge", ["7", "8"], "8")
