"""What sign-ins keep, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sso_bridge.login.asked import Asked, Subject
from sso_bridge.login.authenticate.attempt import token_hash
from sso_bridge.login.ports import Limit, Session, Use
from sso_bridge.login.trace import PLATFORM, Trace
from sso_bridge.login.waiting import Attempt
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.attempts import Attempts
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.sign_in.tidy import tidy_sign_ins
from sso_bridge.store.sign_in.traces import Traces
from tests.fakes.clock import START, FakeClock
from tests.fakes.sign_in_bridge import SignInBridge

LATER = START + timedelta(minutes=10)
ASKED = Asked(
    "saml",
    "wiki",
    force=True,
    max_age=60,
    acr_values=("urn:a",),
    login_hint="ada",
    ui_locales=("nl",),
    details={"id": "_1", "é": "é"},
)
COOKIE = token_hash("c")


@pytest.fixture(autouse=True)
def people(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    """Ada (1) and Bob (2) are in the register."""
    SignInBridge(store, clock, tmp_path)


@pytest.fixture
def sessions(store: Store) -> Sessions:
    """Sessions that idle after an hour."""
    return Sessions(store, timedelta(hours=1))


def session(name: str = "s1", person_id: int = 1) -> Session:
    """Return a session of twelve hours."""
    end = START + timedelta(hours=12)
    return Session(0, name, person_id, Subject("ad", "x", "f", "q"), START, ("pwd",), "urn:p", START, START, end)


def test_attempt(store: Store):
    """An attempt comes back as it was, to its own browser, until it is used or over."""
    attempts = Attempts(store)
    kept = Attempt(b"i" * 32, b"s" * 32, ASKED, "a-b-c-d", START, LATER)
    attempts.add(kept)

    assert kept == attempts.find(b"i" * 32, b"s" * 32, START)
    assert attempts.find(b"i" * 32, b"t" * 32, START) is None
    assert attempts.find(b"i" * 32, b"s" * 32, LATER) is None
    assert (True, False) == (attempts.use(b"i" * 32, START), attempts.use(b"i" * 32, START))
    assert attempts.find(b"i" * 32, b"s" * 32, START) is None
    assert 1 == attempts.forget(LATER + timedelta(seconds=1))


def test_idle_and_absolute_end(sessions: Sessions):
    """A session ends when it is not used for the idle time, and in any case at its end (SE-03)."""
    opened = sessions.open(COOKIE, session())
    moments = [START + timedelta(minutes=55 * step) for step in range(15)]
    alive = []
    for moment in moments:
        found = sessions.by_cookie(COOKIE, moment)
        alive.append(found is not None)
        if found:
            sessions.seen(found, moment)

    assert [True] * 14 + [False] == alive
    assert opened == replace(session(), id=opened.id)
    second = sessions.open(token_hash("d"), session("s2"))
    assert sessions.by_name("s2", START + timedelta(minutes=59)) == second
    assert sessions.by_name("s2", START + timedelta(minutes=61)) is None


def test_end_sessions(sessions: Sessions):
    """One session, or all of a person, end at once (SE-05)."""
    first = sessions.open(COOKIE, session())
    sessions.open(token_hash("d"), session("s2"))
    sessions.open(token_hash("e"), session("s3", 2))

    assert (True, False) == (sessions.end(first.id, "test", START), sessions.end(first.id, "test", START))
    assert ["s2"] == [one.name for one in sessions.of_person(1, START)]
    assert 1 == sessions.end_person(1, "leaver", START)
    assert () == sessions.of_person(1, START)
    assert 1 == len(sessions.of_person(2, START))
    assert 3 == sessions.forget(START + timedelta(days=1))


def test_uses(sessions: Sessions):
    """What a platform was told is kept once, the first moment with it."""
    opened = sessions.open(COOKIE, session())
    sessions.used_at(opened, Use("wiki", "saml", "n1", START, START))
    sessions.used_at(opened, Use("wiki", "saml", "n2", LATER, LATER))
    sessions.used_at(opened, Use("chat", "oidc", "s", START, START))

    assert (Use("chat", "oidc", "s", START, START), Use("wiki", "saml", "n2", START, LATER)) == sessions.uses(opened.id)


def test_links(store: Store):
    """A link is written once; neither its subject nor its person can be linked again at that workplace (ID-01)."""
    links = Links(store)

    assert links.add("ad", "k1", 1, "test", START)
    assert not links.add("ad", "k1", 2, "test", START)
    assert not links.add("ad", "k2", 1, "test", START)
    assert links.add("adfs", "k1", 2, "test", START)
    assert (1, None, "k1") == (links.person_of("ad", "k1"), links.person_of("ad", "k2"), links.subject_of("ad", 1))


def test_traces(store: Store, clock: FakeClock):
    """A trace is found by its words, also when they were read out; the same words replace it."""
    traces, trace = Traces(store), Trace(clock, "oidc", "chat", "10.0.0.1", "amber-canal-tulip-heron")
    trace.add(PLATFORM, "asked")
    traces.put(trace.record("waiting"))
    trace.person_id = 1
    traces.put(trace.record("answered"))

    assert trace.record("answered") == traces.get(" Amber-Canal-Tulip-Heron ")
    assert ["answered"] == [one.outcome for one in traces.latest(platform="chat", person_id=1)]
    assert [] == list(traces.latest(platform="wiki"))
    assert traces.get("no-such-words-here") is None
    assert 1 == traces.forget(LATER)


def test_throttle(store: Store):
    """A bucket gives what it has, says when the next one comes, and takes nothing when another bucket is empty."""
    throttle, small, big = Throttle(store), Limit("a", 2, 10.0), Limit("b", 5, 10.0)
    given = [throttle.take((small, big), START) for _ in range(3)]

    assert [0, 0, 10] == given
    assert 4 == throttle.take((small,), START + timedelta(seconds=6))
    assert 0 == throttle.take((small,), START + timedelta(seconds=10))
    assert [0, 0, 0] == [throttle.take((big,), START) for _ in range(3)]
    throttle.give_back((big,), START)
    assert [0, 10] == [throttle.take((big,), START) for _ in range(2)]
    assert 2 == throttle.forget(START + timedelta(hours=1))


def test_throttle_keeps_no_names(store: Store):
    """The buckets do not tell who tried to sign in."""
    Throttle(store).take((Limit("account\x1fad\x1fada.lovelace", 2, 10.0),), START)
    with store.reading() as connection:
        assert "lovelace" not in str(connection.exec_driver_sql("SELECT * FROM throttle_bucket").all())


def test_tidy(store: Store, sessions: Sessions, clock: FakeClock):
    """What nobody needs any more is deleted in time; what is young stays."""
    sessions.used_at(sessions.open(COOKIE, session()), Use("wiki", "saml", "n", START, START))
    Attempts(store).add(Attempt(b"i" * 32, b"s" * 32, ASKED, "a-b-c-d", START, LATER))
    Traces(store).put(Trace(clock, "oidc", "chat", "").record("answered"))
    Throttle(store).take((Limit("a", 2, 10.0),), START)
    young = tidy_sign_ins(store, START)
    old = tidy_sign_ins(store, START + timedelta(days=91))

    assert {0} == set(young.values())
    assert {"attempts": 1, "sessions": 1, "traces": 1, "buckets": 1} == old
