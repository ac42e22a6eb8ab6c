"""The platform that lives in a dict keeps all promises."""

import pytest

from provisioners.conformance.platform_suite import PlatformSuite
from provisioners.platforms.memory.connector import Memory


class TestMemory(PlatformSuite):
    """Inherited promises."""

    kind = "memory"

    @pytest.fixture
    def connector(self):
        """Return an empty platform."""
        return Memory("sample")


def test_writes_are_counted_once():
    """A change that is already so is no write."""
    memory = Memory("sample")
    room = memory.create_group("units/1", "One")

    memory.rename_group(room, "One")
    memory.change_members(room, remove=["nobody"])

    assert 1 == memory.writes
