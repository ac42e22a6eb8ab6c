"""Whoever writes to an HR source cannot bring somebody back who was erased, nor take her place."""

from __future__ import annotations

import io

import pytest

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.source import Source
from tests.fakes.scim_bridge import ENTERPRISE, USER, ScimBridge

TOMBSTONE = "erased:11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize("number", [TOMBSTONE, TOMBSTONE.upper(), "Erased:"])
@pytest.mark.parametrize("column", ["employee_number", "other_number", "manager"])
def test_files(number, column):
    """ID-04: a row with the number of a tombstone, or that names one, is wrong, and is kept out."""
    cells = {"employee_number": "E1", column: number}
    text = f"{','.join(cells)}\n{','.join(cells.values())}\n"

    feed = collect([Upload("people.csv", io.BytesIO(text.encode()))], Source("payroll"))

    assert not feed.people.numbers
    assert [(column, "begins with erased:, as only the numbers of erased people do")] == [
        (one.column, one.reason) for one in feed.problems
    ]


@pytest.mark.parametrize("column", ["head", "deputy"])
def test_units(column):
    """ID-04: a unit whose head is a tombstone is wrong."""
    text = f"unit,{column}\nsales,{TOMBSTONE}\n"

    assert [column] == [
        one.column for one in collect([Upload("units.csv", io.BytesIO(text.encode()))], Source("payroll")).problems
    ]


def test_scim(store, clock, keys):
    """ID-04: nobody is pushed under the number of a tombstone, nor below one."""
    bridge = ScimBridge(store, clock, keys)
    body = {"schemas": [USER], "userName": "ada", ENTERPRISE: {"employeeNumber": TOMBSTONE}}

    answer = bridge.call("POST", "/Users", body, "entra")

    assert (400, "invalidValue") == (answer.status_code, answer.json["scimType"])
    assert None is bridge.parts.people.by_any_key(TOMBSTONE)
