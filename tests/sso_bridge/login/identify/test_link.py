"""The first meeting of a workplace subject and a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sso_bridge.errors import PersonInactive, UnknownPerson
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.identify.doubt import LinkConflict
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


BY_MAIL = replace(LOGIN, keys={}, attributes={"mail": ("Ada@Corp.Example",)})
RULE = Manner(link_by_mail=("corp.example",))


def test_mail_with_a_rule(bridge: SignInBridge, identify):
    """A verified address links where an administrator wrote a rule for its domain at this workplace (RP-04)."""
    bridge.change(ADA, email="ada@corp.example")
    with pytest.raises(UnknownPerson):
        identify.person(BY_MAIL)
    bridge.manners["ad"] = RULE

    assert ADA.id == identify.person(BY_MAIL).id
    assert {"by": "mail"} == bridge.audit.events[-1].after


@pytest.mark.parametrize(
    "mail",
    [
        "ada@corp.example.evil.example",
        "ada@sub.corp.example",
        "eve@corp.example@evil.example",
        "ada@evil.example@corp.example",
        "ada@c\u043erp.example",
        "\u0430da@corp.example",
        " ada@corp.example",
        "ada",
        "",
    ],
)
def test_wrong_mail(bridge: SignInBridge, identify, mail: str):
    """Another domain, a look-alike, two signs or a blank link nobody (ID-02, RP-04)."""
    bridge.change(ADA, email="ada@corp.example")
    bridge.manners["ad"] = RULE

    with pytest.raises(UnknownPerson):
        identify.person(replace(BY_MAIL, attributes={"mail": (mail,)}))


def test_rule_of_another_workplace(bridge: SignInBridge, identify):
    """A rule holds for its own workplace: another one cannot assert those people (SP-24)."""
    bridge.change(ADA, email="ada@corp.example")
    bridge.manners["ad"] = RULE

    with pytest.raises(UnknownPerson):
        identify.person(replace(BY_MAIL, subject=Subject("adfs", "ada")))


def test_mail_of_a_leaver(bridge: SignInBridge, identify):
    """The address of somebody who left links nobody; with the address's next owner it is a doubt (ID-04)."""
    bridge.manners["ad"] = RULE
    bridge.change(ADA, email="ada@corp.example", status="terminated")
    with pytest.raises(UnknownPerson) as left:
        identify.person(BY_MAIL)
    bridge.change(BOB, email="ADA@corp.example")
    with pytest.raises(LinkConflict) as doubt:
        identify.person(BY_MAIL)

    assert not isinstance(left.value, LinkConflict)
    assert (ADA.id, BOB.id) == doubt.value.doubt.people
    assert [] == bridge.audit.what()


def test_number_before_mail(bridge: SignInBridge, identify):
    """Where a number is stated, it alone decides; one that HR does not know is not helped by an address."""
    bridge.manners["ad"] = RULE
    bridge.change(BOB, email="ada@corp.example")
    unknown = replace(BY_MAIL, keys={"employee_number": "E404"})
    with pytest.raises(UnknownPerson):
        identify.person(unknown)

    assert ADA.id == identify.person(replace(BY_MAIL, keys={"employee_number": "E1"})).id


STRANGER = replace(
    LOGIN,
    subject=Subject("partner", "p-1"),
    keys={},
    attributes={"given_name": ("Eve",), "family_name": ("External",), "mail": ("eve@partner.example",)},
)
ADMITS = Manner(external=True, domains=("partner.example",))


def test_external(bridge: SignInBridge, identify):
    """A workplace that may admits people whom HR does not know, as such, once (ID-05)."""
    with pytest.raises(UnknownPerson):
        identify.person(STRANGER)
    bridge.manners["partner"] = ADMITS
    first, second = identify.person(STRANGER), identify.person(STRANGER)

    assert first.id == second.id
    assert ("@partner", "external", "Eve", "eve@partner.example") == (
        second.source, second.kind, second.given_name, second.email,
    )  # fmt: skip
    assert ["person.admitted", "link.made"] == bridge.audit.what()


@pytest.mark.parametrize("mail", ["ada@corp.example", "x@elsewhere.example", "ada@partner.example"])
def test_external_takes_no_address(bridge: SignInBridge, identify, mail: str):
    """An external person has an address of the workplace's own domains only, and never a colleague's (SP-24)."""
    bridge.change(ADA, email="ada@partner.example")
    bridge.manners["partner"] = ADMITS
    who = identify.person(replace(STRANGER, attributes={"mail": (mail,)}))

    assert "" == bridge.people.by_id(who.id).email


def test_external_no_more(bridge: SignInBridge):
    """When the workplace admits nobody any more, those it admitted are refused, with their sessions (SE-04)."""
    office, browser = bridge.with_office(), bridge.client()
    bridge.manners["office"], office.here = Manner(external=True), ("eve", "")
    browser.sign_in_at(office, "/login")
    before = browser.get("/session").status_code
    bridge.manners.clear()

    assert (200, 401) == (before, browser.get("/session").status_code)
    assert 403 == bridge.client().sign_in_at(office).status_code


def test_external_becomes_staff(bridge: SignInBridge, identify):
    """When HR knows the number by now, administrators join the two; nobody gets a second person silently (ID-01)."""
    bridge.manners["partner"] = ADMITS
    identify.person(STRANGER)

    with pytest.raises(LinkConflict) as doubt:
        identify.person(replace(STRANGER, keys={"employee_number": "E1"}))
    assert (ADA.id,) == doubt.value.doubt.people


def test_unknown_number_is_no_external(bridge: SignInBridge, identify):
    """Somebody with a number that HR does not know is a mistake or too early, and no external person (ID-05)."""
    bridge.manners["partner"] = ADMITS

    with pytest.raises(UnknownPerson):
        identify.person(replace(STRANGER, keys={"employee_number": "E404"}))
