"""Doubts about who somebody is, decided by two administrators."""

from __future__ import annotations

import pytest

from sso_bridge.login.asked import Subject
from sso_bridge.login.identify.doubt import Doubt
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.links import Links
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB

BASE = "/admin/v1/link-conflicts"
NEW, OLD = Subject("staff", "ada-new"), Subject("staff", "ada-old")


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application, Ada known as `ada-old`, and somebody who says the same number."""
    made = AdminBridge(store, clock, keys)
    made.token("colleague", "owner")
    Links(store).add("staff", OLD.key, ADA.id, "employee_number", clock())
    doubt = Doubt(NEW, "employee_number", "E1", (ADA.id,), "known under another subject")
    for words in ("a-b-c-d", "e-f-g-h"):
        Conflicts(store).queue(doubt, words, clock())
    return made


def decide(bridge: AdminBridge, who: str = "owner", decision: str = "link", person: str = ADA.uuid, number: int = 1):
    """Decide the one conflict."""
    body = {"decision": decision, "person": person} if decision == "link" else {"decision": decision}
    return bridge.call("POST", f"{BASE}/{number}/decide", who, json=body)


def test_list(bridge: AdminBridge):
    """One line for each subject, with what it claims, whom it could be, and the last reference (ID-01)."""
    (one,) = bridge.call("GET", BASE, "operator").json["items"]

    assert ("staff", "ada-new", "employee_number", "E1", "open", 2, "e-f-g-h") == tuple(
        one[name] for name in ("workplace", "subject", "claimed_by", "claim", "state", "times", "reference")
    )
    assert [(ADA.uuid, "E1", "ada-old")] == [(who["id"], who["number"], who["known_as"]) for who in one["people"]]
    for query, count in (("state=linked", 0), ("workplace=other", 0), ("workplace=staff&state=open", 1),
                         ("until=2026-11-02T09:00:00Z", 0), ("since=2026-11-02T09:00:00Z", 1)):  # fmt: skip
        assert count == len(bridge.call("GET", f"{BASE}?{query}").json["items"])


def test_two_hands(bridge: AdminBridge):
    """A link is changed by two administrators; neither one twice, nor a token that one of them made (ID-01, AD-08)."""
    bridge.token("daughter", "owner", created_by=bridge.kept["owner"].actor)
    first, again, daughter = decide(bridge), decide(bridge), decide(bridge, "daughter")
    links = Links(bridge.store)

    assert ("proposed", 409, 409) == (first.json["state"], again.status_code, daughter.status_code)
    assert ADA.id == links.person_of("staff", OLD.key)
    done = decide(bridge, "colleague")
    assert ("linked", ADA.uuid) == (done.json["state"], done.json["proposed_person"])
    assert (ADA.id, None) == (links.person_of("staff", NEW.key), links.person_of("staff", OLD.key))
    assert 409 == decide(bridge, "colleague").status_code
    told = [one["what"] for one in bridge.call("GET", "/admin/v1/audit?what=link.&limit=2").json["items"]]
    assert ["link.made", "link.proposed"] == told


def test_refuse(bridge: AdminBridge):
    """One administrator refuses; it stays refused when it is tried again, until two of them link it after all."""
    assert "refused" == decide(bridge, decision="refuse").json["state"]
    Conflicts(bridge.store).queue(Doubt(NEW, "employee_number", "E1", (ADA.id,), "again"), "i-j-k-l", bridge.clock())
    assert "refused" == bridge.call("GET", BASE).json["items"][0]["state"]
    decide(bridge)
    assert "linked" == decide(bridge, "colleague").json["state"]


def test_only_who_is_claimed(bridge: AdminBridge):
    """Nobody can be chosen whom the subject does not claim to be, whoever asks (ID-06)."""
    assert 422 == decide(bridge, person=BOB.uuid).status_code
    assert 422 == decide(bridge, person="00000000-0000-4000-8000-00000000ffff").status_code
    assert 404 == decide(bridge, number=99).status_code


def test_another_claim_begins_anew(bridge: AdminBridge):
    """A proposal was for what was claimed then: another claim of the same subject is open again (ID-06)."""
    decide(bridge)
    Conflicts(bridge.store).queue(Doubt(NEW, "employee_number", "E2", (BOB.id,), "other"), "m-n-o-p", bridge.clock())
    (one,) = bridge.call("GET", BASE).json["items"]

    assert ("open", None, [BOB.uuid]) == (one["state"], one["proposed_person"], [who["id"] for who in one["people"]])
    assert "proposed" == decide(bridge, "colleague", person=BOB.uuid).json["state"]
