"""Our server under scim-sanity, which nobody here wrote, over a real line."""

from __future__ import annotations

import pytest

from tests.lab import scim_sanity
from tests.lab.scim_pusher import PushedTo


@pytest.mark.peer("scim-sanity")
def test_strict_probe(served: PushedTo, site) -> None:
    """PR-14: its strict probe finds nothing; left out is only what SCIM 2.0 does not have (agents)."""
    report = scim_sanity.probe(served.url, served.token, site.authority.ca_file)

    wrong = [one for one in report["results"] if one["status"] not in {"pass", "skip"}]
    assert [] == wrong
    assert 0 == report["exit_status"]
    assert all("Agent" in one["name"] for one in report["results"] if one["status"] == "skip")
    assert report["summary"]["passed"] >= 28
