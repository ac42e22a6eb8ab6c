"""Oddities are found once for a state of the organisation and a day, and kept for whoever asks."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.hr.intake import Intake
from sso_bridge.store.staff.oddities import Oddities

PEOPLE = (
    "employee_number,given_name,email,manager,valid_to\n"
    "E1,Ada,ada@example.org,E2,\nE2,Bob,bob@example.org,E1,\nE3,Cor,ADA@example.org,E9,\n"
)
UNITS = "unit,name,parent,head\nu1,One,,E1\nu2,Two,u9,E2\nu3,Three,u1,\n"


@pytest.fixture
def odd(store, clock, audit):
    """A small company in which much is odd; returns what finds it."""
    intake = Intake(store, clock, audit)

    def take(*texts: str, complete: bool = True):
        files = [Upload(f"{at}.csv", io.BytesIO(text.encode())) for at, text in enumerate(texts)]
        return intake.take(files, Source("hr"), complete=complete, actor="cli")

    made = Oddities(store, clock, lambda: clock().date())
    made.take = take
    return made


def test_an_import_tells_them(odd):
    """The report of a complete import says how many there are; they stop nothing."""
    record = odd.take(PEOPLE, UNITS)

    assert ("taken", 6) == (record.state, record.counts["oddities"])
    assert {
        ("manager_loop", "E1"), ("manager_loop", "E2"), ("manager_not_here", "E3"), ("mail_shared", "E3"),
        ("unit_orphan", "u2"), ("unit_without_head", "u3"),
    } == {(one.what, one.who) for _, one in odd.page(100)}  # fmt: skip
    assert 2 == odd.kinds()["manager_loop"]


def test_pages(odd):
    """They come in pages, all or of one kind."""
    odd.take(PEOPLE, UNITS)
    first = odd.page(4)

    assert (4, 2) == (len(first), len(odd.page(4, first[-1][0])))
    assert ["E1", "E2"] == [one.who for _, one in odd.page(9, what="manager_loop")]


def test_found_once(odd, clock):
    """Looking again finds nothing new until the organisation or the day changes."""
    assert odd.last() is None
    odd.take(PEOPLE, UNITS)
    first = odd.look()
    clock.move(minutes=5)

    assert first.at == odd.look().at
    clock.move(days=1)
    assert not odd.is_fresh(first)
    assert first.on + timedelta(days=1) == odd.look().on


def test_a_delta_leaves_them(odd):
    """A single event does not walk the whole chart; the last look is said to be of before, until the next one."""
    odd.take(PEOPLE, UNITS)
    record = odd.take("employee_number,given_name,email,manager\nE3,Cor,cor@example.org,E2\n", complete=False)

    assert "oddities" not in record.counts
    assert not odd.is_fresh(odd.last())
    assert 4 == odd.look().count
