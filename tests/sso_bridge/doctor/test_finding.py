"""Asking: an answer, a warning, a failure, something unexpected, and silence."""

from __future__ import annotations

from threading import Event

import pytest
import requests

from sso_bridge.doctor.finding import Doubt, Finding, Question, Wrong, answers
from sso_bridge.errors import WorkplaceDown


def raising(error: Exception):
    """Return a question's answer that is no answer."""

    def ask() -> str:
        raise error

    return ask


@pytest.mark.parametrize(
    ("error", "state", "said", "todo"),
    [
        (Doubt("it ends soon"), "warning", "it ends soon", "usual"),
        (Doubt("it ends soon", "renew it"), "warning", "it ends soon", "renew it"),
        (Wrong("it has ended", "renew it"), "failed", "it has ended", "renew it"),
        (WorkplaceDown("nobody answers"), "failed", "nobody answers", "usual"),
        (ConnectionRefusedError(111, "Connection refused"), "failed", "Connection refused", "usual"),
        (requests.ConnectionError("https://ada:secret@x"), "failed", "(ConnectionError)", "usual"),
        (RuntimeError("secret"), "failed", "something unexpected went wrong (RuntimeError)", "usual"),
    ],
)
def test_no_answer(error: Exception, state: str, said: str, todo: str) -> None:
    """What raises is told in its own words only when they are safe, with what to change (LD-11)."""
    (found,) = answers("ad", [Question("bind", raising(error), "usual")])

    assert (state, todo) == (found.state, found.todo)
    assert found.said.endswith(said)
    assert "secret" not in found.said


def test_silence() -> None:
    """A question that is never answered is told as such, and the next one is asked."""
    never = Event()
    asked = [Question("silence", lambda: str(never.wait()), "wake it"), Question("the next", lambda: "well")]

    silent, after = answers("ad", asked, seconds=0.05)

    never.set()
    assert Finding("ad", "silence", "failed", "no answer within 0 seconds", "wake it") == silent
    assert Finding("ad", "the next", "ok", "well") == after


def test_stopping() -> None:
    """The next question is made when the one before was answered, so that a kind may stop."""
    done: list[str] = []

    def questions():
        yield Question("first", lambda: done.append("first") or "well")
        if done:
            return
        yield Question("second", lambda: "never")

    assert ["first"] == [one.what for one in answers("ad", questions())]
