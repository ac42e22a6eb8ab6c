"""`sso-bridge trace`."""

from __future__ import annotations

import pytest

from sso_bridge.login.trace import PLATFORM, WORKPLACE, Trace
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.traces import Traces


@pytest.fixture
def refused(run, blank_database: str, clock) -> str:
    """The reference of a sign-in that was refused, and of nobody known."""
    trace = Trace(clock, "saml", "wiki", "192.0.2.7")
    trace.add(PLATFORM, "asked")
    clock.move(seconds=2)
    trace.workplace, trace.prompted = "ad", True
    trace.add(WORKPLACE, "password", "sign_in_refused", "wrong_password")
    store = Store(blank_database)
    Traces(store).put(trace.record("sign_in_refused"))
    store.close()
    return trace.reference


def test_both_legs_are_told(run, refused: str) -> None:
    """The terminal shows both legs in order, each step with its moment, and the cause of the refusal."""
    told = run("trace", refused).stdout

    platform, workplace = told.index("Platform to bridge:"), told.index("Bridge to workplace:")
    assert platform < told.index("asked  ok") < workplace < told.index("!! sign_in_refused: wrong_password")
    assert "+   2.000 s  password" in told
    assert "platform   wiki (saml)" in told


def test_words_may_be_read_out(run_json, refused: str) -> None:
    """Capitals and blanks instead of hyphens, as somebody writes down what is read to him, find the same sign-in."""
    assert refused == run_json("trace", refused.replace("-", " ").title())["reference"]


def test_machines_get_every_step(run_json, refused: str) -> None:
    """With --json the record is as it was kept."""
    told = run_json("trace", refused)

    assert ["platform", "workplace"] == [step["leg"] for step in told["steps"]]
    assert ("sign_in_refused", True) == (told["outcome"], told["prompted"])


def test_latest_are_listed(run, run_json, refused: str) -> None:
    """Without words at hand, the newest sign-ins are a list, also for one platform only."""
    assert refused in run("trace", "--latest", "5").stdout
    assert [] == run_json("trace", "--latest", "5", "--platform", "chat")


def test_unknown_words(run) -> None:
    """Words that nobody was given are an error with a hint, no traceback."""
    result = run("trace", "no-such-words-here")

    assert 1 == result.exit_code
    assert "no sign-in has this reference" in result.stderr
    assert "--latest" in result.stderr


@pytest.mark.parametrize("words", [(), ("some-words", "--latest", "3")])
def test_one_of_the_two(run, words: tuple[str, ...]) -> None:
    """Neither or both of a reference and --latest is wrong usage."""
    assert 2 == run("trace", *words).exit_code
