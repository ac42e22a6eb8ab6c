"""Snapshots that were damaged on the way, whatever way: nobody leaves because of it (PR-04)."""

from __future__ import annotations

import gzip
import io
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.hr.intake import Intake
from sso_bridge.store.staff.register import Register

SIZE = 60
HEADER = "employee_number,assignment_id,given_name,email,unit,manager,valid_from,leaves_on"
ROWS = [
    f'E{one},J{one},"Given ""{one}""",e{one}@example.org,u{one % 7},E1,2020-01-01,{"" if one % 5 else "2027-01-15"}'
    for one in range(1, SIZE + 1)
]
ROWS += [f"E{one},K{one},Given,e{one}@example.org,u9,E1,2021-01-01," for one in range(1, SIZE, 9)]
BARE = "\n".join([HEADER, *ROWS]) + "\n"
WHOLE = f"{BARE}# rows={len(ROWS)}\n"
EVERYBODY = frozenset(f"E{one}" for one in range(1, SIZE + 1))
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
names = count()


@st.composite
def damages(draw: st.DrawFn, text: str) -> bytes:
    """Return a snapshot after an accident: cut, lines lost, doubled, swapped, octets changed, packed and cut."""
    body, lines = text.encode(), text.splitlines(keepends=True)
    start, end = sorted((draw(st.integers(0, len(lines))), draw(st.integers(0, len(lines)))))
    at, to = sorted((draw(st.integers(0, len(body) - 1)), draw(st.integers(0, len(body) - 1))))
    packed = gzip.compress(body, mtime=0)
    after = {
        "cut": body[:to],
        "front": body[at:],
        "middle": body[:at] + body[to:],
        "lost": "".join(lines[:start] + lines[end:]).encode(),
        "doubled": "".join(lines[:end] + lines[start:]).encode(),
        "twice": body + body,
        "swapped": "".join(lines[:1] + lines[max(start, 1) :] + lines[1:start]).encode(),
        "octets": body[:at] + draw(st.binary(min_size=1, max_size=3)) + body[at + 1 :],
        "packed": packed[: at % len(packed)],
    }
    return after[draw(st.sampled_from(sorted(after)))]


class Feed:
    """One source in a register that several share, so that no example sees another."""

    def __init__(self, store, clock, audit, *, trailer: bool) -> None:
        self.clock, self.source = clock, Source(f"s{next(names)}", trailer=trailer)
        self.intake, self.register = Intake(store, clock, audit), Register(store, clock)
        assert "taken" == self.send((WHOLE if trailer else BARE).encode()).state

    def send(self, body: bytes):
        """Send a snapshot, a day after the one before."""
        self.clock.move(hours=24)
        return self.intake.take([Upload("p.csv", io.BytesIO(body))], self.source, complete=True, actor="hr")

    def left(self) -> frozenset[str]:
        """Return who is not here any more."""
        return EVERYBODY.difference(self.register.present(self.source.name))


@QUICK
@given(bodies=st.lists(damages(WHOLE), min_size=1, max_size=3))
def test_with_a_trailer(store, clock, audit, bodies):
    """PR-04: with an agreed last line nobody leaves, however often a damaged snapshot comes."""
    feed = Feed(store, clock, audit, trailer=True)

    for body in bodies:
        feed.send(body)

    assert frozenset() == feed.left()


@QUICK
@given(body=damages(BARE))
def test_without_a_trailer(store, clock, audit, body):
    """PR-04: one damaged snapshot between two whole ones takes nobody away, not even in part."""
    feed = Feed(store, clock, audit, trailer=False)

    feed.send(body)
    gone = feed.left()
    feed.send(BARE.encode())
    feed.send(body)

    assert frozenset() == gone == feed.left()


@QUICK
@given(lost=st.sets(st.integers(1, SIZE), min_size=4, max_size=SIZE - 1), times=st.integers(2, 5))
def test_too_many_missing(store, clock, audit, lost, times):
    """PR-04: more than the agreed share is missing, again and again: nobody leaves, and nothing is taken."""
    feed = Feed(store, clock, audit, trailer=True)
    rows = [row for row in ROWS if int(row.partition(",")[0][1:]) not in lost]
    body = "\n".join([HEADER.replace("given_name", "title"), *rows, f"# rows={len(rows)}"]) + "\n"

    states = {feed.send(body.encode()).state for _ in range(times)}

    assert ({"refused"}, frozenset()) == (states, feed.left())


@pytest.mark.parametrize("complete", [False, True])
def test_complete_only_when_said(store, clock, audit, complete):
    """PR-04: only what says that it is complete takes somebody away, and only the second time."""
    feed = Feed(store, clock, audit, trailer=False)
    fewer = "\n".join([HEADER, *(row for row in ROWS if not row.startswith("E2,"))]) + "\n"
    left = []
    for turn in range(3):
        clock.move(hours=24)
        body = io.BytesIO(fewer.replace("u1", f"v{turn}").encode())
        feed.intake.take([Upload("p.csv", body)], feed.source, complete=complete, actor="hr")
        left.append(feed.left())

    expected = frozenset({"E2"}) if complete else frozenset()
    assert [frozenset(), expected, expected] == left


def test_same_bytes_at_once(store, clock, audit):
    """PR-04: the same snapshot sent again within the hour is no second sign that somebody is absent."""
    feed = Feed(store, clock, audit, trailer=False)
    fewer = ("\n".join([HEADER, *(row for row in ROWS if not row.startswith("E2,"))]) + "\n").encode()
    for _ in range(5):
        clock.move(minutes=5)
        feed.intake.take([Upload("p.csv", io.BytesIO(fewer))], feed.source, complete=True, actor="hr")

    assert frozenset() == feed.left()


def test_unreadable_row(store, clock, audit):
    """PR-04: while one row's number cannot be read, nobody is absent: it may be theirs."""
    feed = Feed(store, clock, audit, trailer=False)
    damaged = "\n".join([HEADER, *(row for row in ROWS if not row.startswith("E2,")), ",J2,x,,,,,"]) + "\n"
    for turn in range(4):
        feed.send(damaged.replace("u1", f"v{turn}").encode())

    assert frozenset() == feed.left()
