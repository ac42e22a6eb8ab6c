"""How alike names are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioners.correlation.similarity import likeness

NAMES = st.text("abcdeghijkmnorstuvyz", max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jansen", "janssen"), ("meijer", "meyer"), ("meijer", "meier"), ("kuijpers", "kuipers"), ("schmidt", "smit"),
        ("thijssen", "tijssen"), ("dijkstra", "dykstra"), ("vries", "fries"), ("hendriks", "hendrix"),
        ("bouwman", "bauwman"), ("philips", "filips"), ("zwart", "swart"),
    ],
)  # fmt: skip
def test_sounds_alike(one, other):
    """Dutch spellings of one sound are alike."""
    assert likeness(one, other) > 0.95


@pytest.mark.parametrize(("one", "other"), [("bakker", "visser"), ("jansen", "hansen"), ("ali", "alberts"), ("", "a")])
def test_not_alike(one, other):
    """Other names are not, also those that differ by one letter at the beginning."""
    assert likeness(one, other) < 0.9


@given(one=NAMES, other=NAMES)
def test_the_same_both_ways(one, other):
    """Whoever is compared with whom: the same number, from nought to one; equal ones are one."""
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 1.0000001
    assert likeness(one, one) == 1
