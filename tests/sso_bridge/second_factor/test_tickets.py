"""What a form carries to its next step."""

from __future__ import annotations

import pytest

from sso_bridge.second_factor.refusals import SecondFactorRefused
from sso_bridge.second_factor.tickets import Tickets
from tests.fakes.workplaces import SeenBefore


@pytest.fixture
def tickets(vault, clock) -> Tickets:
    return Tickets(vault, SeenBefore(), clock)


def test_once(tickets):
    """A ticket may be looked at again, and is good once."""
    ticket = tickets.write("prove", "s1", b"challenge")

    assert [b"challenge"] * 3 == [tickets.read("prove", "s1", ticket) for _ in "12"] + [
        tickets.take("prove", "s1", ticket)
    ]
    with pytest.raises(SecondFactorRefused) as refused:
        tickets.take("prove", "s1", ticket)
    assert "replay" == refused.value.reason


@pytest.mark.parametrize(
    ("purpose", "session", "change"),
    [("add", "s1", ""), ("prove", "s2", ""), ("prove", "s1", "A"), ("prove", "s1", "ä"), ("prove", "s1", "A" * 3000)],
)
def test_elsewhere(tickets, purpose: str, session: str, change: str):
    """A ticket of another step or session, or one that was changed, does not open (CR-01)."""
    ticket = tickets.write("prove", "s1", b"challenge") + change
    with pytest.raises(SecondFactorRefused) as refused:
        tickets.take(purpose, session, ticket)

    assert "ticket" == refused.value.reason


def test_too_late(tickets, clock):
    """After five minutes it is over."""
    ticket = tickets.write("prove", "s1", b"challenge")
    clock.move(minutes=5)
    with pytest.raises(SecondFactorRefused) as refused:
        tickets.take("prove", "s1", ticket)

    assert "too_late" == refused.value.reason
