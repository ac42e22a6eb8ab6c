"""What somebody ought to have, what a platform can hold, and what happens to leavers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.people import Assignment, Person
from mappings.rules import LeaverPolicy, LeaverStep
from provisioners.fingerprint import bits_of
from provisioners.platforms.descriptor import Descriptor
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.block import pack, unpack
from provisioners.sync.derive.leaver import leaver_act
from provisioners.sync.derive.narrow import Narrowing, missing, narrow, reference
from provisioners.sync.derive.wanted import Derivation
from tests.fakes.planning import Told
from tests.fakes.rules import FakeRules

DAY = date(2026, 11, 2)
KINDS = Descriptor(
    "x", "X", attributes=frozenset({"userName", "emails", "manager", "on"}), required=frozenset({"userName"})
)
POLICY = LeaverPolicy((LeaverStep(0, "suspend"), LeaverStep(30, "delete")))
UINT64 = st.integers(0, 2**64 - 1)


def gone(left_on=None, **more):
    return Person(1, "u", "p", "E1", leaves_on=left_on, **more)


def test_narrow():
    """What the platform does not know is left out, texts are trimmed and composed, empty values are no values."""
    wanted = {"userName": " e\u0301 ", "emails": ("a", " ", "b"), "shoeSize": "43", "on": True, "manager": "E1"}

    assert {"userName": "é", "emails": ("a", "b"), "on": True} == narrow(wanted, KINDS)
    assert "E1" == reference(wanted, KINDS)


def test_open_descriptor():
    """A descriptor that names no attributes takes all."""
    assert {"anything": "x"} == narrow({"anything": "x", "empty": ""}, Descriptor("y", "Y"))


def test_missing():
    """A required attribute without a value is told."""
    assert ("userName",) == missing({"emails": ("a",)}, KINDS)


@given(
    st.dictionaries(
        st.integers(0, 2**32 - 1),
        st.tuples(
            UINT64,
            UINT64,
            st.integers(0, 2**32 - 1),
            st.lists(st.text(max_size=8), max_size=3).map(tuple),
            st.integers(0, 1),
        ),
    )
)
def test_block(rows):
    """What is packed comes back."""
    assert rows == unpack(pack(rows))


@pytest.mark.parametrize("days", [1, 2, 400])
def test_suspend_first(days):
    """From the day after the last one the account is suspended, however late we look; never deleted at once (PR-05)."""
    left = DAY - timedelta(days=days)

    assert "suspend" == leaver_act(POLICY, gone(left), "active", None, DAY, "left").do


@pytest.mark.parametrize(("days", "act"), [(0, "none"), (29, "none"), (30, "delete"), (99, "delete")])
def test_delete_after_retention(days, act):
    """Retention counts from our own suspension (PR-05)."""
    assert act == leaver_act(POLICY, gone(), "suspended", DAY - timedelta(days=days), DAY, "left").do


def test_shorter_retention():
    """A policy cannot go below thirty days (PR-05)."""
    hasty = LeaverPolicy((LeaverStep(0, "delete"),))

    assert "suspend" == leaver_act(hasty, gone(), "active", None, DAY, "left").do
    assert "none" == leaver_act(hasty, gone(), "suspended", DAY - timedelta(days=29), DAY, "left").do


def test_unknown_suspension():
    """Without a date of our own suspension nothing is deleted."""
    assert "none" == leaver_act(POLICY, gone(), "suspended", None, DAY, "left").do


def test_later_suspension():
    """A policy may wait: five days after the last day of the last job."""
    policy = LeaverPolicy((LeaverStep(5, "suspend"),))
    person = gone(assignments=(Assignment("a", valid_to=DAY - timedelta(days=5)),))

    assert "none" == leaver_act(policy, person, "active", None, DAY, "left").do
    assert "suspend" == leaver_act(policy, person, "active", None, DAY + timedelta(days=1), "left").do


def test_keep():
    """A policy may keep accounts."""
    assert "none" == leaver_act(LeaverPolicy((LeaverStep(0, "keep"),)), gone(), "active", None, DAY, "left").do


def test_job_without_an_end():
    """As long as one job has no end in the past, nothing says when somebody left: retention counts from today."""
    policy = LeaverPolicy((LeaverStep(5, "suspend"),))
    jobs = (Assignment("a", valid_to=DAY - timedelta(days=90)), Assignment("b"))

    assert "none" == leaver_act(policy, gone(assignments=jobs), "active", None, DAY, "left").do


def test_policy_that_keeps_suspended():
    """A policy that ends with the suspension deletes nothing, however long ago that was."""
    policy = LeaverPolicy((LeaverStep(0, "suspend"),))

    act = leaver_act(policy, gone(), "suspended", DAY - timedelta(days=999), DAY, "left")

    assert ("none", "left; the policy keeps it suspended") == (act.do, act.reason)


def test_no_manager_there():
    """A platform that knows no manager is given none."""
    assert "" == reference({"manager": "E1"}, Descriptor("x", "X", attributes=frozenset({"userName"})))


def test_unknown_person():
    """Nobody ought to have anything under an id that is not in the org chart."""
    derivation = Derivation("chat", FakeRules(), KINDS, Chart(DAY, (), ()))

    with pytest.raises(LookupError):
        derivation.again(7)


@pytest.mark.parametrize("status", ["active", "gone"])
def test_in_scope(status):
    """Whoever works here ought to have an account, nobody else."""
    derivation = Derivation("chat", FakeRules(), KINDS, Chart(DAY, [Told(gone(status=status, email="e@x.nl"))], ()))

    assert (status == "active") is derivation.again(1).in_scope


def test_narrowed_once():
    """The same object is narrowed once, another one with the same values anew; a missing value gives no fingerprint."""
    narrowing = Narrowing(KINDS)
    wanted = {"userName": " e ", "shoeSize": "43"}

    first = narrowing.of(wanted)

    assert first is narrowing.of(wanted)
    assert (first, first is narrowing.of(dict(wanted))) == (narrowing.of(dict(wanted)), False)
    assert ({"userName": "e"}, (), bits_of("active", {"userName": "e"})) == first
    assert ({"on": True}, ("userName",), 0) == narrowing.of({"on": True})
    assert all(narrowing.of({"userName": str(each)}).attributes["userName"] == str(each) for each in range(200))
