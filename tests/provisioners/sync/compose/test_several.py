"""One person out of the rows of several sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mappings.employment import active_on
from mappings.people import Assignment, Leave, Person
from provisioners.sync.compose.several import one_of

START = date(2026, 1, 1)
DAYS = st.none() | st.integers(0, 12).map(lambda days: START + timedelta(days))
JOBS = st.lists(
    st.builds(Assignment, id=st.sampled_from(["a", "b"]), valid_from=DAYS, valid_to=DAYS, primary=st.booleans()),
    max_size=2,
).map(tuple)
ROWS = st.builds(
    Person, id=st.just(1), uuid=st.just("u"), source=st.just("s"), key=st.just("k"), hired_on=DAYS, leaves_on=DAYS,
    status=st.sampled_from(["active", "leave", "left", "gone"]), assignments=JOBS,
)  # fmt: skip
PAYROLL = Person(
    1, "u-1", "payroll", "E1", "Ann", "de", "Boer", email="ann@example.org", leaves_on=date(2026, 6, 30),
    assignments=(Assignment("job", "sales", primary=True),),
)  # fmt: skip
HIRED = Person(
    2, "u-2", "contractors", "C7", "Anna", family_name="Visser", email="anna@else.org", username="anna",
    kind="contractor", hired_on=date(2026, 7, 1), assignments=(Assignment("job", "tech", primary=True),),
)  # fmt: skip


@given(rows=st.lists(ROWS, min_size=1, max_size=3))
def test_days(rows):
    """The person works here on exactly the days on which one of the rows says so."""
    person = one_of(rows)

    for day in (START + timedelta(days) for days in range(-1, 15)):
        assert any(active_on(row, day) for row in rows) == active_on(person, day), day


def test_payroll_then_contract():
    """Who goes on as a contractor keeps id, number, name and address, and has the jobs on their own days."""
    person = one_of([PAYROLL, HIRED])

    assert (1, "u-1", "payroll", "E1") == (person.id, person.uuid, person.source, person.key)
    assert ("Ann", "de", "Boer", "ann@example.org", "anna") == (
        person.given_name, person.name_prefix, person.family_name, person.email, person.username,
    )  # fmt: skip
    assert [("job", None, date(2026, 6, 30)), ("job", date(2026, 7, 1), None)] == [
        (job.id, job.valid_from, job.valid_to) for job in person.assignments
    ]
    assert ["", "contractor"] == [job.kind.replace("employee", "") for job in person.assignments]


def test_the_other_speaks_when_one_is_over():
    """When the first row is over, names and addresses are those of the next, never half of one and half of another."""
    person = one_of([replace(PAYROLL, status="gone"), HIRED])

    assert ("active", "Anna", "", "Visser", "anna@else.org") == (
        person.status, person.given_name, person.name_prefix, person.family_name, person.email,
    )  # fmt: skip
    assert ["tech"] == [job.unit for job in person.assignments]


def test_nobody_works():
    """When no row works any more, the person does not either, and keeps the first one's status."""
    assert "gone" == one_of([replace(PAYROLL, status="gone"), replace(HIRED, status="left")]).status


def test_one_primary_job():
    """Two sources that each call a job primary do not make two primary jobs."""
    both = one_of([PAYROLL, replace(HIRED, assignments=(Assignment("x", primary=True), Assignment("x")))])

    assert [True, False, False] == [job.primary for job in both.assignments]
    assert ["job", "x", "x~2"] == [job.id for job in both.assignments]


def test_a_row_without_jobs():
    """A row that states no job is a small one beside the jobs of others: never the main one."""
    plain = Person(3, "u-3", "visitors", "V1")
    person = one_of([plain, PAYROLL])

    assert [0.0, 1.0] == [job.fte for job in person.assignments]
    assert () == one_of([plain, plain]).assignments


def test_away():
    """Who is away from one job and at work in another is not away; dated absences of all rows count."""
    away = replace(PAYROLL, status="leave", leaves=(Leave("sick", START),))

    assert ("active", 1) == (one_of([away, HIRED]).status, len(one_of([away, HIRED]).leaves))
    assert "leave" == one_of([away, replace(HIRED, status="leave")]).status
