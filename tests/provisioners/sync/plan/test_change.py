"""A plan is a value: it has one text and one digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from provisioners import fingerprint
from provisioners.sync.plan.change import Change, Phase, from_canonical, make_plan
from provisioners.sync.plan.render import as_json, as_text

CHANGE = Change(
    Phase.ACCOUNTS,
    "account_update",
    "chat",
    7,
    "u-7",
    "s-7",
    remote_id="r7",
    before={"title": "a", "mails": ("x", "y")},
    after={"title": "Ünï", "mails": ("x",)},
    reason="mover",
    precondition="01",
    result="02",
    eased={"title": "normal"},
)


def plan(*changes):
    return make_plan(changes, on=date(2026, 11, 2), revision=3, organisation=4)


def test_there_and_back():
    """The canonical text holds everything (PR-03)."""
    assert CHANGE == from_canonical(CHANGE.canonical())


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "account_suspend"},
        {"person_id": 8},
        {"after": {}},
        {"reason": "x"},
        {"held": "update"},
        {"result": "03"},
        {"eased": {"title": "weak"}},
    ],
)
def test_digest(other):
    """Any difference gives another digest; order of attributes is none (PR-03)."""
    same = replace(CHANGE, after=dict(reversed(list(CHANGE.after.items()))))

    assert plan(CHANGE).digest == plan(same).digest
    assert plan(CHANGE).digest != plan(replace(CHANGE, **other)).digest


def test_counts_first():
    """The text begins with the counts; members count singly."""
    members = Change(Phase.MEMBERSHIPS, "member_add", "chat", group="units/hr", members=(1, 2, 3, 4), reason="rule")

    text = as_text(plan(CHANGE, members), who=lambda each: f"E{each}")

    assert ["account_update", "1"] == text.splitlines()[1].split()[1:]
    assert ["member_add", "4"] == text.splitlines()[2].split()[1:]
    assert "~ chat account_update E7 (mails: ('x', 'y') -> ('x',), title: a -> Ünï): mover" in text
    assert "+ chat member_add units/hr: E1, E2, E3 and 1 more: rule" in text


def test_nothing_to_do():
    """An empty plan says so."""
    assert "Nothing to do" in as_text(plan())
    assert [] == as_json(plan())["changes"]


def test_fingerprint():
    """Empty values and order do not count; state, values and references do."""
    of = fingerprint.of_account
    base = of("active", {"a": "1", "b": ""})

    assert base == of("active", {"a": "1"})
    assert 4 == len(
        {base, of("suspended", {"a": "1"}), of("active", {"a": "2"}), of("active", {"a": "1", "manager": "u"})}
    )


def test_members_fingerprint():
    """Order does not count; one member more or less is one operation."""
    assert fingerprint.of_members([1, 2, 3]) == fingerprint.of_members([3, 1]) ^ fingerprint.mixed(2)
    assert 0 == fingerprint.of_members([])
