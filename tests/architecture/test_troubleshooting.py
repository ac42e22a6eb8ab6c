"""The page for administrators names what the journey of faults provokes."""

from __future__ import annotations

import pytest

from tests.architecture.house import ROOT
from tests.journeys.test_fifteen_faults import FAULTS

PAGE = (ROOT / "docs/troubleshooting.md").read_text()


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_its_line(name: str) -> None:
    """Whoever reads this code and reason in a trace finds a line that begins with it."""
    fault = FAULTS[name]
    lines = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]

    assert any(fault.outcome in line and f"({fault.reason})" in f"{line}()" for line in lines), name
