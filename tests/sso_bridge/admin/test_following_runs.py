"""How far a run is, as those see it who follow it: by the same streams as imports."""

from __future__ import annotations

import pytest

from sso_bridge.api.following import MEDIA
from tests.fakes.admin import AdminBridge
from tests.sso_bridge.hr.test_events import Waits, events

FOLLOWS = {"Accept": MEDIA}


@pytest.fixture
def waits() -> Waits:
    """The waits."""
    return Waits()


@pytest.fixture
def bridge(store, clock, keys, waits) -> AdminBridge:
    """The application; nobody waits in real time."""
    return AdminBridge(store, clock, keys, parts={"wait": waits})


@pytest.fixture
def run(bridge) -> int:
    """A run of which nothing is done yet."""
    number, _ = bridge.made_plan()
    runs = bridge.parts.crew.runs
    runs.approve(number, "cli")
    return runs.open(number, "cli")


def follow(bridge, run, who="owner", **headers):
    return bridge.call("GET", f"/admin/v1/runs/{run}", who, headers={**FOLLOWS, **headers})


def test_followed(bridge, waits, run):
    """What is open is told first, and in the end the whole report; then the stream ends."""
    waits.steps = [lambda: None, lambda: bridge.parts.crew.runs.cancel(run, "cli")]

    answer = follow(bridge, run)

    told = events(answer.text)
    assert MEDIA == answer.mimetype
    assert answer.text.startswith("retry: 1000\n\n")
    assert ["progress", "end"] == [one["event"] for one in told]
    assert {"run": run, "state": "open"}.items() <= told[0]["data"].items()
    assert 0 < told[0]["data"]["actions"]["waiting"]
    report = bridge.call("GET", f"/admin/v1/runs/{run}").json
    assert report["totals"] == told[1]["data"]["totals"]
    assert "cancelled" == told[1]["data"]["state"]


def test_no_thread_for_ever(bridge, waits, run):
    """TM-01: a stream of a run that does not move ends by itself, with a sign of life now and then."""
    told = follow(bridge, run).text

    assert 14.5 == waits.seconds
    assert 1 == len(events(told))
    assert 2 == told.count(": nothing new")


def test_resumed(bridge, run):
    """Who comes back with the last id hears only what is new."""
    first = events(follow(bridge, run).text)
    seen = {"Last-Event-ID": first[-1]["id"]}
    again = events(follow(bridge, run, **seen).text)
    bridge.parts.crew.runs.cancel(run, "cli")

    later = events(follow(bridge, run, **seen).text)

    assert [] == again
    assert [("end", "cancelled")] == [(one["event"], one["data"]["state"]) for one in later]


def test_too_many(bridge, waits, run):
    """TM-01: when all places are taken one is told what is, and when to come back; no thread waits."""
    streams = [bridge.parts.following.stream(lambda: None) for _ in range(2)]
    for one in streams:
        next(one)

    answer = follow(bridge, run)

    assert answer.text.startswith("retry: 5000\n\n")
    assert (1, 0.0) == (len(events(answer.text)), waits.seconds)
    for one in streams:
        one.close()


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/event-stream;q=0.1, application/json"])
def test_report(bridge, run, accept):
    """Who does not ask for events gets the report."""
    answer = bridge.call("GET", f"/admin/v1/runs/{run}", headers={"Accept": accept} if accept else {})

    assert "application/json" == answer.mimetype
    assert run == answer.json["run"]


def test_whose_business(bridge, run):
    """AD-02: the same right as for the report."""
    bridge.parts.crew.runs.cancel(run, "cli")

    assert [200, 403, 401] == [follow(bridge, run, who).status_code for who in ("viewer", "hr", "nobody")]
    assert 404 == follow(bridge, run + 1).status_code
