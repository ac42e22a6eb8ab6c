"""Ways to become somebody else by looking like them: each ends at a person who decides, or nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from mappings.employment import absence_reason
from sso_bridge.login.asked import Subject
from sso_bridge.store.privacy.eraser import NotErasable
from sso_bridge.store.sign_in.departures import Departures
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.staff.pushed import Pushed
from sso_bridge.store.tables.login import bridge_session
from tests.fakes.two_systems import ANN, RULES
from tests.fakes.who_is_who import BASE, WhoIsWho


@pytest.fixture
def bridge(store, clock, keys) -> WhoIsWho:
    """A company whose platform somebody else was at first."""
    return WhoIsWho(store, clock, keys)


def test_the_victims_address_first(bridge: WhoIsWho):
    """Who registers the victim's address on the platform first gets nothing of hers, nor she theirs (PR-08)."""
    attackers = bridge.foreign("ann@example.org", "ann@example.org", "Ann Boer")
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.sync()
    bridge.look()

    assert ["no account"] == [side["number"] or "no account" for pair in bridge.pairs() for side in pair["sides"][1:]]
    assert [] == [change for change in bridge.sync() if change[1] == "E10"]
    assert ("", {"ann@example.org"}) == (
        bridge.chat.people[attackers].external_id, {one.attributes["userName"] for one in bridge.chat.accounts()},
    )  # fmt: skip
    # One administrator alone cannot hand her the account, either.
    assert "proposed" == bridge.decide().json["state"]
    assert "" == bridge.chat.people[attackers].external_id


def test_the_victims_mail_in_a_second_system(bridge: WhoIsWho):
    """A row of a second HR system with the victim's mail gets no account, no sign-in and none of her groups (PR-08)."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.sync()
    victim = bridge.who("E10")
    counts = bridge.send("contractors", "C66,Mallory,Evil,ann@example.org,,,tech,")

    assert 1 == counts["people_waiting"]
    assert (victim, "waiting") == (bridge.who("E10"), bridge.who("C66").status)
    assert [] == bridge.sync()


def test_name_alone(bridge: WhoIsWho):
    """The victim's name alone makes nothing of anybody: no rule says so, so nobody is even asked (PR-08)."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", "C66,Ann,Boer,,,,tech,")
    bridge.foreign("annboer", shown="Ann Boer")
    bridge.look()

    assert [] == bridge.pairs()
    assert bridge.who("E10").id != bridge.who("C66").id


@pytest.mark.parametrize(
    "equal", [["mail"], ["full_name"], ["mail", "full_name", "username"], ["surname", "given_name", "mail"]]
)
def test_a_rule_that_says_certain(bridge: WhoIsWho, equal: list[str]):
    """No configuration can make names and addresses certain, whoever writes it (PR-08)."""
    rule = {"name": "trust me", "equal": equal, "score": 100}
    document = bridge.parts.configuration.in_force() | {"correlation": {"people": [rule]}}
    answer = bridge.call("POST", "/admin/v1/configuration/check", "owner", json={"configuration": document})

    assert 422 == answer.status_code
    assert ["#/configuration/correlation/people/0/score"] == [one["pointer"] for one in answer.json["errors"]]


def test_a_number_that_is_not_ones_own(bridge: WhoIsWho):
    """Who states the victim's number without her birth date is not her, and waits for nobody either."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", "C66,Mallory,Evil,m@evil.example,2000-01-01,E10,tech,")

    assert bridge.who("E10").id != bridge.who("C66").id
    assert [] == bridge.pairs()


def test_sign_in_by_the_number_of_a_joined_row(bridge: WhoIsWho):
    """A row that a rule has joined opens no sign-in: its number is a doubt for two administrators (ID-01)."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", "C66,Ann,Boer,m@evil.example,1984-05-30,E10,tech,")
    people = bridge.parts.people

    assert bridge.who("E10") == bridge.who("C66")
    assert 2 == len(people.stated_with_key("C66"))
    assert [bridge.who("E10").id] == [one.id for one in people.stated_with_key("E10")]
    assert [] == list(people.stated_with_mail("m@evil.example"))


def test_a_link_while_waiting(bridge: WhoIsWho):
    """Who signed in under a waiting row first is seen as such: both sign in, so two hands decide (AD-08)."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", "C66,Ann,Boer,m@evil.example,1984-05-30,,tech,")
    links = Links(bridge.store)
    for number, name in (("E10", "ann"), ("C66", "mallory")):
        links.add("staff", Subject("staff", name).key, bridge.who(number).id, "employee_number", bridge.clock())
    (pair,) = bridge.pairs()

    assert [True, True] == [side["signs_in"] for side in pair["sides"]]
    assert "proposed" == bridge.decide().json["state"]
    assert bridge.who("E10").id != links.person_of("staff", Subject("staff", "mallory").key)


def test_becoming_certain_bit_by_bit(bridge: WhoIsWho):
    """A person of their own who later states all of the victim's facts is never joined by a rule: somebody decides."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", "C66,Mallory,Evil,m@evil.example,2000-01-01,,tech,")
    bridge.sync()
    bridge.send("contractors", f"C66,{ANN},E10,tech,")

    assert ["open"] == [pair["state"] for pair in bridge.pairs()]
    assert bridge.who("E10").id != bridge.who("C66").id


def test_a_decision_by_whom_it_concerns_not(bridge: WhoIsWho):
    """Nobody below an owner decides, or takes back (ID-01, AD-01)."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", f"C66,{ANN},,tech,")
    answers = [bridge.decide(who=who).status_code for who in ("viewer", "mapper", "operator", "hr", "scim", "nobody")]

    assert [403, 403, 403, 403, 403, 401] == answers
    assert 403 == bridge.undo(who="operator").status_code
    assert 403 == bridge.call("GET", f"{BASE}/pairs", "viewer").status_code


def test_rules_take_two(bridge: WhoIsWho):
    """One administrator cannot write a rule that makes somebody else of them (AD-08)."""
    document = bridge.parts.configuration.in_force()
    easier = {**RULES, "people": [{"name": "number", "equal": ["other_number"], "score": 100}]}
    number = bridge.call("GET", "/admin/v1/configuration", "owner").headers["ETag"]
    answer = bridge.call(
        "PUT", "/admin/v1/configuration", "owner", json={"configuration": document | {"correlation": easier}},
        headers={"If-Match": number},
    )  # fmt: skip

    assert 409 == answer.status_code
    assert "it changes correlation" in answer.text


def test_erasing_half_of_somebody(bridge: WhoIsWho):
    """A row that is part of a colleague, or that waits, is not erased alone: her own values would go with it."""
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", f"C66,{ANN},E10,tech,", "C77,Ann,Boer,ann@example.org,,,tech,")
    people, eraser = bridge.parts.people, bridge.parts.privacy.eraser
    rows = [people.by_key("contractors", number) for number in ("C66", "C77")]

    assert ["joined", "waiting"] == [one.status for one in rows]
    for one in rows:
        with pytest.raises(NotErasable):
            eraser.erase(one.id, by="cli", why="GDPR-17", forced=True)
        wish = {"person": one.uuid, "why": "GDPR-17", "forced": True}
        assert 409 == bridge.call("POST", "/admin/v1/erasures", "owner", json=wish).status_code
    assert "ann@example.org" == bridge.who("E10").email


def test_leaving_by_the_other_system(bridge: WhoIsWho):
    """SE-04: who leaves by the row of the second system is signed out at once, though the session is the person's."""
    bridge.send("payroll", f"E10,{ANN},,sales,2026-01-31")
    bridge.send("contractors", f"C66,{ANN},E10,tech,")
    victim, parts = bridge.who("E10"), bridge.parts
    part = parts.people.by_key("contractors", "C66")
    seat = {
        "name": "s", "person_id": victim.id, "subject": {"workplace": "staff"}, "method": [], "assurance": "",
        "cookie_hash": b"c", "ends_at": bridge.clock() + timedelta(hours=1),
        **dict.fromkeys(("authenticated_at", "began_at", "seen_at"), bridge.clock()),
    }  # fmt: skip
    with bridge.store.writing() as connection:
        connection.execute(insert(bridge_session), seat)
        Pushed(bridge.store, bridge.clock).gone(part.id, parts.today())
        Departures(bridge.store, bridge.clock, parts.audit, parts.today).end_access("token:1", [part.id])

    assert absence_reason(bridge.who("E10"), parts.today())
    with bridge.store.reading() as connection:
        assert ["left"] == list(connection.execute(select(bridge_session.c.ended_why)).scalars())


def test_paired_by_one_hand(bridge: WhoIsWho):
    """One administrator alone hands nobody another's account or person, by hand either; not with two tokens (AD-08)."""
    bridge.foreign("director", "director@example.org")
    bridge.send("payroll", f"E10,{ANN},,sales,")
    bridge.send("contractors", "C66,Mallory,Evil,m@else.org,,,sales,")
    bridge.sync()
    bridge.token("daughter", "owner", created_by=bridge.kept["owner"].actor)
    bridge.send("payroll", "E30,Mal,Lory,m2@example.org,,,sales,")

    for asked in ({"person": "E30", "account": "chat/m1"}, {"person": "E10", "row": "contractors/C66"}):
        answers = [bridge.call("POST", f"{BASE}/pairs", who, json=asked) for who in ("owner", "owner", "daughter")]
        assert ["proposed", 409, 409] == [answers[0].json["state"], *(one.status_code for one in answers[1:])]
    assert "" == bridge.chat.people["m1"].external_id
    assert bridge.who("E10").id != bridge.who("C66").id
