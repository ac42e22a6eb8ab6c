"""Which HR source speaks: the part of the configuration, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.employment import active_on
from mappings.people import Assignment, Person
from provisioners.correlation.precedence import AS_THEY_CAME, Precedence, Turn
from provisioners.correlation.reading import Reading
from provisioners.sync.compose.several import one_of

SOURCES = ("afas", "volunteers", "entra")
AFAS = Person(
    1, "u-1", "afas", "E1", "Ann", "de", "Boer", email="ann@payroll.org", assignments=(Assignment("1", "sales"),)
)
CSV = Person(
    2, "u-2", "volunteers", "V1", "Annie", family_name="Boer", username="annie", kind="volunteer",
    assignments=(Assignment("1", "choir", primary=True),),
)  # fmt: skip
ENTRA = Person(
    3, "u-3", "entra", "X1", "A.", family_name="Boer", email="a.boer@example.org", username="aboer",
    assignments=(Assignment("1", "it", primary=True),),
)  # fmt: skip
MAIL = {"sources": ["afas", "volunteers", "entra"], "attributes": {"email": ["entra"]}}
START = date(2026, 1, 1)
DAYS = st.none() | st.integers(0, 6).map(lambda days: START + timedelta(days))
TEXTS = st.sampled_from(["", "a", "b"])
ROWS = st.tuples(*(
    st.builds(
        Person, id=st.just(place), uuid=st.just(f"u-{place}"), source=st.sampled_from([*SOURCES, "old"]),
        key=st.just(f"K{place}"), given_name=TEXTS, family_name=TEXTS, email=TEXTS, username=TEXTS,
        kind=st.sampled_from(["employee", "volunteer"]), status=st.sampled_from(["active", "leave", "left", "gone"]),
        assignments=st.sampled_from([(), (Assignment("1", primary=True),), (Assignment("1", "x"), Assignment("2"))]),
    )
    for place in (1, 2, 3)
))  # fmt: skip
ORDERS = st.builds(
    Precedence, st.permutations(SOURCES).map(tuple), st.sampled_from([(), ("afas",), ("afas", "volunteers")]),
    st.sampled_from(["next", "stays"]),
    st.dictionaries(
        st.sampled_from(["name", "email", "primary"]),
        st.builds(Turn, st.sampled_from([(), ("entra",), ("volunteers", "afas")]), st.sampled_from([None, "stays"])),
    ),
)  # fmt: skip


def read(**stated):
    """Return the precedence, and path and message of every mistake."""
    reading = Reading(["forum"], sources=SOURCES)
    made = reading.whole({"precedence": stated}).precedence
    return made, [(one.path.removeprefix("correlation.precedence"), one.message) for one in reading.problems]


def order(**stated):
    """Return a precedence without mistakes."""
    made, problems = read(**stated)
    assert [] == problems
    return made


@given(rows=ROWS, precedence=ORDERS)
def test_arrival_never_matters(rows, precedence):
    """Whichever row was there first, the person has the same facts; only id and number are those of the first."""
    made = [one_of(list(turn), precedence) for turn in permutations(rows)]

    assert 1 == len({replace(one, id=0, uuid="", source="", key="") for one in made})


@given(rows=ROWS, precedence=ORDERS, days=st.tuples(*(st.tuples(DAYS, DAYS),) * 3))
def test_days(rows, precedence, days):
    """Whatever the order: the person works on exactly the days on which a row says so that may say it."""
    rows = [replace(row, hired_on=start, leaves_on=end) for row, (start, end) in zip(rows, days, strict=True)]
    person = one_of(rows, precedence)

    for day in (START + timedelta(days) for days in range(-1, 8)):
        assert any(active_on(row, day) for row in precedence.employing(rows)) == active_on(person, day), day


def test_second_job_from_a_second_source():
    """Dated jobs of two sources each hold in their own period, whichever source speaks first."""
    first = replace(AFAS, leaves_on=date(2026, 6, 30))
    second = replace(CSV, hired_on=date(2026, 6, 1))
    person = one_of([second, first], order(sources=["afas", "volunteers"]))

    assert [("sales", None, date(2026, 6, 30)), ("choir", date(2026, 6, 1), None)] == [
        (job.unit, job.valid_from, job.valid_to) for job in person.assignments
    ]


def test_mail_from_another_source():
    """The mail address of Entra, everything else of AFAS, and the jobs of all."""
    person = one_of([ENTRA, CSV, AFAS], order(**MAIL))

    assert ("a.boer@example.org", "Ann", "de", "annie", "employee") == (
        person.email, person.given_name, person.name_prefix, person.username, person.kind,
    )  # fmt: skip
    assert ["sales", "choir", "it"] == [job.unit for job in person.assignments]
    assert ["choir"] == [job.unit for job in person.assignments if job.primary]
    assert (3, "u-3", "entra", "X1") == (person.id, person.uuid, person.source, person.key)


def test_main_job_from_another_source():
    """Which job is the main one may have an order of its own."""
    person = one_of([AFAS, CSV, ENTRA], order(**MAIL | {"attributes": {"primary": ["entra"]}}))

    assert ["it"] == [job.unit for job in person.assignments if job.primary]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, "a.boer@example.org"),
        ({"empty": "next"}, "a.boer@example.org"),
        ({"empty": "stays"}, ""),
        ({"attributes": {"email": {"empty": "stays"}}}, ""),
        ({"empty": "stays", "attributes": {"email": {"empty": "next"}}}, "a.boer@example.org"),
        ({"attributes": {"email": {"sources": ["volunteers"], "empty": "stays"}}}, ""),
    ],
)
def test_empty_values(stated, expected):
    """An empty value of the first lets the next one speak, or does not, for all attributes or for one."""
    assert expected == one_of([CSV, ENTRA], order(sources=["volunteers", "entra"], **stated)).email


def test_who_says_who_works_here():
    """A source that is not one of `work` fills in values: no job of its own, and nobody works here by it alone."""
    precedence = order(**MAIL | {"work": ["afas", "volunteers"]})
    person = one_of([AFAS, ENTRA], precedence)
    left = one_of([replace(AFAS, status="left"), ENTRA], precedence)

    assert (["sales"], "a.boer@example.org") == ([job.unit for job in person.assignments], person.email)
    assert ("left", ["sales"]) == (left.status, [job.unit for job in left.assignments])
    assert "active" == one_of([ENTRA, replace(ENTRA, id=4, key="X2", status="left")], precedence).status


def test_a_row_that_is_over_is_silent():
    """Who has left at the first source and works at the next has the name and address of the next."""
    person = one_of([replace(AFAS, status="left"), CSV], order(sources=["afas", "volunteers"]))

    assert ("active", "Annie", "volunteer") == (person.status, person.given_name, person.kind)


def test_a_removed_source_speaks_last():
    """Rows of a source that is not configured any more come after those of all that are."""
    old = replace(AFAS, source="abolished")

    assert "Annie" == one_of([old, CSV], order(sources=["volunteers", "entra"])).given_name


def test_every_mistake_at_once():
    """All mistakes are told together, each with its place."""
    _, problems = read(
        sources=["afas", "entar", "afas"], work=[], empty="skip", order=1,
        attributes={"mail": ["entra"], "email": [], "name": {"sources": ["x"], "when": 1}, "kind": 3, "username": {}},
    )  # fmt: skip

    assert [
        (".order", "unknown key"),
        (".sources[1]", "unknown HR source"),
        (".sources[2]", "is there already"),
        (".attributes.mail", "unknown key"),
        (".attributes.email", "must name the HR sources in their order"),
        (".attributes.name.when", "unknown key"),
        (".attributes.name.sources[0]", "unknown HR source"),
        (".attributes.kind", "must be a mapping"),
        (".attributes.kind.sources", "must name the HR sources in their order"),
        (".attributes.username.sources", "must name the HR sources in their order"),
        (".work", "must name the HR sources in their order"),
        (".empty", "must be one of: next, stays"),
    ] == problems


@pytest.mark.parametrize("stated", [{}, {"sources": []}, {"sources": "afas"}, {"sources": [["afas"]]}])
def test_no_order(stated):
    """A precedence without an order of sources is a mistake."""
    assert [".sources"] == [path.partition("[")[0] for path, _ in read(**stated)[1]]


def test_kept():
    """What is kept of an order is the order; without one nothing is ordered."""
    made = order(**MAIL | {"work": ["afas"], "empty": "stays"})

    assert made == Precedence.of(made.stated())
    assert AS_THEY_CAME == Precedence.of(AS_THEY_CAME.stated())
    assert [ENTRA, AFAS] == AS_THEY_CAME.ordered([ENTRA, AFAS])
