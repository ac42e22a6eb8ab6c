"""Pairing by hand what no rule has found: rows of two HR systems, and accounts that are nobody's."""

from __future__ import annotations

import pytest

from sso_bridge.admin.bounds import Bounds
from sso_bridge.configuration.explaining.as_json import as_json
from sso_bridge.configuration.explaining.text import as_text
from tests.fakes.two_systems import ANN
from tests.fakes.who_is_who import BASE, WhoIsWho


@pytest.fixture
def bridge(store, clock, keys) -> WhoIsWho:
    """Ann at payroll with an account; the contractors' system knows her by another name, born on no day."""
    made = WhoIsWho(store, clock, keys)
    made.foreign("johanna")
    made.send("payroll", f"E10,{ANN},,sales,", "E20,Bob,Bos,bob@example.org,,,sales,")
    made.sync()
    made.send("contractors", "C7,Johanna,Boersma,jo@else.org,,,tech,")
    return made


def pair(bridge: WhoIsWho, who="owner", person="E10", **other):
    """Pair by hand."""
    return bridge.call("POST", f"{BASE}/pairs", who, json={"person": person, "why": "asked her", **other})


def told(bridge: WhoIsWho, number="E10"):
    """Return the explanation of the platform."""
    parts = bridge.parts
    (one,) = parts.explainer.explain(parts.live.current(), bridge.who(number), parts.days(), "chat")
    return one


def test_rows(bridge: WhoIsWho):
    """Two rows that no rule connects are one person: jobs of both, audited as by hand, and explained."""
    done = pair(bridge, row="contractors/C7").json
    (joined,) = as_json(told(bridge))["joined"]

    assert ("same", [], 0, "asked her") == (done["state"], done["rules"], done["score"], done["why"])
    assert bridge.who("E10") == bridge.who("C7")
    assert ["correlation.same"] == bridge.acts()
    assert ["sales", "tech"] == [job.unit for job in bridge.who("E10").assignments]
    assert ("by_hand", bridge.kept["owner"].actor, "asked her") == (joined["how"], joined["who"], joined["why"])
    assert "one person: contractors/C7 and payroll/E10: paired by hand by" in as_text(told(bridge))
    assert '"by_hand":true' in next(one.after for one in bridge.parts.audit.records(0, 10_000)
                                    if one.what == "correlation.same").replace(" ", "")  # fmt: skip


def test_remembered_and_undone(bridge: WhoIsWho):
    """What HR sends later, and every new look, leave the pair as it is; taken back it asks nobody again."""
    pair(bridge, row="contractors/C7")
    bridge.send("contractors", "C7,Johanna,Boersma,new@else.org,,,board,")
    bridge.look()

    assert bridge.who("E10") == bridge.who("C7")
    undone = bridge.undo().json
    assert ("void", "C7") == (undone["state"], bridge.who("C7").key)
    bridge.look()
    assert [] == bridge.pairs()
    assert "same" == pair(bridge, row="contractors/C7").json["state"]


def test_account(bridge: WhoIsWho):
    """An account by hand always takes two; no look ends the proposal; the next plan gives it her id."""
    bridge.send("payroll", "E30,Jo,Last,jo@example.org,,,sales,")
    first = pair(bridge, person="E30", account="chat/m1").json
    bridge.look()
    alone, second = (pair(bridge, who, person="E30", account="chat/m1") for who in ("owner", "colleague"))

    assert (True, "proposed", "same", 409) == (
        first["takes_two"], first["state"], second.json["state"], alone.status_code,
    )  # fmt: skip
    assert "by_hand" == as_json(told(bridge, "E30"))["joined"][0]["how"]
    assert ["account_update"] == [change[0] for change in bridge.sync() if change[1] == "E30"]
    assert "m1" == bridge.account("E30").remote_id


def test_withdrawn(bridge: WhoIsWho):
    """A proposal by hand is taken back by its maker; a row of two with accounts takes two (AD-08)."""
    bridge.sync()
    assert "proposed" == pair(bridge, row="contractors/C7").json["state"]
    assert "void" == bridge.undo().json["state"]
    assert ["correlation.proposed", "correlation.undone"] == bridge.acts()
    assert 409 == bridge.undo().status_code


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"row": "contractors/C99"}, 404),
        ({"row": "payroll/E20"}, 409),
        ({"row": "payroll/E10"}, 409),
        ({"person": "E99", "row": "contractors/C7"}, 404),
        ({"account": "chat/nothing"}, 404),
        ({"account": "chat/m1"}, 409),
        ({"account": "chat/m2"}, 409),
        ({}, 422),
        ({"row": "contractors/C7", "account": "chat/m1"}, 422),
    ],
)
def test_refused(bridge: WhoIsWho, asked, status):
    """What is not there, one of the same source, or somebody's already is refused, and nothing is kept."""
    assert status == pair(bridge, **asked).status_code
    assert [] == bridge.pairs()
    assert [] == bridge.acts()


def test_twice(bridge: WhoIsWho):
    """A pair that is decided, and a row that is somebody's, are told as such."""
    pair(bridge, row="contractors/C7")

    assert 409 == pair(bridge, row="contractors/C7").status_code
    assert 409 == pair(bridge, person="E20", row="contractors/C7").status_code


def test_never_across_bounds(bridge: WhoIsWho):
    """Who answers for one unit pairs nobody of another one, and learns nothing of them (AD-03, AD-04)."""
    bridge.send("contractors", "C8,Bob,Bos,bob@else.org,,,sales,")
    bridge.token("sales", "owner", bounds=Bounds(("sales",)))
    bridge.token("wiki", "owner", bounds=Bounds(platforms=("wiki",)))

    assert 404 == pair(bridge, "sales", row="contractors/C7").status_code
    assert 404 == pair(bridge, "sales", account="chat/m1").status_code
    assert 404 == pair(bridge, "wiki", row="contractors/C7").status_code
    assert 404 == pair(bridge, "wiki", account="chat/m1").status_code
    assert [] == bridge.acts()
    assert 200 == pair(bridge, "sales", person="E20", row="contractors/C8").status_code


def test_roles(bridge: WhoIsWho):
    """Only owners pair."""
    assert [403, 403, 403] == [
        pair(bridge, who, row="contractors/C7").status_code for who in ("viewer", "mapper", "operator")
    ]
