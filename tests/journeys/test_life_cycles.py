"""Working lives on the calendar: what HR states on which day, and what somebody then has, morning after morning.

Read a case from top to bottom. `hr` are the days on which HR sends its org chart (at nine in the morning) and the lines
that it changed: `ann leaves_on=2026-06-30` is Ann's one job with the usual facts, two lines are two jobs. `then` are
the days looked at (at noon, or at the hour given, in Amsterdam unless a zone is named) with account and groups. In
between nobody does anything but the clock. The company, its rules and the zones of its offices are in
`tests/fakes/life.py`: accounts are deleted thirty days after they were suspended.
"""

from __future__ import annotations

import pytest

from tests.fakes.life import Case, Life, lived

CASES = (
    Case(
        "the last day is a working day",
        {"2026-06-01": "ann leaves_on=2026-06-30"},
        {
            "2026-06-29": {"ann": "active sales"},
            "2026-06-30": {"ann": "active sales"},
            "2026-07-01": {"ann": "suspended"},
            "2026-07-30": {"ann": "suspended"},
            "2026-07-31": {"ann": "none"},
        },
    ),
    Case(
        "days begin at midnight in Amsterdam, not in UTC",
        {"2026-06-01": "ann leaves_on=2026-06-30\nfay valid_from=2026-07-01"},
        {
            "2026-06-30 23:59": {"ann": "active sales", "fay": "none"},
            "2026-07-01 00:01": {"ann": "suspended", "fay": "active sales"},
        },
    ),
    Case(
        "the last day has 23 hours: summer time begins",
        {"2027-03-01": "ann leaves_on=2027-03-28\nfay valid_from=2027-03-29"},
        {
            "2027-03-28 00:01": {"ann": "active sales"},
            "2027-03-28 03:01": {"ann": "active sales"},
            "2027-03-28 23:59": {"ann": "active sales", "fay": "none"},
            "2027-03-29 00:01": {"ann": "suspended", "fay": "active sales"},
        },
    ),
    Case(
        "the last day has 25 hours: summer time ends",
        {"2026-10-01": "ann leaves_on=2026-10-25\nfay valid_from=2026-10-26"},
        {
            "2026-10-25 00:01": {"ann": "active sales"},
            "2026-10-25 23:59": {"ann": "active sales", "fay": "none"},
            "2026-10-26 00:01": {"ann": "suspended", "fay": "active sales"},
        },
    ),
    Case(
        "the last day is 29 February",
        {"2028-02-01": "ann leaves_on=2028-02-29\nfay valid_from=2028-02-29"},
        {
            "2028-02-28": {"ann": "active sales", "fay": "none"},
            "2028-02-29": {"ann": "active sales", "fay": "active sales"},
            "2028-03-01": {"ann": "suspended", "fay": "active sales"},
        },
    ),
    Case(
        "one contract ends with the year, the next begins with it",
        {
            "2026-12-01": """
                ann job=old title=Seller valid_to=2026-12-31
                ann job=new title=Coach valid_from=2027-01-01 unit=tech
                fay valid_to=2026-12-31"""
        },
        {
            "2026-12-31 23:59": {"ann": "active sales title=Seller", "fay": "active sales title=Seller"},
            "2027-01-01 00:01": {"ann": "active tech title=Coach", "fay": "suspended title=Seller"},
        },
        ("title",),
    ),
    Case(
        "away, and back: the account stays",
        {"2026-06-01": "ann\nleave ann valid_from=2026-06-15 valid_to=2026-07-31"},
        {
            "2026-06-14": {"ann": "active sales"},
            "2026-06-15": {"ann": "active away sales"},
            "2026-07-31": {"ann": "active away sales"},
            "2026-08-01": {"ann": "active sales"},
        },
    ),
    Case(
        "away beyond the last day: the last day counts",
        {"2026-06-01": "ann leaves_on=2026-06-30\nleave ann valid_from=2026-06-15 valid_to=2026-07-31"},
        {
            "2026-06-15": {"ann": "active away sales"},
            "2026-06-30": {"ann": "active away sales"},
            "2026-07-01": {"ann": "suspended"},
        },
    ),
    Case(
        "hired before, the account comes on the first day",
        {"2026-06-01": "fay valid_from=2026-07-01 hired_on=2026-07-01"},
        {
            "2026-06-01": {"fay": "none"},
            "2026-06-30": {"fay": "none"},
            "2026-07-01": {"fay": "active sales"},
        },
    ),
    Case(
        "the first day is moved: later, then earlier",
        {
            "2026-06-01": "fay valid_from=2026-07-01 hired_on=2026-07-01",
            "2026-06-10": "fay valid_from=2026-07-15 hired_on=2026-07-15",
            "2026-07-02": "fay valid_from=2026-07-06 hired_on=2026-07-06",
        },
        {
            "2026-07-01": {"fay": "none"},
            "2026-07-05": {"fay": "none"},
            "2026-07-06": {"fay": "active sales"},
        },
    ),
    Case(
        "the first day is moved after it has begun: no account until then, and the same one after",
        {"2026-06-01": "fay valid_from=2026-06-01", "2026-06-03": "fay valid_from=2026-06-15"},
        {
            "2026-06-02": {"fay": "active sales"},
            "2026-06-03": {"fay": "suspended"},
            "2026-06-15": {"fay": "active sales"},
        },
    ),
    Case(
        "the last day is moved later, in time",
        {"2026-06-01": "ann leaves_on=2026-06-30", "2026-06-29": "ann leaves_on=2026-07-31"},
        {
            "2026-07-01": {"ann": "active sales"},
            "2026-07-31": {"ann": "active sales"},
            "2026-08-01": {"ann": "suspended"},
        },
    ),
    Case(
        "the last day is moved earlier",
        {"2026-06-01": "ann leaves_on=2026-07-31", "2026-06-10": "ann leaves_on=2026-06-12"},
        {
            "2026-06-12": {"ann": "active sales"},
            "2026-06-13": {"ann": "suspended"},
        },
    ),
    Case(
        "the last day is withdrawn: before it, and after it",
        {
            "2026-06-01": "ann leaves_on=2026-06-30\nfay leaves_on=2026-06-30",
            "2026-06-30": "ann",
            "2026-07-02": "fay",
        },
        {
            "2026-06-30": {"ann": "active sales", "fay": "active sales"},
            "2026-07-01": {"ann": "active sales", "fay": "suspended"},
            "2026-07-02": {"ann": "active sales", "fay": "active sales"},
            "2026-08-15": {"ann": "active sales", "fay": "active sales"},
        },
    ),
    Case(
        "the last day is told too late: suspended at once, kept for thirty days from then",
        {"2026-06-01": "ann", "2026-07-10": "ann leaves_on=2026-06-30"},
        {
            "2026-07-09": {"ann": "active sales"},
            "2026-07-10": {"ann": "suspended"},
            "2026-07-31": {"ann": "suspended"},
            "2026-08-08": {"ann": "suspended"},
            "2026-08-09": {"ann": "none"},
        },
    ),
    Case(
        "hired again while the account is kept: the same account",
        {"2026-06-01": "ann leaves_on=2026-06-30", "2026-07-15": "ann valid_from=2026-07-20 unit=tech"},
        {
            "2026-07-01": {"ann": "suspended"},
            "2026-07-19": {"ann": "suspended"},
            "2026-07-20": {"ann": "active tech"},
            "2026-08-15": {"ann": "active tech"},
        },
    ),
    Case(
        "hired again for the day after the last day: nothing is interrupted",
        {
            "2026-06-01": "ann leaves_on=2026-06-30",
            "2026-06-29": "ann valid_to=2026-06-30\nann job=again valid_from=2026-07-01 unit=tech",
        },
        {
            "2026-06-29": {"ann": "active sales"},
            "2026-06-30": {"ann": "active sales"},
            "2026-07-01": {"ann": "active tech"},
        },
    ),
    Case(
        "hired again after the deletion: another account",
        {"2026-06-01": "ann leaves_on=2026-06-30", "2026-08-20": "ann valid_from=2026-09-01"},
        {
            "2026-06-30": {"ann": "active sales"},
            "2026-07-01": {"ann": "suspended"},
            "2026-07-31": {"ann": "none"},
            "2026-08-31": {"ann": "none"},
            "2026-09-01": {"ann": "active sales (account 2)"},
        },
    ),
    Case(
        "out and in on the same day: nothing is interrupted",
        {
            "2026-06-01": """
                ann job=old valid_to=2026-06-30
                ann job=new valid_from=2026-06-30 unit=tech
                fay job=old valid_to=2026-06-30
                fay job=new valid_from=2026-07-01 unit=tech"""
        },
        {
            "2026-06-29": {"ann": "active sales", "fay": "active sales"},
            "2026-06-30": {"ann": "active sales tech", "fay": "active sales"},
            "2026-07-01": {"ann": "active tech", "fay": "active tech"},
        },
    ),
    Case(
        "a second job begins and ends",
        {
            "2026-06-01": """
                ann job=first primary=yes
                ann job=second unit=tech title=Tester manager=cas valid_from=2026-06-15 valid_to=2026-06-30"""
        },
        {
            "2026-06-14": {"ann": "active sales title=Seller manager=ben"},
            "2026-06-15": {"ann": "active sales tech title=Seller manager=ben"},
            "2026-06-30": {"ann": "active sales tech title=Seller manager=ben"},
            "2026-07-01": {"ann": "active sales title=Seller manager=ben"},
        },
        ("title", "manager"),
    ),
    Case(
        "the unit is moved below another one",
        {
            "2026-06-01": """
                ann
                unit sales head=ben valid_to=2026-06-30
                unit sales head=ben parent=tech valid_from=2026-07-01"""
        },
        {
            "2026-06-30": {"ann": "active sales", "gus": "active tech"},
            "2026-07-01": {"ann": "active sales tech", "gus": "active tech"},
        },
    ),
    Case(
        "the unit is closed: its people stay, its group is empty and nobody owns it any more",
        {"2026-06-01": "ann\nunit sales head=ben valid_to=2026-06-30"},
        {
            "2026-06-30": {"ann": "active sales", "#sales": "owned by ben: ann ben"},
            "2026-07-01": {"ann": "active", "#sales": "owned by nobody: nobody"},
        },
    ),
    Case(
        "the unit gets another head",
        {"2026-06-01": "ann\nunit sales head=ben valid_to=2026-06-30\nunit sales head=ann valid_from=2026-07-01"},
        {
            "2026-06-30": {"#sales": "owned by ben: ann ben"},
            "2026-07-01": {"#sales": "owned by ann: ann ben"},
        },
    ),
    Case(
        "a change of manager is told ahead",
        {"2026-06-01": "ann job=one valid_to=2026-06-30\nann job=one manager=cas valid_from=2026-07-01"},
        {
            "2026-06-30": {"ann": "active sales manager=ben"},
            "2026-07-01": {"ann": "active sales manager=cas"},
        },
        ("manager",),
    ),
    Case(
        "a contractor is employed",
        {
            "2026-06-01": """
                ann job=hired kind=contractor valid_to=2026-06-30
                ann job=own kind=employee valid_from=2026-07-01"""
        },
        {
            "2026-06-30": {"ann": "active contractors sales"},
            "2026-07-01": {"ann": "active sales"},
        },
    ),
    Case(
        "volunteers and suppliers come and go by their dates as everybody does",
        {
            "2026-06-01": """
                ann kind=volunteer title=Host valid_from=2026-06-10 valid_to=2026-06-20
                fay kind=supplier title=Auditor valid_from=2026-06-10 leaves_on=2026-06-20"""
        },
        {
            "2026-06-09": {"ann": "none", "fay": "none"},
            "2026-06-10": {"ann": "active sales title=Host", "fay": "active sales title=Auditor"},
            "2026-06-20": {"ann": "active sales title=Host", "fay": "active sales title=Auditor"},
            "2026-06-21": {"ann": "suspended title=Host", "fay": "suspended title=Auditor"},
        },
        ("title",),
    ),
    Case(
        "away without an end, until HR says that it is over",
        {
            "2026-06-01": "ann\nleave ann valid_from=2026-06-15",
            "2026-08-03": "ann\nleave ann valid_from=2026-06-15 valid_to=2026-08-02",
        },
        {
            "2026-06-14": {"ann": "active sales"},
            "2026-07-31": {"ann": "active away sales"},
            "2026-08-03": {"ann": "active sales"},
        },
    ),
    Case(
        "an intern is employed after a summer off: the same account",
        {
            "2026-06-01": """
                ann job=stage kind=intern title=Intern valid_to=2026-06-30
                ann job=own kind=employee valid_from=2026-07-20 unit=tech"""
        },
        {
            "2026-06-30": {"ann": "active interns sales title=Intern"},
            "2026-07-01": {"ann": "suspended title=Intern"},
            "2026-07-20": {"ann": "active tech title=Seller"},
        },
        ("title",),
    ),
    Case(
        "married: the name in the order that was chosen, on the same account",
        {
            "2026-06-01": "ann",
            "2026-06-12": "ann partner_name='de Vries' name_order=partner-own",
            "2026-06-20": "ann partner_name='de Vries' name_order=own",
        },
        {
            "2026-06-11": {"ann": "active sales name=Ann Visser"},
            "2026-06-12": {"ann": "active sales name=Ann de Vries-Visser"},
            "2026-06-20": {"ann": "active sales name=Ann Visser"},
        },
        ("name",),
    ),
    Case(
        "a newcomer has the mail address of somebody who left: an account of their own on the day that one goes",
        {"2026-06-01": "ann leaves_on=2026-06-30", "2026-07-10": "fay email=ann@example.nl valid_from=2026-07-15"},
        {
            "2026-07-01": {"ann": "suspended", "fay": "none"},
            "2026-07-15": {"ann": "suspended", "fay": "none"},
            "2026-07-30": {"ann": "suspended", "fay": "none"},
            "2026-07-31": {"ann": "none", "fay": "active sales"},
        },
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.title.replace(" ", "-") for case in CASES])
def test_life(case, store, clock, keys):
    """Each day's accounts and groups are what HR's dates say, by themselves; a last sync sends nothing (PR-05)."""
    life = Life(store, clock, keys)

    assert case.then == lived(case, life, clock)
    assert 0 == life.again()
