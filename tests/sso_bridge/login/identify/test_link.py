"""The first meeting of a workplace subject and a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sso_bridge.errors import PersonInactive, UnknownPerson
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.identify.link import LinkConflict
from tests.fakes.clock import START
from tests.fakes.sign_in_bridge import ADA, BOB, SignInBridge

LOGIN = VerifiedLogin(Subject("ad", "guid-1", "entryUUID"), START, ("pwd",), "x", {"employee_number": "E1"})


@pytest.fixture
def identify(bridge: SignInBridge):
    """Step 2 of a sign-in."""
    return bridge.sign_in.arrival.identify


def test_first_and_later(bridge: SignInBridge, identify):
    """A new subject is linked by its HR number, once; later the number is not looked at any more (ID-01)."""
    first = identify.person(LOGIN)
    later = identify.person(replace(LOGIN, keys={"employee_number": "E2"}))

    assert (ADA.id, ADA.id) == (first.id, later.id)
    assert ["link.made"] == bridge.audit.what()


@pytest.mark.parametrize("number", ["", "E404", "e1", " E1", "E1 ", "1"])
def test_number_of_nobody(identify, number: str):
    """Without a number, or with one that is not exactly somebody's, nobody is linked (ID-02, ID-03, ID-05)."""
    with pytest.raises(UnknownPerson):
        identify.person(replace(LOGIN, keys={"employee_number": number}))


def test_mail_is_no_key(identify):
    """Mail, user name or UPN never link anybody, whatever the workplace states (ID-04, RP-04)."""
    stated = {"mail": ("ada@corp.test",), "uid": ("ada",), "employee_number": ("E1",)}

    with pytest.raises(UnknownPerson):
        identify.person(replace(LOGIN, keys={"email": "ada@corp.test", "username": "ada"}, attributes=stated))


def test_second_subject(identify):
    """Another subject of the workplace with the same number is refused: somebody has to look (ID-01)."""
    identify.person(LOGIN)

    with pytest.raises(LinkConflict):
        identify.person(replace(LOGIN, subject=Subject("ad", "guid-2", "entryUUID")))


@pytest.mark.parametrize(
    "other",
    [
        Subject("ad", "GUID-1", "entryUUID"),
        Subject("ad", "guid-1 ", "entryUUID"),
        Subject("ad", "guid-1", "objectGUID"),
        Subject("ad", "guid-1", "entryUUID", "sp"),
        Subject("adfs", "guid-1", "entryUUID"),
        Subject("ad", "\u0261uid-1", "entryUUID"),
    ],
)
def test_subjects_do_not_collide(identify, other: Subject):
    """Workplace, format, qualifier and exact value make a subject; nothing is folded or trimmed (ID-02)."""
    identify.person(LOGIN)

    with pytest.raises(UnknownPerson):
        identify.person(replace(LOGIN, subject=other, keys={}))


def test_two_people_two_workplaces(identify):
    """One person may have a subject at each workplace."""
    identify.person(LOGIN)
    elsewhere = replace(LOGIN, subject=Subject("adfs", "ada"))

    assert ADA.id == identify.person(elsewhere).id
    assert BOB.id == identify.person(replace(LOGIN, subject=Subject("ad", "g-2"), keys={"employee_number": "E2"})).id


@pytest.mark.parametrize("facts", [{"status": "terminated"}, {"status": "no such word"}, {"status": "gone"}])
def test_inactive(bridge: SignInBridge, identify, facts: dict[str, str]):
    """Somebody who does not work here today is refused, linked or not (ID-05)."""
    identify.person(LOGIN)
    bridge.change(ADA, **facts)

    with pytest.raises(PersonInactive):
        identify.person(LOGIN)
