"""Accounts that were on the platform before us: whose they may be, and what adopting one does."""

from __future__ import annotations

import pytest

from provisioners.platforms.contract import RemoteAccount
from provisioners.sync.plan.ownership import UNDECIDED
from tests.fakes.two_systems import ANN
from tests.fakes.who_is_who import WhoIsWho


@pytest.fixture
def bridge(store, clock, keys) -> WhoIsWho:
    """Ann at payroll, and an account with her address that nobody of us made."""
    made = WhoIsWho(store, clock, keys)
    made.old = made.foreign("annb", "ann@example.org", "Ann Boer")
    made.send("payroll", f"E10,{ANN},,sales,")
    return made


def test_listed_and_left_alone(bridge: WhoIsWho):
    """Her address on a foreign account: listed, and until somebody decides nobody gets it (PR-08)."""
    bridge.sync()
    bridge.look()
    (pair,) = bridge.pairs()

    assert ("account", 70, ["same address there"], True) == tuple(
        pair[name] for name in ("kind", "score", "rules", "takes_two")
    )
    assert [("person", "Ann Boer"), ("account", "Ann Boer")] == [(side["what"], side["name"]) for side in pair["sides"]]
    assert {"name": True, "mail": True, "state there": None} == {
        line["what"]: line["same"] for line in pair["evidence"] if line["what"] in {"name", "mail", "state there"}
    }
    assert "" == bridge.chat.people[bridge.old].external_id


def test_adopted(bridge: WhoIsWho):
    """Adopted by two hands: the plan shows that it gets her mark and values; no other one is made."""
    bridge.sync()
    bridge.look()
    assert ["proposed", "same"] == [bridge.decide(who=who).json["state"] for who in ("owner", "colleague")]
    changes = bridge.sync()

    assert ("account_update", "E10", "the account was found to be this person's, and gets our mark") in changes
    assert bridge.old == bridge.account("E10").remote_id
    assert "ann@example.org" == bridge.account("E10").attributes["userName"]
    assert [] == bridge.sync()


def test_our_number(bridge: WhoIsWho):
    """An account that carries her number is adopted by one hand: that is more than a name (PR-08)."""
    bridge.chat.people[bridge.old] = RemoteAccount(bridge.old, "E10", attributes={"userName": "annb"})

    assert [] == bridge.sync()
    assert [(["our number"], False)] == [(pair["rules"], pair["takes_two"]) for pair in bridge.pairs()]
    assert "same" == bridge.decide().json["state"]
    assert ["account_update"] == [kind for kind, *_ in bridge.sync()]
    assert bridge.old == bridge.account("E10").remote_id


@pytest.mark.parametrize(("decision", "made"), [("later", []), ("different", ["account_create"])])
def test_no_second_account(bridge: WhoIsWho, decision, made):
    """While it is open whose an account is, she gets no second one, and is told of; decided, she gets hers (PR-08)."""
    bridge.chat.people[bridge.old] = RemoteAccount(bridge.old, "E10", attributes={"userName": "annb"})

    assert [] == bridge.sync()
    number, plan = bridge.parts.looking(only=bridge.who("E10").id)
    assert number
    assert UNDECIDED in [each.detail for each in plan.findings if each.person_id == bridge.who("E10").id]

    bridge.decide(decision)
    assert made == [kind for kind, *_ in bridge.sync()]


def test_taken_back(bridge: WhoIsWho):
    """Taken back, the account is nobody's again and left alone."""
    bridge.sync()
    bridge.look()
    for who in ("owner", "colleague"):
        bridge.decide(who=who)
    assert "open" == bridge.undo().json["state"]

    assert [] == [change for change in bridge.sync() if change[0] == "account_update"]
    assert "" == bridge.chat.people[bridge.old].external_id


def test_over(bridge: WhoIsWho):
    """A pair is over when the person has an account, or the account is somebody's."""
    bridge.sync()
    bridge.look()
    bridge.send("payroll", "E10,Ann,Boer,other@example.org,1984-05-30,,sales,")
    bridge.sync()
    bridge.look()

    assert [] == bridge.pairs()
    assert 409 == bridge.decide().status_code
