"""Telling and erasing a person over the API."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import insert, update

from sso_bridge.store.staff.facts import digest_of
from sso_bridge.store.tables.organisation import person
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB

BASE = "/admin/v1/erasures"
LEFT = {"given_name": "Carolientje", "family_name": "Vertrokken", "leaves_on": "2026-01-31", "email": "cv@corp.example"}
CAROL = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application, a second owner, and somebody who left long ago."""
    made = AdminBridge(store, clock, keys)
    made.token("colleague", "owner")
    row = {"id": 77, "uuid": CAROL, "source": "payroll", "key": "E70077", "facts": LEFT, "digest": digest_of(LEFT)}
    with store.writing() as connection:
        connection.execute(insert(person), row | {"strikes": 0, "changed_at": clock()})
    return made


def propose(bridge: AdminBridge, who: str = "owner", **more: Any):
    """Propose to erase her."""
    return bridge.call("POST", BASE, who, json={"person": CAROL, "why": "GDPR-17"} | more)


def test_two_erase(bridge: AdminBridge) -> None:
    """AD-08, GDPR art. 17: one owner proposes, another one approves, a worker erases; the audit has each act."""
    assert {"person": CAROL, "erased": False, "reasons": []} == bridge.call(
        "GET", f"/admin/v1/people/{CAROL}/erasure"
    ).json
    made = propose(bridge)
    assert (201, None) == (made.status_code, made.json["done_at"])
    assert 409 == bridge.call("POST", f"{BASE}/{made.json['id']}/approve", "owner").status_code

    agreed = bridge.call("POST", f"{BASE}/{made.json['id']}/approve", "colleague")
    assert 202 == agreed.status_code
    ((what, outcome),) = bridge.work()
    assert ("erasure", "") == (what, outcome.error)

    assert ("", "gone") == tuple(
        bridge.call("GET", f"/admin/v1/people/{CAROL}").json[name] for name in ("given_name", "status")
    )
    assert bridge.call("GET", f"/admin/v1/people/{CAROL}/erasure").json["erased"]
    acts = [one["what"] for one in bridge.call("GET", "/admin/v1/audit?what=person.").json["items"]]
    assert ["person.erased", "person.erasure_approved", "person.erasure_proposed"] == acts
    assert bridge.call("GET", "/admin/v1/audit/verify").json["sound"]
    assert 409 == bridge.call("POST", f"{BASE}/{made.json['id']}/approve", "colleague").status_code
    (listed,) = bridge.call("GET", BASE).json["items"]
    assert bridge.kept["colleague"].actor == listed["done_by"]


def test_in_the_way(bridge: AdminBridge) -> None:
    """Whoever works here is erased only when it is said so; nobody is no one."""
    refused = propose(bridge, person=ADA.uuid)
    assert (409, True) == (refused.status_code, "works here" in refused.json["detail"])
    assert 201 == propose(bridge, person=ADA.uuid, forced=True).status_code
    assert 422 == propose(bridge, person="0" * 36).status_code
    for path in ("export", "erasure"):
        assert 404 == bridge.call("GET", f"/admin/v1/people/{CAROL[:-1]}9/{path}").status_code
    assert 404 == bridge.call("POST", f"{BASE}/4711/approve").status_code


def test_nobody_agreed(bridge: AdminBridge, store) -> None:
    """A job of an erasure that nobody agreed to does nothing; neither does one for whom something came in the way."""
    made = propose(bridge).json["id"]
    bridge.parts.crew.queue.enqueue("erasure", {"erasure": made}, key="x", by="worker")
    ((_, refused),) = bridge.work()
    assert "nobody has agreed to it" == refused.error
    bridge.call("POST", f"{BASE}/{made}/approve", "colleague")
    with store.writing() as connection:
        connection.execute(update(person).where(person.c.id == 77).values(facts=LEFT | {"leaves_on": "2030-01-01"}))

    ((_, stopped),) = bridge.work()

    assert "not erased: 1 reasons; look at it again" == stopped.error
    assert "Carolientje" == bridge.call("GET", f"/admin/v1/people/{CAROL}").json["given_name"]


def test_tell(bridge: AdminBridge) -> None:
    """GDPR art. 15: all that is kept about a person is told, to owners only, and it is audited."""
    told = bridge.call("GET", f"/admin/v1/people/{CAROL}/export").json

    (row,) = next(one["rows"] for one in told["held"] if one["table"] == "person")
    assert ("E70077", "Vertrokken") == (row["key"], row["facts"]["family_name"])
    assert BOB.family_name not in json.dumps(told["held"])
    (act,) = bridge.call("GET", "/admin/v1/audit?what=person.told").json["items"]
    assert (f"person:{CAROL}", bridge.kept["owner"].actor) == (act["target"], act["actor"])


def test_circumstances(bridge: AdminBridge) -> None:
    """AD-11: each act over the API carries address, request and the reason of the header, where the body has none."""
    number = bridge.kept["revoked"].id
    bridge.token("more", "viewer")
    bridge.call("DELETE", f"/admin/v1/tokens/{bridge.kept['more'].id}", headers={"Audit-Reason": "CHG-\t4711"})

    (act,) = bridge.call("GET", "/admin/v1/audit?what=token.revoked").json["items"]
    assert number != act["target"]
    assert ("CHG- 4711", "127.0.0.1", "done") == (act["why"], act["address"], act["result"])
    assert act["request"] == act["reference"]


def test_export_lines(bridge: AdminBridge) -> None:
    """AD-11, AD-13: the audit leaves as lines, from a number on and narrowed; a name that is a formula does not run."""
    bridge.call("POST", "/admin/v1/tokens", json={"name": "=1+1", "role": "viewer", "scopes": ["admin"], "days": 1})

    answer = bridge.call("GET", "/admin/v1/audit/export?what=token.", "viewer")
    (line,) = answer.text.splitlines()
    assert ("application/x-ndjson", "=1+1") == (answer.headers["Content-Type"], json.loads(line)["after"]["name"])
    seq = json.loads(line)["seq"]
    rest = bridge.call("GET", f"/admin/v1/audit/export?after={seq}&format=csv")
    rows = list(csv.DictReader(io.StringIO(rest.text)))
    assert ["audit.exported"] == [one["what"] for one in rows]
    assert 422 == bridge.call("GET", "/admin/v1/audit/export?format=xml").status_code
