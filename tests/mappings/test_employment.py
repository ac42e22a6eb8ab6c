"""Who works here on which day."""

from __future__ import annotations

from datetime import date

import pytest

from mappings.employment import absence_reason, active_on, next_change, on_leave
from mappings.people import Assignment, Leave
from tests.fakes.org import someone

JUNE_30, JULY_1 = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("facts", "day", "reason"),
    [
        ({"leaves_on": JUNE_30}, JUNE_30, ""),
        ({"leaves_on": JUNE_30}, JULY_1, "last day was 2026-06-30"),
        ({"hired_on": JULY_1}, JUNE_30, "starts on 2026-07-01"),
        ({"hired_on": JULY_1}, JULY_1, ""),
        ({"status": "left"}, JULY_1, "HR status is left"),
        ({"status": ""}, JULY_1, "HR status is not stated"),
        ({"status": "leave"}, JULY_1, ""),
        ({"assignments": (Assignment("a", valid_to=JUNE_30),)}, JULY_1, "has no job that day"),
        ({"assignments": ()}, JULY_1, ""),
    ],
)
def test_active(facts, day, reason):
    """The last day counts, the day before the first does not, and an unknown status is no employment."""
    person = someone(5, **facts)

    assert reason == absence_reason(person, day)
    assert active_on(person, day) is (reason == "")


def test_leave():
    """Somebody on leave still works here; both ends of a leave count."""
    away = someone(5, leaves=(Leave("parental", JUNE_30, JULY_1),))

    assert [False, True, True, False] == [
        on_leave(away, date(2026, 6, 29)),
        on_leave(away, JUNE_30),
        on_leave(away, JULY_1),
        on_leave(away, date(2026, 7, 2)),
    ]
    assert active_on(away, JULY_1)


def test_next_change():
    """A start takes effect on its day, an end on the day after; open ends never do."""
    person = someone(5, hired_on=date(2026, 1, 1), leaves_on=JUNE_30, leaves=(Leave("sick", date(2026, 3, 1)),))

    assert date(2026, 3, 1) == next_change(person, date(2026, 1, 1))
    assert JULY_1 == next_change(person, date(2026, 3, 1))
    assert next_change(person, JULY_1) is None
    assert next_change(someone(6, leaves_on=date.max), JULY_1) is None
