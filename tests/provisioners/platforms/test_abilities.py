"""What a platform can do as it is configured."""

from __future__ import annotations

import pytest

from provisioners.errors import NeedsAdmin
from provisioners.platforms.register import abilities
from tests.provisioners.platforms.opened import opened


@pytest.mark.parametrize(
    ("provisioning", "nests"),
    [
        ({"connector": "scim"}, False),
        ({"connector": "scim", "nested_groups": False}, False),
        ({"connector": "scim", "nested_groups": True}, True),
        ({"connector": "memory"}, True),
        ({"connector": "matrix_synapse"}, False),
    ],
)
def test_groups_inside_groups(provisioning, nests):
    """Groups hold groups where the platform can, and with SCIM only where it is switched on."""
    assert nests is abilities(provisioning).nests


def test_no_connector():
    """A platform without a connector can do nothing."""
    with pytest.raises(NeedsAdmin):
        abilities({})


def test_wrong_setting():
    """The switch is true or false."""
    with pytest.raises(NeedsAdmin, match="nested_groups"):
        opened("scim", url="https://chat.example", nested_groups="yes")
