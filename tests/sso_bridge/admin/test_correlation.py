"""The review queue: pairs side by side, decisions by one or two hands, and taking them back."""

from __future__ import annotations

import pytest

from sso_bridge.login.asked import Subject
from sso_bridge.store.sign_in.links import Links
from tests.fakes.two_systems import ANN
from tests.fakes.who_is_who import BASE, WhoIsWho

DOUBTFUL = "C7,Anna,de Boer,anna@else.org,1984-05-30,,tech,"


@pytest.fixture
def bridge(store, clock, keys) -> WhoIsWho:
    """Ann at payroll with an account, and a row of the contractors' system that may be her."""
    made = WhoIsWho(store, clock, keys)
    made.send("payroll", f"E10,{ANN},,sales,")
    made.sync()
    made.send("contractors", DOUBTFUL)
    return made


def test_side_by_side(bridge: WhoIsWho):
    """A pair shows both sides, what is the same, and what differs; a birth date never (PR-15)."""
    (pair,) = bridge.pairs()
    evidence = {line["what"]: line for line in pair["evidence"]}

    assert ("people", "open", 80, ["born and called alike"]) == tuple(
        pair[name] for name in ("kind", "state", "score", "rules")
    )
    assert [("E10", "active", ["chat"], False), ("C7", "waiting", [], False)] == [
        (side["number"], side["status"], side["accounts"], side["signs_in"]) for side in pair["sides"]
    ]
    assert (True, "stated") == (evidence["birth date"]["same"], evidence["birth date"]["one"])
    assert (False, "ann@example.org", "anna@else.org") == tuple(
        evidence["mail"][name] for name in ("same", "one", "other")
    )
    assert "1984" not in str(pair)
    for query, count in (("where=payroll&state=pending", 1), ("where=contractors&kind=people", 1), ("where=chat", 0),
                         ("by=rule", 0), ("state=same", 0), ("since=2030-01-01T00:00:00Z", 0)):  # fmt: skip
        assert count == len(bridge.call("GET", f"{BASE}/pairs?{query}", "operator").json["items"])


def test_summary(bridge: WhoIsWho):
    """One page tells how much waits for somebody, sign-ins included, and the rules in force."""
    told = bridge.call("GET", BASE, "operator").json

    assert (1, 0, 0) == (told["people"], told["accounts"], told["sign_ins"])
    assert "born and called alike" == told["rules"][1]


def test_same(bridge: WhoIsWho):
    """The same: one person with both jobs and one account; nothing happens on the platform before a plan."""
    done = bridge.decide(why="asked payroll").json

    assert ("same", "asked payroll", bridge.kept["owner"].actor) == tuple(
        done[name] for name in ("state", "why", "decided_by")
    )
    assert bridge.who("E10") == bridge.who("C7")
    assert [] == bridge.sync()
    assert ["correlation.same"] == bridge.acts()


def test_different(bridge: WhoIsWho):
    """Different: a person of their own, who gets an account by the next plan; never asked again, whatever is sent."""
    assert "different" == bridge.decide("different").json["state"]
    assert [("account_create", "C7")] == [change[:2] for change in bridge.sync()]

    bridge.send("contractors", DOUBTFUL.replace("tech", "board"))
    bridge.look()
    assert [] == bridge.pairs()


def test_later(bridge: WhoIsWho):
    """Later: it waits, and so does the row."""
    assert "later" == bridge.decide("later").json["state"]
    assert ("waiting", []) == (bridge.who("C7").status, bridge.sync())
    assert "same" == bridge.decide().json["state"]


def test_undo(bridge: WhoIsWho):
    """Taken back, the row waits again under the permanent id that it had; the audit tells both."""
    before = bridge.who("C7")
    bridge.decide()
    assert "open" == bridge.undo().json["state"]

    assert (before, "waiting") == (bridge.who("C7"), before.status)
    assert ["correlation.same", "correlation.undone"] == bridge.acts()
    assert 409 == bridge.undo().status_code
    bridge.decide("different")
    assert "open" == bridge.undo().json["state"]


@pytest.fixture
def two(bridge: WhoIsWho) -> WhoIsWho:
    """Two people with an account each, who may be one."""
    bridge.decide("different")
    bridge.sync()
    bridge.undo()
    return bridge


def test_two_hands(two: WhoIsWho):
    """Two who both have accounts are made one by two administrators, not by one with two tokens (AD-08)."""
    two.token("daughter", "owner", created_by=two.kept["owner"].actor)
    assert two.pairs()[0]["takes_two"]
    answers = [two.decide(who=who) for who in ("owner", "owner", "daughter", "colleague")]

    assert [200, 409, 409, 200] == [answer.status_code for answer in answers]
    assert ["proposed", "same"] == [answers[at].json["state"] for at in (0, 3)]
    assert two.kept["owner"].actor == answers[0].json["proposed_by"]
    assert ["correlation.different", "correlation.undone", "correlation.proposed", "correlation.same"] == two.acts()


def test_second_account(two: WhoIsWho):
    """Of two accounts the person keeps one; the other is suspended by a plan, and woken up when it is taken back."""
    kept, other = two.account("E10"), two.account("C7")
    for who in ("owner", "colleague"):
        two.decide(who=who)

    changes = two.sync()
    assert [("account_suspend", "C7", "this row is part of another person")] == changes
    assert (True, False) == (two.chat.people[kept.remote_id].active, two.chat.people[other.remote_id].active)
    two.undo()
    assert ["account_reactivate"] == [change[0] for change in two.sync()]
    assert two.chat.people[other.remote_id].active


def test_account_follows(bridge: WhoIsWho):
    """The only account of the two is the person's afterwards; the plan shows that it gets her id (never silently)."""
    bridge.decide("different")
    bridge.sync()
    account = bridge.account("C7")
    bridge.chat.delete(bridge.account("E10").remote_id)
    bridge.without_account("E10")
    bridge.undo()
    bridge.decide()
    changes = bridge.sync()

    assert ("account_update", "E10", "the account was found to be this person's, and gets our mark") in changes
    assert account.remote_id == bridge.account("E10").remote_id
    assert [] == bridge.sync()


def test_sign_in_follows(two: WhoIsWho):
    """Whoever signed in as either of the two signs in as the one person; taken back, as before (ID-01)."""
    links, ann, anna = Links(two.store), two.who("E10"), two.who("C7")
    links.add("staff", Subject("staff", "anna").key, anna.id, "employee_number", two.clock())
    for who in ("owner", "colleague"):
        two.decide(who=who)

    assert ann.id == links.person_of("staff", Subject("staff", "anna").key)
    two.undo()
    assert anna.id == links.person_of("staff", Subject("staff", "anna").key)


def test_mistakes(bridge: WhoIsWho):
    """What is not there, or decided already, is told as such."""
    assert 404 == bridge.decide(pair=99).status_code
    assert 404 == bridge.undo(pair=99).status_code
    assert 404 == bridge.call("GET", f"{BASE}/pairs/99").status_code
    assert 422 == bridge.decide("maybe").status_code
    bridge.decide()
    assert 409 == bridge.decide("different").status_code


def test_look(bridge: WhoIsWho):
    """Comparing everybody is a job; it lists pairs and joins nobody."""
    assert 202 == bridge.call("POST", f"{BASE}/look", "operator").status_code
    ((what, outcome),) = bridge.work()

    assert ("correlation", {"people": 1, "account": 0}) == (what, outcome.result)
