"""What an administrator reads of a plan."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from provisioners.sync.plan.change import Change, Finding, Held, Phase, make_plan
from provisioners.sync.plan.render import as_json, as_text, describe

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


def test_elsewhere():
    """A plan of a moment says in which zones it was another date, and is another plan because of it."""
    usual, day = {"platforms": "chat"}, {"on": date(2026, 7, 1), "revision": 1, "organisation": 1}
    there = usual | {"elsewhere": "America/New_York 2026-06-30"}

    plain, both = make_plan([], **day, scope=usual), make_plan([], **day, scope=there)

    assert " for 2026-07-01, configuration" in as_text(plain)
    assert " for 2026-07-01 (America/New_York 2026-06-30), configuration" in as_text(both)
    assert plain.digest != both.digest


GROUP = Change(Phase.MEMBERSHIPS, "member_add", "chat", group="units/sales", members=(1, 2), reason="meets the rule")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (GROUP, "+ chat member_add units/sales: p1, p2: meets the rule"),
        (replace(GROUP, members=(1, 2, 3, 4, 5)), "+ chat member_add units/sales: p1, p2, p3 and 2 more: meets the rule"),
        (replace(GROUP, kind="member_remove", held="member_remove"), "- chat member_remove units/sales: p1, p2: meets the rule [held by guard member_remove]"),
        (Change(Phase.ACCOUNTS, "account_suspend", "chat", 7, reason="left"), "! chat account_suspend p7: left"),
        (
            Change(Phase.ACCOUNTS, "account_update", "chat", 7, before={"a": "x", "b": "y"}, after={"a": "x", "b": "z", "c": True}, reason="mover"),
            "~ chat account_update p7 (b: y -> z, c: True): mover",
        ),
        (Change(Phase.GROUPS, "group_create", "chat", group="g", after={"name": "G"}, reason="rule g"), "+ chat group_create g (name: G): rule g"),
    ],
)  # fmt: skip
def test_line(change, said):
    """One line says what, whom, which values, why, and what holds it."""
    assert said == describe(change, lambda person: f"p{person}")


def test_long_plan():
    """Counts come first, then what is held and left alone, then the first changes."""
    changes = [Change(Phase.ACCOUNTS, "account_create", "chat", each, reason="joiner") for each in range(1, 5)]
    held = Held("create", "chat", 4, 2, 10, "look at these")
    alone = [Finding("chat", "not_ours", "an account", remote_id=each) for each in "ab"]
    plan = make_plan(changes, on=date(2026, 11, 2), revision=1, organisation=1, held=[held], findings=alone)

    lines = as_text(plan, rows=2).splitlines()[1:]

    assert ["chat", "account_create", "4"] == lines[0].split()
    assert [
        "Held: chat create: 4 changes, agreed are 2 (of 10); look at these",
        "Left alone: chat not_ours x 2: an account",
        "+ chat account_create 1: joiner",
        "+ chat account_create 2: joiner",
        "... and 2 more; use --json for all",
    ] == lines[1:]


def test_for_machines():
    """Machines read the same plan: everything that is said, nothing that is empty."""
    change = replace(GROUP, before={"name": "A"}, held="member_add")
    held = Held("member_add", "chat", 2, 1, 10)
    plan = make_plan([change], on=date(2026, 11, 2), revision=3, organisation=4, held=[held], findings=[DOWN])

    told = as_json(plan, number=9)

    assert (9, plan.digest, "2026-11-02", 3, 4) == tuple(told.values())[:5]
    assert {"chat": {"member_add": 2}} == told["counts"]
    assert [
        {
            "phase": "memberships", "kind": "member_add", "platform": "chat", "group": "units/sales", "members": [1, 2],
            "before": {"name": "A"}, "reason": "meets the rule", "held": "member_add",
        }
    ] == told["changes"]  # fmt: skip
    assert ("member_add", 2) == (told["held"][0]["guard"], told["held"][0]["count"])
    assert "not_planned" == told["findings"][0]["what"]
