"""How far an import is, as those see it who follow it."""

from __future__ import annotations

import json

import pytest

from sso_bridge.store.staff.imports import Imports
from tests.fakes.admin import CSV, AdminBridge

HEADERS = {"Content-Type": "text/csv", "Idempotency-Key": "k"}


class Waits:
    """What happens while somebody waits: one step each time."""

    def __init__(self) -> None:
        self.steps, self.seconds = [], 0.0

    def __call__(self, seconds: float) -> None:
        self.seconds += seconds
        if self.steps:
            self.steps.pop(0)()


@pytest.fixture
def waits() -> Waits:
    """The waits."""
    return Waits()


@pytest.fixture
def bridge(store, clock, keys, waits) -> AdminBridge:
    """The application; nobody waits in real time."""
    return AdminBridge(store, clock, keys, parts={"wait": waits})


@pytest.fixture
def address(bridge) -> str:
    """An import that waits for a worker."""
    return bridge.call("POST", "/hr/v1/snapshots?source=payroll", "hr", data=CSV, headers=HEADERS).headers["Location"]


def events(text: str) -> list[dict]:
    """Return the events of a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines())
        if "event" in lines:
            found.append({**lines, "data": json.loads(lines["data"])})
    return found


def test_followed(bridge, waits, address):
    """Waiting, reading, over: each is told once, the last with the whole import; then the stream ends."""
    imports, uuid = Imports(bridge.store, bridge.clock), address.rpartition("/")[2]
    waits.steps = [
        lambda: imports.started(uuid),
        lambda: imports.progress(uuid, "reading", 5000),
        lambda: None,
        bridge.work,
    ]

    answer = bridge.call("GET", f"{address}/events", "hr")

    told = events(answer.text)
    assert "text/event-stream" == answer.mimetype
    assert answer.text.startswith("retry: 1000\n\n")
    assert ["progress", "progress", "progress", "end"] == [one["event"] for one in told]
    assert ["waiting", "running", "running", "taken"] == [one["data"]["state"] for one in told]
    assert 5000 == told[2]["data"]["rows_read"]
    assert 2 == told[3]["data"]["counts"]["rows_people"]


def test_no_thread_for_ever(bridge, waits, address):
    """TM-01: a stream of something that does not move ends by itself, with a sign of life now and then."""
    told = bridge.call("GET", f"{address}/events", "hr").text

    assert 14.5 == waits.seconds
    assert 1 == len(events(told))
    assert 2 == told.count(": nothing new")


def test_resumed(bridge, address):
    """Who comes back with the last id hears only what is new."""
    first = events(bridge.call("GET", f"{address}/events", "hr").text)
    again = bridge.call("GET", f"{address}/events", "hr", headers={"Last-Event-ID": first[-1]["id"]}).text
    bridge.work()
    later = events(bridge.call("GET", f"{address}/events", "hr", headers={"Last-Event-ID": first[-1]["id"]}).text)

    assert [] == events(again)
    assert ["end"] == [one["event"] for one in later]


def test_too_many(bridge, waits, address):
    """TM-01: when all places are taken one is told what is, and when to come back; no thread waits."""
    following = bridge.parts.following
    streams = [following.stream(lambda: None) for _ in range(2)]
    for one in streams:
        next(one)

    answer = bridge.call("GET", f"{address}/events", "hr")

    assert answer.text.startswith("retry: 5000\n\n")
    assert (1, 0.0) == (len(events(answer.text)), waits.seconds)
    streams[0].close()
    assert bridge.call("GET", f"{address}/events", "hr").text.startswith("retry: 1000\n\n")


def test_whose_business(bridge, address):
    """AD-02: the same right as for the import itself."""
    bridge.token("other", "viewer", scopes=("hr",))
    admin = address.replace("/hr/", "/admin/")
    bridge.work()

    def seen(path, *who):
        return [bridge.call("GET", f"{path}/events", one).status_code for one in who]

    assert [200, 404, 200, 401] == seen(address, "hr", "other", "viewer", "nobody")
    assert [403, 200] == seen(admin, "hr", "viewer")


def test_long_id(bridge, address):
    """An id that is none of ours is nobody's harm."""
    answer = bridge.call("GET", f"{address}/events", "hr", headers={"Last-Event-ID": "x" * 5000})

    assert 1 == len(events(answer.text))


def test_worker_tells(bridge, address):
    """A worker notes how many rows it has read, while it reads; a rollback leaves nothing half noted."""
    record = Imports(bridge.store, bridge.clock).get(address.rpartition("/")[2])
    note = bridge.parts.crew.reception._noting(record)
    seen = []
    for phase, rows in [("reading", 0), ("reading", 5000), ("reading", 10000), ("comparing", 12000)]:
        note(phase, rows)
        seen.append(Imports(bridge.store, bridge.clock).get(record.uuid).rows_read)
        bridge.clock.move(seconds=0.7)

    assert [0, 0, 10000, 12000] == seen
