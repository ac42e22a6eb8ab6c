"""How long refusals take (LD-09)."""

from __future__ import annotations

from sso_bridge.login.authenticate.ldap.pace import Pace


def paced(somebody: list[float], nobody: list[float]) -> list[float]:
    """Return how long nobody was made to wait after refusals that took so long."""
    now, waited = [0.0], []
    pace = Pace(lambda: now[0], waited.append)
    for took in somebody:
        begun, now[0] = now[0], now[0] + took
        pace.note(begun)
    for took in nobody:
        begun, now[0] = now[0], now[0] + took
        pace.even(begun)
    return [round(one, 6) for one in waited]


def test_waits_for_the_difference():
    """Nobody waits as much longer as real accounts take."""
    assert [0.1, 0.1] == paced([0.11, 0.12, 0.13], [0.02, 0.02])


def test_no_wait_for_nothing():
    """A directory that treats both alike is not slowed down; nor is one of which nothing is known yet."""
    assert [] == paced([0.01, 0.01], [0.01, 0.02])
    assert [] == paced([], [0.01])


def test_bounded():
    """A directory that hung for a minute makes nobody wait a minute."""
    assert [1.0] == [round(one, 1) for one in paced([60.0, 60.0], [0.0])]
