"""Rules, scores, verdicts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.people import Person
from provisioners.correlation.aspects import OF_PEOPLE, STRONG, WEAK, of_account, of_person
from provisioners.correlation.rules import MOST_KEYS, Correlation, Rule
from provisioners.ports import AccountShadow

BORN = date(1984, 5, 30)
RULES = Correlation(
    people=(
        Rule("knows the number", ("other_number", "birth_date"), 100),
        Rule("born and called alike", ("birth_date", "initial"), 80, {"surname": 0.9}),
        Rule("same address", ("mail",), 70, unless_differs=("birth_date",)),
    ),
    accounts=(Rule("same address there", ("mail",), 70, on=("forum",)), Rule("has our number", ("number",), 100)),
)


def person(number="E1", **more):
    return Person(1, "u", "payroll", number, **{"given_name": "Ann", "family_name": "Jansen", **more})


def weigh(one, other, rules=RULES):
    return rules.weigh_people(of_person(one), of_person(other))


def test_certain():
    """One source names the other's number, and the birth date agrees: certain."""
    found = weigh(person("C7", other_number="E1", birth_date=BORN), person(birth_date=BORN))

    assert ("certain", 100, True) == (found.verdict, found.score, found.strong)
    assert ("knows the number", "born and called alike") == found.rules


def test_first_rule_counts():
    """The first rule that holds gives the score; the others are told beside it."""
    one, other = (person(key, birth_date=BORN, email="a@example.org") for key in ("C7", "E1"))
    found = weigh(one, other)

    assert ("review", 80) == (found.verdict, found.score)
    assert ("born and called alike", "same address") == found.rules


def test_alike():
    """Names only need to be alike where the keys agree."""
    assert "review" == weigh(person("C7", birth_date=BORN, family_name="Janssen"), person(birth_date=BORN)).verdict
    assert "no" == weigh(person("C7", birth_date=BORN, family_name="Bakker"), person(birth_date=BORN)).verdict


def test_what_speaks_against_it():
    """Two stated birth dates that differ undo the address: a family may share one."""
    born = {"email": "home@example.org", "birth_date": BORN}

    assert "no" == weigh(person("C7", email="home@example.org", birth_date=date(2004, 1, 1)), person(**born)).verdict
    assert "review" == weigh(person("C7", email="home@example.org"), person(**born)).verdict


def test_same_number_by_chance():
    """Two systems that both count from 1 do not name each other's numbers by that."""
    rules = Correlation((Rule("knows the number", ("other_number",), 100),))

    assert "no" == weigh(person("1"), person("1"), rules).verdict
    assert "certain" == weigh(person("2", other_number="1"), person("1"), rules).verdict
    assert "certain" == weigh(person("2", other_number="x"), person("1", other_number="x"), rules).verdict


@given(equal=st.lists(st.sampled_from(sorted(WEAK)), min_size=1, unique=True))
def test_names_and_addresses_are_never_certain(equal):
    """Whatever score a rule has that compares names and addresses alone, and however much is equal: review (PR-08)."""
    one = person("C7", email="a@example.org", username="ann")
    rules = Correlation((Rule("all of it", tuple(equal), 100),), certain=1, review=1)

    assert "review" == weigh(one, person(email="a@example.org", username="ann"), rules).verdict


def test_nothing_without_a_rule():
    """Without a rule nothing is ever the same, however equal it is (PR-08)."""
    same = {"email": "a@example.org", "username": "ann", "birth_date": BORN, "other_number": "x"}

    assert "no" == weigh(person("E1", **same), person("E1", **same), Correlation()).verdict
    assert "no" == Correlation().weigh_account("forum", of_person(person(**same)), of_person(person(**same))).verdict


def test_accounts_are_never_certain():
    """Whose account it is takes somebody who says so, whatever the score; a rule holds where it is for (PR-08)."""
    shadow = AccountShadow("forum", 0, "r1", external_id="E1", attributes={"email": "a@example.org"})
    ann, account = of_person(person(email="a@example.org")), of_account(shadow)

    assert ("review", 70) == (RULES.weigh_account("forum", account, ann).verdict, 70)
    assert ("has our number",) == RULES.weigh_account("chat", account, ann).rules
    assert "review" == RULES.weigh_account("chat", account, ann).verdict


@given(
    equal=st.lists(st.sampled_from(OF_PEOPLE), min_size=1, max_size=3, unique=True),
    names=st.lists(st.sampled_from(["Ann", "Bo", "Jan Piet"]), min_size=2, max_size=2),
    other=st.sampled_from(["", "E1", "C7"]),
)
def test_found_by_key(equal, names, other):
    """Whoever a rule holds for has a key in common: the index finds every pair that comparing all would find."""
    rule = Rule("r", tuple(equal), 100)
    one = of_person(person("C7", given_name=names[0], other_number=other, birth_date=BORN, email="a@b.nl"))
    two = of_person(person("E1", given_name=names[1], birth_date=BORN, email="a@b.nl"))

    if rule.holds(one, two):
        assert rule.keys(one) & rule.keys(two)


def test_keys():
    """Nobody has more than a few keys for a rule, and none without stating all of it."""
    names = " ".join("abcdefghij")
    many = {"given_name": of_person(person(given_name=names))["given_name"] | {str(i) for i in range(MOST_KEYS)}}

    assert not Rule("r", ("given_name", "mail"), 1).keys(of_person(person()))
    assert not Rule("r", ("given_name",), 1).keys(many)
    assert len(Rule("r", ("mail", "surname"), 1).keys(of_person(person(email="a@b.nl", partner_name="Bos")))) == 2


@pytest.mark.parametrize("strong", sorted(STRONG))
def test_strong(strong):
    """With more than names and addresses a rule may make it certain."""
    assert Rule("r", (strong, "surname"), 100).is_strong


def test_digest():
    """Any change of a rule or a limit is another set of rules."""
    others = [
        Correlation(RULES.people, RULES.accounts, 96),
        Correlation(RULES.people[:2], RULES.accounts),
        Correlation(),
    ]

    assert 4 == len({RULES.digest, *(each.digest for each in others)})
    assert len(list(RULES.keys(of_person(person(birth_date=BORN, email="a@b.nl"))))) == 4
