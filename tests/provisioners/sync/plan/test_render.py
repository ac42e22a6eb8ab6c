"""What an administrator reads of a plan."""

from __future__ import annotations

from datetime import date

import pytest

from provisioners.sync.plan.change import Finding, make_plan
from provisioners.sync.plan.render import as_text

DOWN = Finding("chat", "not_planned", "its accounts could not be read")


@pytest.mark.parametrize(
    ("findings", "platforms", "said"),
    [
        ([], "chat", "Nothing to do: every platform is as the rules want it."),
        ([DOWN], "wiki", "Nothing to do: every platform but chat is as the rules want it."),
        ([DOWN], "", "Nothing could be planned: chat could not be read."),
    ],
)
def test_unreachable(findings, platforms, said):
    """A platform that could not be read is never said to be in order: an error is not an absence."""
    scope = {"platforms": platforms}
    plan = make_plan([], on=date(2026, 11, 2), revision=1, organisation=1, findings=findings, scope=scope)

    text = as_text(plan)

    assert said in text
    assert ("Not planned: chat: its accounts could not be read" in text) is bool(findings)
