"""A bridge that is pushed to, by calls or over a real line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sso_bridge.clock import now
from tests.fakes.scim_bridge import ScimBridge
from tests.lab import scim_pusher
from tests.lab.scim_pusher import PushedTo


@pytest.fixture
def bridge(store, clock, keys) -> ScimBridge:
    """The application with two sources that push."""
    return ScimBridge(store, clock, keys)


@pytest.fixture
def served(store, keys, site) -> Iterator[PushedTo]:
    """The same over TLS, by the clock on the wall."""
    url, port = scim_pusher.address()
    bridge = ScimBridge(store, now, keys, public_url=url)
    running = scim_pusher.start(site, bridge.app, bridge.texts["okta"], url, port)
    yield running
    running.stop()
