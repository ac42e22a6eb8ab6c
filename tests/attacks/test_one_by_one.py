"""Whoever can speak for HR sends what no plan would be allowed to do, one person at a time."""

from __future__ import annotations

import pytest

from tests.fakes.events import FREE, Company


def guarded(store, clock, keys, folder, **guards):
    return Company(store, clock, keys, folder, guards={"default": FREE | guards})


def active(company):
    return [key for key in company.rows if company.account(key).active]


def test_leavers_one_by_one(store, clock, keys, tmp_path):
    """Six events that each end one person are held from the third on, as they would be together (PR-04)."""
    company = guarded(store, clock, keys, tmp_path, suspend={"count": 2, "window": "24h"})

    for number in range(3, 9):
        company.change(f"E{number}", leaves_on="2026-10-30")
        company.work()

    assert 6 == len(active(company))


def test_leavers_before_anything_is_done(store, clock, keys, tmp_path):
    """What is planned and not carried out yet counts as well: nobody outruns the workers (PR-04)."""
    company = guarded(store, clock, keys, tmp_path, suspend={"count": 2, "window": "24h"})

    for number in range(3, 9):
        company.change(f"E{number}", leaves_on="2026-10-30")
        company.plan_only()
    company.roll_out()

    assert 6 == len(active(company))


@pytest.mark.parametrize(("limit", "most"), [({"count": 2}, 2), ({"percent": 40}, 3)], ids=["number", "share"])
def test_without_a_window(store, clock, keys, tmp_path, limit, most):
    """A limit for one plan is a limit for the small plans of a day together (PR-04)."""
    company = guarded(store, clock, keys, tmp_path, update=limit)

    for number in (4, 6, 7, 8):
        company.change(f"E{number}", title="Chief")
        company.work()

    assert most == [company.account(key).attributes["title"] for key in company.rows].count("Chief")
    clock.move(hours=25)
    company.change("E8", title="Boss")
    company.work()
    assert "Boss" == company.account("E8").attributes["title"]


def test_names_one_by_one(store, clock, keys, tmp_path):
    """Addresses that people sign in with are changed one by one: held from the second on; other changes are not."""
    company = guarded(store, clock, keys, tmp_path, key_change={"count": 1})

    for number in (4, 6, 7):
        company.rename(f"E{number}", f"stolen{number}@example.org")
        company.work()

    assert ["stolen4@example.org"] == [
        name for key in company.rows if (name := company.account(key).attributes["userName"]).startswith("stolen")
    ]
    company.change("E8", title="Chief")
    company.work()
    assert "Chief" == company.account("E8").attributes["title"]


def test_with_a_unit(store, clock, keys, tmp_path):
    """With a unit that changes everybody is looked at each time: the changes add up all the same (PR-04)."""
    company = guarded(store, clock, keys, tmp_path, update={"count": 2})

    for number in (4, 6, 7, 8):
        company.change(f"E{number}", f"unit,name,parent,head\nlab{number},Lab,root,\n", title="Chief")
        company.work()

    assert 2 == [company.account(key).attributes["title"] for key in company.rows].count("Chief")
