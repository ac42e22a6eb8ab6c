"""Every requirement this release promises has a test."""

from __future__ import annotations

import pytest

from tests.architecture.requirements import coverage, requirements

COVERED = coverage()


@pytest.mark.parametrize("requirement", requirements()["tested"])
def test_has_a_test(requirement: str) -> None:
    """At least one test names it in its docstring."""
    assert COVERED.get(requirement)
