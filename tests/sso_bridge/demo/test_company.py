"""The made-up company."""

from __future__ import annotations

import io
from datetime import date

import pytest

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.source import Source
from sso_bridge.demo.company import make_company

DAY = date(2026, 11, 2)


@pytest.mark.parametrize("size", [1, 2, 13, 1000])
def test_size(size, tmp_path):
    """So many people, every row right, every manager and unit there."""
    paths = make_company(size, on=DAY).write(tmp_path)
    feed = collect([Upload(path.name, io.BytesIO(path.read_bytes())) for path in paths if _rows(path)], Source("demo"))

    people = [person for person, _ in feed.people]
    jobs = [job for person in people for job in person.assignments]

    assert (size, []) == (len(feed.people), feed.problems)
    assert {job.manager for job in jobs} - {""} <= feed.people.numbers
    assert {job.unit for job in jobs} == feed.units.keys()
    assert size == len({person.email for person in people})


def test_same_again():
    """The same arguments give the same company."""
    assert make_company(100, on=DAY) == make_company(100, on=DAY)
    assert make_company(100, on=DAY) != make_company(100, on=DAY, seed=2)


def test_all_kinds():
    """There are leavers, pre-hires, leaves, suppliers, second jobs, prefixes and partner names."""
    company = make_company(1000, on=DAY)

    assert any(row["leaves_on"] and row["leaves_on"] < DAY.isoformat() for row in company.people)
    assert any(row["hired_on"] > DAY.isoformat() for row in company.people)
    assert any(row["kind"] == "supplier" for row in company.people)
    assert {"van 't", "de"} <= {row["name_prefix"] for row in company.people}
    assert any(row["partner_name"] for row in company.people)
    assert company.leaves
    assert len(company.people) > 1000


def _rows(path):
    return len(path.read_text().splitlines()) > 1
