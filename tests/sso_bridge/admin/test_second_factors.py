"""Taking away what somebody lost."""

from __future__ import annotations

import pytest

from sso_bridge.second_factor.ports import Factor
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB

BASE = f"/admin/v1/people/{ADA.uuid}/second-factors"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application, and Ada with an app."""
    made = AdminBridge(store, clock, keys)
    made.parts.factors.add(Factor("f1", ADA.id, "totp", "telephone", b"sealed", clock()))
    made.parts.factors.add(Factor("f2", BOB.id, "totp", "telephone", b"sealed", clock()))
    made.parts.factors.replace_codes(ADA.id, [b"a" * 32], clock())
    return made


def test_list(bridge: AdminBridge):
    """What there is, without a secret (AD-06)."""
    told = bridge.call("GET", BASE, "operator").json

    assert 1 == told["recovery_codes"]
    assert [{"id", "kind", "title", "added_at", "used_at"}] == [set(one) for one in told["items"]]


def test_reset(bridge: AdminBridge):
    """All factors and codes of this person go, the sessions end, and it is audited with the reason."""
    done = bridge.call("POST", f"{BASE}/reset", json={"why": "telephone lost"})
    last = bridge.call("GET", "/admin/v1/audit?limit=5").json["items"]

    assert {"removed": 1, "sessions_ended": 0} == done.json
    assert ((), 0) == (bridge.parts.factors.of_person(ADA.id), bridge.parts.factors.codes_left(ADA.id))
    assert 1 == len(bridge.parts.factors.of_person(BOB.id))
    assert [("second_factor.reset", "telephone lost")] == [
        (one["what"], one["why"]) for one in last if one["what"].startswith("second_factor")
    ]


def test_nobody(bridge: AdminBridge):
    """Somebody who is not there has none."""
    assert 404 == bridge.call("GET", BASE.replace(ADA.uuid, "0" * 8 + ADA.uuid[8:-1] + "9")).status_code
