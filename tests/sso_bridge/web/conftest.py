"""A bridge to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.sign_in_bridge import SignInBridge


@pytest.fixture
def bridge(store: object, clock: FakeClock, tmp_path: Path) -> SignInBridge:
    """A bridge with Ada and Bob, signed in by nobody yet."""
    return SignInBridge(store, clock, tmp_path)
