"""Feeds that must not be believed: nobody is suspended, nothing is taken, and the answer says what to do."""

from __future__ import annotations

import gzip

import pytest

from tests.fakes.syncs import HEADER, Syncs


@pytest.fixture
def syncs(store, clock):
    """Hundred people with accounts, all in step."""
    return Syncs(store, clock).in_step(100)


def whole(syncs):
    return HEADER + "".join(syncs.rows.values())


def wrong(syncs, share):
    rows = list(syncs.rows.values())
    count = len(rows) * share // 100
    return HEADER + "".join(row.replace("2020-01-01", "yesterday") for row in rows[:count]) + "".join(rows[count:])


BAD = {
    "empty": lambda syncs: b"",
    "header only": lambda syncs: HEADER,
    "cut in a row": lambda syncs: whole(syncs)[: len(HEADER) + 3000],
    "cut in a quote": lambda syncs: whole(syncs)[:-40] + '"E1',
    "cut between rows": lambda syncs: HEADER + "".join(list(syncs.rows.values())[:60]),
    "30 % wrong rows": lambda syncs: wrong(syncs, 30),
    "all wrong": lambda syncs: wrong(syncs, 100),
    "another encoding": lambda syncs: whole(syncs).replace("visser", "vißer").encode("cp1252"),
    "UTF-16": lambda syncs: whole(syncs).encode("utf-16"),
    "truncated gzip": lambda syncs: gzip.compress(whole(syncs).encode())[:-200],
    "trailer says more": lambda syncs: whole(syncs) + "# rows=101\n",
    "no known column": lambda syncs: "a,b\n1,2\n",
    "column twice": lambda syncs: whole(syncs).replace("unit,title", "unit,unit", 1),
    "binary": lambda syncs: bytes(range(256)) * 50,
}


@pytest.mark.parametrize("name", BAD)
def test_refused(syncs, name):
    """The feed is refused as a whole with a hint, and the next plan is empty (PR-04)."""
    before = syncs.people.version()

    record = syncs.send(BAD[name](syncs))

    assert "refused" == record.state
    assert record.refusal
    assert record.hint
    assert before == syncs.people.version()
    assert () == syncs.look()[1].changes


def test_problems_are_told(syncs):
    """Each wrong row is reported with line, column and reason, without the value."""
    record = syncs.send(wrong(syncs, 30))

    assert 30 == record.counts["rows_wrong"]
    assert "people.csv:2: valid_from: is not a date; write YYYY-MM-DD" == str(record.problems[0])
    assert "30.0 %" in record.refusal


def test_few_wrong_rows(syncs):
    """A few wrong rows are kept out: their people stay exactly as they were, and the others are taken."""
    syncs.row("E60", title="Coach", manager="E1")

    record = syncs.send(wrong(syncs, 3))
    plan, _ = syncs.sync()

    assert "taken" == record.state
    assert (3, 1) == (record.counts["rows_wrong"], record.counts["people_changed"])
    assert {"account_update": 1} == syncs.counts(plan)


def test_wrong_rows_are_no_absence(syncs, clock):
    """However often a person's row is wrong, the person is not counted as absent."""
    for _ in range(4):
        clock.move(days=1)
        syncs.send(wrong(syncs, 3))

    assert () == syncs.look()[1].changes


def test_unreadable_number(syncs, clock):
    """While a row's number cannot be read, nobody is counted as absent: it could be anybody's."""
    body = whole(syncs).replace("E7,JE7", ",JE7")

    for _ in range(3):
        clock.move(days=1)
        assert "taken" == syncs.send(body).state

    assert () == syncs.look()[1].changes


def test_half_of_the_company(syncs):
    """A well-formed snapshot with half of the people is refused, with the numbers."""
    rows = list(syncs.rows.values())

    record = syncs.send(HEADER + "".join(rows[:50]))

    assert "50 of the 100 people we know are missing; agreed are 5" == record.refusal


def test_delta_is_no_snapshot(syncs, clock):
    """A delta of one row says nothing about the others."""
    for _ in range(3):
        clock.move(days=1)
        syncs.send(HEADER + syncs.rows["E5"], complete=False)

    assert () == syncs.look()[1].changes


def test_good_after_bad(syncs):
    """After a refused feed the next good one is taken as if nothing had happened."""
    syncs.send(b"")
    syncs.row("E5", title="Coach", manager="E1")

    record = syncs.send()

    assert "taken" == record.state
    assert 99 == record.counts["people_unchanged"]


def test_another_checksum(syncs):
    """A feed that is not the one that was announced is refused (PR-15)."""
    record = syncs.send(checksum="00" * 32)

    assert "refused" == record.state
    assert "checksum" in record.refusal
