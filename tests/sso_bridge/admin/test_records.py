"""What is written down, over the API."""

from __future__ import annotations

import pytest

from sso_bridge.audit.events import Event
from tests.fakes.admin import AdminBridge

VERIFY = "/admin/v1/audit/verify"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application, with some acts in the audit."""
    made = AdminBridge(store, clock, keys)
    made.parts.audit.record(*(Event("a.b", "cli", f"t{number}") for number in range(40)))
    return made


def test_verify_in_parts(bridge: AdminBridge) -> None:
    """AD-11: a request walks a bounded part of the audit, and tells where to go on until the end."""
    end = bridge.parts.audit.end().seq
    seen, after = [], 0
    while after is not None:
        part = bridge.call("GET", f"{VERIFY}?limit=15&after={after}", "viewer").json
        assert (True, after) == (part["sound"], part["after"])
        seen.append(part["records"])
        after = part["next"]

    assert (end, 1 + (end - 1) // 15) == (seen[-1], len(seen))


def test_verify_has_bounds(bridge: AdminBridge) -> None:
    """AD-10: nobody can ask for more than a request may take, or begin behind the end."""
    assert bridge.call("GET", VERIFY, "viewer").json["next"] is None
    for query in ("limit=20001", "limit=0", "after=-1", "after=9999"):
        assert 422 == bridge.call("GET", f"{VERIFY}?{query}", "viewer").status_code
