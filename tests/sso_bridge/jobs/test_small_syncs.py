"""What HR says of a few people is planned and carried out for whoever it concerns, as a plan for everybody would."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.fakes.events import Company

PEOPLE = [f"E{number}" for number in range(1, 11)]
VALUES = {
    "family_name": ["Smit", "Jansen"], "unit": ["root", "sales", "shop", "tech"], "title": ["Seller", "Head"],
    "manager": ["", "E1", "E2", "E3", "E5", "E9"], "country": ["NL", "BE"], "leaves_on": ["", "2026-10-30"],
}  # fmt: skip
CHANGES = [(key, name, value) for key in PEOPLE for name in VALUES for value in VALUES[name]]
"""Who becomes what; E9 and E10 are not there in the beginning."""


@pytest.fixture
def company(store, clock, keys, tmp_path):
    """Eight people on two platforms, all in step."""
    return Company(store, clock, keys, tmp_path)


def few(company):
    """Do what waits; the plans that were made for a few."""
    made = len(company.plans())
    company.work()
    return [scope["people"] for scope in company.plans()[made:] if "people" in scope]


def test_in_step(company):
    """In the beginning there is nothing to do."""
    assert not company.whole()
    assert company.account("E6").attributes["title"] == "Seller"


def test_one_change(company):
    """A title changes: a plan for one person, and everything is as a plan for everybody would have it."""
    company.change("E6", title="Head")

    assert ["1"] == few(company)
    assert company.account("E6").attributes["title"] == "Head"
    assert not company.whole()


def test_no_other_is_missed(company):
    """Whatever HR says of whom, one after the other or together: afterwards a plan for everybody has nothing to do."""
    told = Counter()

    @settings(deadline=None, phases=[Phase.explicit])
    @given(st.integers())
    @example(1)
    @example(2)
    def goes_on(number):
        luck = Random(number)  # noqa: S311 - no secret
        for _ in range(25):
            together, steps = luck.random() < 0.5, [luck.choice(CHANGES) for _ in range(luck.randint(1, 4))]
            for key, name, value in steps:
                company.change(key, **{name: value})
                for result in () if together else company.work():
                    told["everybody" if "everybody" in result else "few"] += 1
            company.work()
            assert not company.whole(), steps

    goes_on()

    assert told["few"] > told["everybody"] > 0, told
