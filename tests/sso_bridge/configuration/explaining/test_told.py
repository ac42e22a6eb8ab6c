"""Claims and account side by side, down to the row of HR."""

from __future__ import annotations

import pytest

from provisioners.correlation.precedence import AS_THEY_CAME
from provisioners.ports import AccountShadow
from sso_bridge.configuration.document.files import write_yaml
from sso_bridge.configuration.explaining.as_json import as_json
from sso_bridge.configuration.explaining.sources import Sources
from sso_bridge.configuration.explaining.text import as_text
from sso_bridge.store.staff.origins import Origins
from tests.fakes.asked import DOCUMENT, Asking
from tests.fakes.org import TODAY


@pytest.fixture
def asking(store, clock, audit) -> Asking:
    """The company."""
    return Asking(store, clock, audit)


def lines(asking: Asking, key: str = "E3") -> dict:
    """Return each value by its name."""
    return {line.because.name: line for line in asking.explain(key, "chat").lines}


def rows(line) -> dict:
    """Return column -> files and lines."""
    return {one.column: [(row.file, row.line) for row in one.rows] for one in line.stated}


def test_side_by_side(asking) -> None:
    """A claim that takes its value from an attribute stands beside it; the others stand by themselves."""
    found = lines(asking, "E2")

    assert ("title", "title", "Seller") == (
        found["title"].claim,
        found["title"].attribute,
        found["title"].because.value,
    )
    assert ("name", "") == (found["name"].claim, found["name"].attribute)
    assert ("", "userName") == (found["userName"].claim, found["userName"].attribute)
    assert ("", "units/sales") == (found["units/sales"].claim, found["units/sales"].attribute)


def test_rows_behind_every_fact(asking) -> None:
    """Own facts lead to the person's row, units to theirs, those of the tree to all above."""
    found = lines(asking)

    assert {"person.email": [("people.csv", 4)]} == rows(found["userName"])
    assert [("units.csv", 4)] == rows(found["department"])["unit.name"]
    assert [("units.csv", 3), ("units.csv", 2)] == rows(lines(asking, "E2")["sales-nl"])["units.parent"]


def test_rows_of_managers(asking) -> None:
    """What is said of the manager leads to the manager's row, and those above to theirs."""
    person = asking.people.by_any_key("E3")
    found = Sources(Origins(asking.store), person, asking.people.chart(TODAY), lambda _id: [], AS_THEY_CAME).behind(
        ["manager.email", "person.managers", "person.onLeave", "assignments"]
    )

    told = {one.column: [row.line for row in one.rows] for one in found}
    assert ([3], [3, 2], []) == (told["manager.email"], told["managers.manager"], told["leaves.valid_from"])
    assert [4] == told["assignments.unit"]


def test_places_in_the_export(asking) -> None:
    """Each rule is told with its line in the export."""
    exported = write_yaml(DOCUMENT).splitlines()

    assert "title: primary.title" in exported[lines(asking)["title"].line - 1]
    assert "units:" in exported[lines(asking)["units/sales"].line - 1]
    assert 0 == lines(asking)["name"].line


def test_beside_what_is_there(asking) -> None:
    """What the account is known to have stands beside what the rules want."""
    person = asking.people.by_any_key("E2")
    asking.shadows.keep_account(AccountShadow("chat", person.id, "r1", attributes={"title": "Vendor"}))
    told = asking.explain("E2", "chat")

    line = next(one for one in told.lines if one.because.name == "title")
    assert ("Seller", "Vendor") == (line.because.value, line.now)
    assert ("r1", "active") == (as_json(told)["account"]["remote_id"], as_json(told)["account"]["state"])


def test_as_text(asking, monkeypatch) -> None:
    """The table is as wide as the terminal; names of people cannot write terminal codes into it (AD-12)."""
    monkeypatch.setenv("COLUMNS", "300")
    asking.send(people="employee_number,given_name,unit,country\nE9,\u202eRed,sales,NL\n")

    text = as_text(asking.explain("E9", "chat"))

    assert 300 >= max(map(len, text.splitlines()))
    assert "mappings.chat.attributes.title" in text
    assert "\u202e" not in text
    assert "people.csv line 2" in text
