"""One look at the configuration for a whole request, a new one for the next."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace

import pytest

from sso_bridge.configuration.live import LiveConfiguration, SignInConfiguration
from sso_bridge.login.authenticate.register import Workplaces


@dataclass
class Counted:
    """Revisions that count how often they are asked, all of them empty."""

    holds: int = 0
    asked: int = 0
    document: dict[str, object] = field(default_factory=dict)

    def number(self) -> int:
        self.asked += 1
        return self.holds

    def get(self, number: int) -> SimpleNamespace:
        return SimpleNamespace(number=number, document=self.document)


@dataclass
class Meeting:
    """Workplaces that wait a moment for a second thread to open them as well."""

    both: Barrier = field(default_factory=lambda: Barrier(2, timeout=0.2))
    opened: int = 0

    def of(self, _settings: Iterable[object]) -> dict[str, object]:
        self.opened += 1
        with suppress(BrokenBarrierError):
            self.both.wait()
        return {}


@pytest.fixture
def revisions() -> Counted:
    """Revisions to count with."""
    return Counted()


@pytest.fixture
def configuration(revisions, tmp_path: Path) -> SignInConfiguration:
    """The configuration of sign-in over them."""
    return SignInConfiguration(LiveConfiguration(revisions), Workplaces(None), tmp_path, lambda *_: False)


def test_one_look_serves_a_whole_request(configuration, revisions):
    """However many questions a request has, the database is asked once, and all answers are of one revision."""
    configuration.hold()

    before = configuration.current().revision
    revisions.holds = 1
    after = configuration.current().revision

    assert (before, after, revisions.asked) == (0, 0, 1)


def test_the_next_request_sees_the_next_revision(configuration, revisions):
    """A change holds from the next request on, without a restart and without waiting."""
    configuration.hold()
    configuration.current()
    configuration.let_go()
    revisions.holds = 1

    configuration.hold()

    assert configuration.current().revision == 1


def test_outside_a_request_every_question_looks(configuration, revisions):
    """A worker that never holds is told of a change at its next question."""
    configuration.current()
    revisions.holds = 1

    assert (configuration.current().revision, revisions.asked) == (1, 2)


def test_a_request_that_asks_nothing_costs_nothing(configuration, revisions):
    """Static files and health checks do not look at the configuration."""
    configuration.hold()
    configuration.let_go()

    assert revisions.asked == 0


def test_two_threads_open_a_revision_once(revisions, tmp_path: Path):
    """Threads that meet a new revision together open its workplaces once: none closes what another uses."""
    meeting, start = Meeting(), Barrier(4)
    configuration = SignInConfiguration(LiveConfiguration(revisions), meeting, tmp_path, lambda *_: False)

    def look(_thread: int) -> object:
        start.wait()
        return configuration.current()

    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(look, range(4)))

    assert meeting.opened == 1
    assert all(one is seen[0] for one in seen)
