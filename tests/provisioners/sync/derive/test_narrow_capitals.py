"""Capitals that a platform does not keep are no difference."""

from provisioners.platforms.register import descriptor
from provisioners.sync.derive.narrow import narrow


def test_capitals_are_lowered_where_the_platform_lowers_them():
    """What is wanted and what the platform tells are the same, so that a second sync plans nothing."""
    wanted = {"userName": "Jan.Vos", "emails": ("Jan@corp.example", "J@corp.example"), "displayName": "Jan Vos"}

    held = narrow(wanted, descriptor("matrix_synapse"))

    assert {"userName": "jan.vos", "emails": ("jan@corp.example", "j@corp.example"), "displayName": "Jan Vos"} == held


def test_capitals_stay_elsewhere():
    """Other platforms keep them."""
    assert {"userName": "Jan.Vos"} == narrow({"userName": "Jan.Vos"}, descriptor("scim"))
