"""What a token allows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sso_bridge.admin.tokens import ROLES, ApiToken

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("held", ROLES)
@pytest.mark.parametrize("asked", ROLES)
def test_roles(held, asked) -> None:
    """AD-01: a role may do its own work and look, in the parts its scopes open; only an owner may do everything."""
    token = ApiToken("1", "n", held, ("admin",), NOW, "cli", NOW)

    assert token.may(asked) == (asked in {held, "viewer"} or held == "owner")
    assert not token.may(asked, "hr")
