"""HR systems, and what reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.lines import Reading
from sso_bridge.hr.pull.reader import PullReader
from sso_bridge.outgoing import open_session
from tests.fakes.clock import FakeClock
from tests.fakes.hr_systems import HrSystem

Read = Callable[[HrSystem], tuple[Reading, list[dict[str, Any]]]]


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited."""
    return []


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """What stands between us and them."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def read(wire: responses.RequestsMock, waits: list[float]) -> Read:
    """Read a system, and give the rows of people."""

    def once(system: HrSystem, since: str = "", **source: object) -> tuple[Reading, list[dict[str, Any]]]:
        wire.reset()
        system.listen(wire)
        known = parse({"hr_sources": {"people": {**system.source, **source}}}).configuration
        session = open_session()
        reader = PullReader(lambda: known, lambda _: "s3cret", lambda: session, FakeClock(), waits.append)
        with reader.read("people", since) as reading:
            files = {one.name: one.stream for one in reading.uploads}
            lines = files["people"].read().decode().splitlines() if "people" in files else []
            return reading, [json.loads(line) for line in lines if not line.startswith("#")]

    return once
