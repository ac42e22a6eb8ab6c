"""401 and 403: is it about our credentials, or about this one object? The platform is asked (its `check`)."""

from __future__ import annotations

import pytest

from provisioners.errors import NeedsAdmin, NotAllowed, TryAgain
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members, uuid


class Chat(FakePlatform):
    """A platform whose credentials can go bad."""

    bad: Exception | None = None

    def check(self):
        self._asked("check")
        if self.bad:
            raise self.bad
        return "here"


@pytest.fixture
def chat():
    return Chat()


@pytest.fixture
def rollouts(store, clock, chat):
    return Rollouts(store, clock, chat)


def forbidden():
    return NotAllowed("403", hint="the token lacks a right")


def test_one_object(rollouts, chat):
    """A 403 on one object fails that one; the credentials are good, so the others go on."""
    chat.fail["create"] = [forbidden()]
    run = rollouts.open(*(create(n) for n in range(1, 20)))

    rollouts.drain(threads=1)

    assert rollouts.states(run) == {"failed": 1, "done": 18}
    assert rollouts.runs.report(run).troubles[0].code == "object_refused"
    assert chat.calls["check"] == 1


def test_credentials(rollouts, chat):
    """When the platform refuses the credentials as such, it is stopped at once, and somebody is told."""
    chat.fail["create"] = [forbidden()]
    chat.bad = NeedsAdmin("401", hint="the token is not accepted; replace it")
    run = rollouts.open(*(create(n) for n in range(1, 20)))

    rollouts.drain(threads=1)

    assert rollouts.states(run) == {"failed": 1, "skipped": 18}
    assert chat.calls["create"] == 1
    (alert,) = [one for one in rollouts.audit.records() if one.what == "platform.stopped"]
    assert (alert.target, alert.reference) == ("chat", f"run:{run}")
    assert "replace it" in alert.why


def test_no_answer_to_the_question(rollouts, chat):
    """When nobody can tell which it is, the action waits and nothing is stopped."""
    chat.fail["create"] = [forbidden()]
    chat.bad = TryAgain("503")
    run = rollouts.open(create(1))

    rollouts.drain()
    chat.bad = None
    rollouts.clock.move(seconds=2)
    rollouts.drain()

    assert rollouts.states(run) == {"done": 1}


def test_a_right_is_missing(rollouts, chat):
    """When every call of a kind is refused, it is no single object: the platform is stopped after a few."""
    chat.fail["create"] = [forbidden() for _ in range(50)]
    run = rollouts.open(*(create(n) for n in range(1, 41)))

    rollouts.drain(threads=1)

    states = rollouts.states(run)
    assert 10 <= chat.calls["create"] == states["failed"] < 20
    assert "a right is missing" in rollouts.runs.report(run).troubles[-1].error


def test_one_member(rollouts, chat):
    """A member that may not be touched is lost; the other members of the call are kept."""
    rollouts.roll_out(create(1), create(2), group("g"))
    chat.change_members = lambda remote_id, *, add=(), remove=(): {f"r-{uuid(2)}": forbidden()}

    report = rollouts.roll_out(members("g", 1, 2))

    assert rollouts.shadows.group("chat", "g").members == {1}
    assert (report.total("done"), report.total("failed")) == (1, 1)
