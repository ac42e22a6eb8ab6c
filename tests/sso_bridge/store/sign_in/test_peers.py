"""What is kept of identity providers: one copy for all processes, one asker at a time, every change in the audit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sso_bridge.login.authenticate.saml_sp.ports import Held, Kept
from sso_bridge.store.sign_in.peers import Peers
from tests.fakes.clock import START
from tests.fakes.login import Remembered

CHANGE = {"before": {"keys": ["a"]}, "after": {"keys": ["a", "b"]}}


@pytest.fixture
def audit() -> Remembered:
    """An audit that can be looked at."""
    return Remembered()


@pytest.fixture
def peers(store, audit) -> Peers:
    """An empty shelf."""
    return Peers(store, audit)


def test_nothing_yet(peers):
    """Of a peer that was never asked nothing is known."""
    assert Kept() == peers.get("adfs", "here")


def test_kept(peers, audit):
    """A believed description is kept, and what it changed is audited; the same once more is not."""
    peers.may_ask("adfs", "here", timedelta(0), START)
    peers.keep("adfs", b"<one/>", CHANGE, START)
    peers.keep("adfs", b"<one/>", None, START + timedelta(hours=6))

    found = peers.get("adfs", "here")
    assert (b"<one/>", START + timedelta(hours=6), "") == (found.document, found.confirmed_at, found.problem)
    assert ["workplace.metadata_changed"] == audit.what()
    assert not found.is_asking


def test_another_source_is_another_peer(peers):
    """When the administrator names another address, nothing of the old one counts."""
    peers.may_ask("adfs", "here", timedelta(0), START)
    peers.keep("adfs", b"<one/>", CHANGE, START)

    assert Kept() == peers.get("adfs", "there")
    assert peers.may_ask("adfs", "there", timedelta(hours=6), START)
    assert b"" == peers.get("adfs", "there").document


def test_one_asks_at_a_time(peers):
    """Of many who want to ask at once exactly one does, and nobody else before its time."""
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _n: peers.may_ask("adfs", "here", timedelta(seconds=1), START), range(8)))

    assert 1 == sum(turns)
    assert peers.get("adfs", "here").is_asking
    assert not peers.may_ask("adfs", "here", timedelta(seconds=1), START + timedelta(seconds=0.5))
    assert peers.may_ask("adfs", "here", timedelta(seconds=1), START + timedelta(seconds=1))


def test_failed(peers):
    """A failure is noted, and the good copy stays."""
    peers.may_ask("adfs", "here", timedelta(0), START)
    peers.keep("adfs", b"<one/>", CHANGE, START)
    peers.may_ask("adfs", "here", timedelta(0), START)
    peers.failed("adfs", "404", START + timedelta(seconds=1))

    found = peers.get("adfs", "here")
    assert (b"<one/>", "404", False) == (found.document, found.problem, found.is_asking)


def test_held_once(peers, audit):
    """What waits is told once, keeps its first moment, and its newest text (MD-03)."""
    peers.may_ask("adfs", "here", timedelta(0), START)
    peers.hold("adfs", Held(b"<new/>", "keys", START), CHANGE, START)
    peers.hold("adfs", Held(b"<newer/>", "keys", START + timedelta(hours=1)), CHANGE, START + timedelta(hours=1))

    held = peers.get("adfs", "here").held
    assert Held(b"<newer/>", "keys", START) == held
    assert ["workplace.metadata_held"] == audit.what()


def test_accepted(peers, audit):
    """What two administrators accept is the good copy; a text that is there no more is not (MD-03, AD-08)."""
    held, other = Held(b"<new/>", "keys", START), Held(b"<other/>", "keys", START)
    peers.may_ask("adfs", "here", timedelta(0), START)
    peers.hold("adfs", held, CHANGE, START)

    assert not peers.accept("adfs", other, CHANGE, "digest", "token:1", START)
    assert peers.accept("adfs", held, CHANGE, "digest", "token:1", START)
    assert held == peers.get("adfs", "here").held
    assert peers.accept("adfs", held, CHANGE, "digest", "token:2", START)
    found = peers.get("adfs", "here")
    assert (b"<new/>", None) == (found.document, found.held)
    assert ("workplace.metadata_accepted", "token:2") == (audit.events[-1].what, audit.events[-1].actor)
    assert peers.proposals.of("adfs", "digest", START) is None


def test_numbers(peers):
    """Measured clocks and fruitless questions are shared; a change of the peer clears the latter."""
    peers.measured("adfs", "here", -2.5, 9)
    peers.counted("adfs", 3)

    found = peers.get("adfs", "here")
    assert (-2.5, 9, 3) == (found.skew, found.skew_samples, found.fruitless)
    peers.keep("adfs", b"<one/>", CHANGE, START)
    assert 0 == peers.get("adfs", "here").fruitless
