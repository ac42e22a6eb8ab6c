"""Sending the audit to a log collector."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sso_bridge.audit.collector import FileCollector, TlsCollector, collector
from sso_bridge.audit.events import Event
from sso_bridge.audit.syslog import framed, message
from sso_bridge.jobs.port import Job
from sso_bridge.jobs.shipping import BATCH, JOB, MOST, Shipping
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.shipments import Shipments
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from tests.fakes.clock import FakeClock
from tests.lab.process import wait_until
from tests.lab.rsyslog import Rsyslog
from tests.lab.site import Site

THE_JOB = Job(1, JOB)


class Basket:
    """A collector that keeps what it takes, and can be out of order."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.broken = 0

    def take(self, messages: Sequence[bytes]) -> None:
        """Take them; when it breaks, it has taken them, and says nothing."""
        self.taken += [int(re.findall(rb'externalId="(\d+)"', one)[0]) for one in messages]
        if self.broken:
            self.broken -= 1
            raise ConnectionResetError


@pytest.fixture
def basket() -> Basket:
    """An empty one."""
    return Basket()


def shipping(store: Store, clock: FakeClock, audit: AuditLog, to: object) -> Shipping:
    """Return what sends."""
    return Shipping(Jobs(store, clock), clock, audit, Shipments(store), to)  # type: ignore[arg-type]


def fill(audit: AuditLog, count: int) -> None:
    """Record so many acts."""
    audit.record(*(Event("a.b", "cli", f"t{number}") for number in range(count)))


def test_each_at_least_once(store: Store, clock: FakeClock, audit: AuditLog, basket: Basket) -> None:
    """AD-11: it goes on where it stopped; what nobody knows to have arrived is sent again, nothing is left out."""
    fill(audit, BATCH + 20)
    ours = shipping(store, clock, audit, basket)
    basket.broken = 1

    failed = ours(THE_JOB)
    assert ("not sent (ConnectionResetError)", True) == (failed.error, failed.again is not None)
    again = ours(THE_JOB)
    fill(audit, 3)
    more = ours(THE_JOB)

    assert ({"sent": BATCH + 20}, {"sent": 3}) == (again.result, more.result)
    assert list(range(1, BATCH + 24)) == sorted(set(basket.taken))
    assert BATCH + 23 == Shipments(store).sent()


def test_a_bounded_job(store: Store, clock: FakeClock, audit: AuditLog, basket: Basket) -> None:
    """A long audit is sent by several jobs."""
    fill(audit, BATCH * MOST + 1)
    ours = shipping(store, clock, audit, basket)

    assert ({"sent": BATCH * MOST}, {"sent": 1}) == (ours(THE_JOB).result, ours(THE_JOB).result)


def test_enqueued_when_there_is_something(store: Store, clock: FakeClock, audit: AuditLog, basket: Basket) -> None:
    """One job for each place where it stands, and again after a while when that one has failed."""
    queue, ours = Jobs(store, clock), shipping(store, clock, audit, basket)
    ours.tick()
    assert queue.lease("w") is None
    fill(audit, 1)
    for _ in range(5):
        ours.tick()
    assert queue.lease("w") is not None
    assert queue.lease("w") is None
    clock.move(minutes=11)
    ours.tick()
    assert queue.lease("w") is not None
    ours(THE_JOB)
    clock.move(minutes=11)
    ours.tick()
    shipping(store, clock, audit, None).tick()
    assert {"sent": 0} == shipping(store, clock, audit, None)(THE_JOB).result


def test_the_message(audit: AuditLog) -> None:
    """RFC 5424 6: header, structured data and JSON on one line, whatever is in it; refusals are warnings (AD-12)."""
    why = 'x"]\\ \n\x1b[31m' + "y" * 500
    audit.record(
        Event("sign_in.refused", "nobody", "platform:chat", why=why, address="192.0.2.7"),
        Event("big.one", "cli", after={"said": "z" * 9000}),
    )
    refused, big = (message(record, "bridge 1.corp") for record in audit.records())

    head = rb"<108>1 2026-11-02T09:00:00\.000000Z bridge_1\.corp sso_bridge - sign_in\.refused \[audit@32473 "
    assert re.match(head, refused)
    assert b'src="192.0.2.7" reason="x\\"\\]\\\\ ??[31myyy' in refused
    assert refused.isascii()
    assert 1 == len(refused.splitlines())
    assert why == json.loads(refused[refused.index(b"] {") + 2 :])["why"]
    assert big.startswith(b"<109>1 ")
    assert (True, 2) == tuple(json.loads(big[big.index(b"] {") + 2 :])[name] for name in ("cut", "seq"))
    assert len(big) < 8192
    assert b"3 abc" == framed(b"abc")


def test_a_file(audit: AuditLog, tmp_path: Path) -> None:
    """A file gets a line a message, and grows."""
    fill(audit, 2)
    to = collector("file:log/audit.log", "", tmp_path)
    assert isinstance(to, FileCollector)
    (tmp_path / "log").mkdir()

    for record in audit.records():
        to.take([message(record, "h")])

    text = (tmp_path / "log" / "audit.log").read_text().splitlines()
    assert [1, 2] == [json.loads(line[line.index("] {") + 2 :])["seq"] for line in text]


def test_which_collector(tmp_path: Path) -> None:
    """The setting tells which."""
    assert collector("", "", tmp_path) is None
    assert TlsCollector("log.corp", 6514, "") == collector("tls://log.corp:6514", "", tmp_path)
    assert TlsCollector("::1", 1, str(tmp_path / "ca")) == collector("tls://[::1]:1", "ca", tmp_path)


@pytest.fixture
def rsyslog(site: Site) -> Iterator[Rsyslog]:
    """A log collector of Debian."""
    server = Rsyslog(site)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.mark.peer("rsyslog")
def test_rsyslog(store: Store, clock: FakeClock, audit: AuditLog, rsyslog: Rsyslog) -> None:
    """AD-11, CR-05: rsyslog gets every record over verified TLS; while it is away nothing is lost, then it goes on."""
    fill(audit, 700)
    ours = shipping(store, clock, audit, collector(rsyslog.address, str(rsyslog.ca_file), Path("/")))

    def numbers() -> list[int]:
        return [int(number) for line in rsyslog.lines for number in re.findall(r'externalId="(\d+)"', line)]

    assert {"sent": 700} == ours(THE_JOB).result
    wait_until(lambda: 700 <= len(numbers()), "rsyslog to write")
    rsyslog.stop()
    fill(audit, 5)
    assert ours(THE_JOB).error.startswith("not sent")
    rsyslog.start()
    assert {"sent": 5} == ours(THE_JOB).result
    wait_until(lambda: list(range(1, 706)) == sorted(set(numbers())), "rsyslog to have all of it")

    first = rsyslog.lines[0]
    assert first.startswith('[audit@32473 externalId="1" act="a.b" outcome="done" suser="cli" duser="t0"]')
    assert "t0" == json.loads(first[first.index("] ") + 2 :])["target"]


@pytest.mark.peer("rsyslog")
def test_an_unknown_collector(rsyslog: Rsyslog) -> None:
    """CR-05: a collector whose certificate nobody we know has signed gets nothing."""
    to = collector(rsyslog.address, "", Path("/"))
    assert to is not None

    with pytest.raises(ssl.SSLCertVerificationError):
        to.take([b"x"])

    assert [] == rsyslog.lines
