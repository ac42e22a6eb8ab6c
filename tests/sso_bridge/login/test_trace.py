"""The record of a sign-in."""

from __future__ import annotations

from sso_bridge.login.trace import MOST_STEPS, PLATFORM, WORKPLACE, Trace
from sso_bridge.login.words import WORDS, reference
from tests.fakes.clock import FakeClock


def test_words():
    """There are enough short words, each once, that can be told on the telephone."""
    assert len(set(WORDS)) == len(WORDS) >= 512
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 9 for word in WORDS)
    assert 4 == len(reference().split("-"))
    assert reference() != reference()


def test_steps():
    """Steps tell moment, leg, outcome and cause, on one printable line each (AD-12)."""
    trace = Trace(FakeClock(), "oidc", "chat", "10.0.0.1")
    trace.add(PLATFORM, "asked")
    trace.add(WORKPLACE, "refused", "sign_in_refused", "wrong\npassword\x1b[2J" + "x" * 500)
    record = trace.record("sign_in_refused")

    assert {"at": "2026-11-02T09:00:00+00:00", "leg": "platform", "what": "asked", "outcome": "ok"} == record.steps[0]
    assert record.steps[1]["cause"].startswith("wrong?password?[2Jxxx")
    assert 300 == len(record.steps[1]["cause"])
    assert record.ended_at is not None
    assert trace.record("waiting").ended_at is None


def test_endless():
    """An endless sign-in keeps its beginning and its end."""
    trace = Trace(FakeClock(), "oidc", "chat", "")
    for number in range(500):
        trace.add(PLATFORM, str(number))

    assert MOST_STEPS == len(trace.steps)
    assert ("0", "499") == (trace.steps[0]["what"], trace.steps[-1]["what"])
