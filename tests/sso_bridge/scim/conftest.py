"""A bridge that is pushed to."""

from __future__ import annotations

import pytest

from tests.fakes.scim_bridge import ScimBridge


@pytest.fixture
def bridge(store, clock, keys) -> ScimBridge:
    """The application with two sources that push."""
    return ScimBridge(store, clock, keys)
