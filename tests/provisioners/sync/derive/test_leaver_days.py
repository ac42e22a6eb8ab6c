"""What a leaver policy does on which day, as a table. The last day counts; final steps count from our own act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mappings.leavers import LeaverPolicy, LeaverStep
from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.register import descriptor
from provisioners.sync.derive.anonymous import NAME, anonymised
from provisioners.sync.derive.leaver import leaver_act
from tests.fakes.org import ANN

LAST_DAY = date(2026, 6, 30)
GONE = replace(ANN, leaves_on=LAST_DAY)
NOW, LATER = LeaverStep(0, "suspend"), LeaverStep(7, "suspend")
KEEP = LeaverStep(0, "keep")
MONTH, YEAR = LeaverStep(30, "anonymise"), LeaverStep(335, "delete")

CASES = [
    ("on the day after the last one", (NOW,), "active", None, 1, "suspend"),
    ("out of scope, on her last day", (NOW,), "active", None, 0, "suspend"),
    ("a week later, the day before", (LATER,), "active", None, 7, "none"),
    ("a week later, the day", (LATER,), "active", None, 8, "suspend"),
    ("kept for ever", (KEEP,), "active", None, 999, "none"),
    ("kept, though suspended by hand", (KEEP,), "suspended", 1, 999, "none"),
    ("suspended for ever", (NOW,), "suspended", 1, 9999, "none"),
    ("deleted, the day before", (NOW, LeaverStep(30, "delete")), "suspended", 1, 30, "none"),
    ("deleted, the day", (NOW, LeaverStep(30, "delete")), "suspended", 1, 31, "delete"),
    ("a short retention is 30 days all the same", (NOW, LeaverStep(1, "delete")), "suspended", 1, 30, "none"),
    ("late by us: retention counts from our act", (NOW, LeaverStep(30, "delete")), "suspended", 10, 39, "none"),
    ("late by us, the day", (NOW, LeaverStep(30, "delete")), "suspended", 10, 40, "delete"),
    ("anonymised, the day before", (NOW, MONTH), "suspended", 1, 30, "none"),
    ("anonymised, the day", (NOW, MONTH), "suspended", 1, 31, "anonymise"),
    ("anonymised, still", (NOW, MONTH), "suspended", 1, 999, "anonymise"),
    ("anonymised, deleted later: the day before", (NOW, MONTH, YEAR), "suspended", 1, 365, "anonymise"),
    ("anonymised, deleted later: the day", (NOW, MONTH, YEAR), "suspended", 1, 366, "delete"),
    ("suspended by nobody knows whom", (NOW, MONTH), "suspended", None, 999, "none"),
    ("deleted already", (NOW, MONTH), "deleted", 1, 999, "none"),
]  # fmt: skip
"""What, the policy, the state, on which day after the last one we suspended, on which day it is, what is to be done."""


@pytest.mark.parametrize(
    ("policy", "state", "since", "day", "do"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_day(policy, state, since, day, do):
    """PR-05: suspended at once or after some days; what is final comes 30 days after our own suspension at least."""
    suspended = None if since is None else LAST_DAY + timedelta(days=since)

    act = leaver_act(LeaverPolicy(policy), GONE, state, suspended, LAST_DAY + timedelta(days=day), "left")

    assert do == act.do
    assert act.reason.startswith("left")


def test_reasons():
    """Until its day comes, a step says when that is."""

    def told(*steps, day=10):
        act = leaver_act(LeaverPolicy(steps), GONE, "suspended", LAST_DAY, LAST_DAY + timedelta(days=day), "left")
        return act.reason

    assert "left; anonymised from 2026-07-30 on" == told(NOW, MONTH)
    assert "left; deleted from 2026-07-30 on" == told(NOW, LeaverStep(3, "delete"))
    assert "left; suspended since 2026-06-30, kept for 30 days" == told(NOW, MONTH, day=40)


def test_nothing_of_the_person_is_left():
    """What a platform insists on becomes a pseudonym, the same every time; all the rest is emptied."""
    held = {"userName": "ann", "displayName": "Ann Smit", "emails": "ann@corp.example", "title": "", "manager": "u-1"}
    scim = descriptor("scim")

    left = anonymised(held, scim, ANN.uuid)

    assert left["userName"].startswith("former-")
    assert {"displayName": NAME, "emails": "", "title": "", "manager": ""} == {
        name: left[name] for name in left if name != "userName"
    }
    assert left == anonymised(left, scim, ANN.uuid)
    assert left["userName"] != anonymised(held, scim, "u-9")["userName"]
    assert anonymised({"userName": "a@b.nl"}, scim, ANN.uuid)["userName"].endswith("@anonymous.invalid")
    assert {"userName": "ann"} == anonymised(
        {"userName": "ann"}, Descriptor("x", "X", fixed=frozenset({"userName"})), "u"
    )
