"""The token bucket as arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provisioners.sync.rollout.limiter import Bucket, full, pause, seconds, take

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def after(**by):
    return NOW + timedelta(**by)


def test_burst_then_rate():
    """A full bucket gives one second of calls, then as many as the rate refills."""
    bucket, first = take(full(10, NOW), 50, 10, NOW)
    bucket, second = take(bucket, 50, 10, after(seconds=0.5))

    assert (first.calls, second.calls) == (10, 5)


def test_empty():
    """An empty bucket says when the next call is possible."""
    _, grant = take(Bucket(0.0, NOW), 1, 4, NOW)

    assert (grant.calls, grant.wait) == (0, 0.25)


@pytest.mark.parametrize("rate", [0.1, 1, 7, 25, 1000])
def test_share_of_the_rate(rate):
    """Whoever asks when told to gets at least 95 % of the rate over time, and never more than rate and burst."""
    bucket, now, calls = Bucket(0.0, NOW), NOW, 0
    while now < after(seconds=200):
        bucket, grant = take(bucket, 8, rate, now)
        calls += grant.calls
        now += timedelta(seconds=max(grant.wait, 0.001))

    assert 0.95 * rate * 200 - 1 <= calls <= rate * 200 + max(1, rate)


def test_pause():
    """Inside a pause nothing is granted, and afterwards the lost time is not made up for."""
    shut = pause(full(10, NOW), after(seconds=60))

    _, inside = take(shut, 5, 10, after(seconds=59.9))
    _, then = take(shut, 50, 10, after(seconds=60))

    assert (inside.calls, then.calls) == (0, 1)
    assert inside.wait == pytest.approx(0.1)


def test_longer_pause_stays():
    """A shorter pause does not end a longer one."""
    shut = pause(full(10, NOW), after(seconds=60))

    assert pause(shut, after(seconds=5)) == shut


@pytest.mark.parametrize(("asked", "given"), [(-5, 0), (30, 30), (1e12, 3600)])
def test_nonsense(asked, given):
    """A Retry-After of centuries is asked again within an hour."""
    assert seconds(asked) == timedelta(seconds=given)
