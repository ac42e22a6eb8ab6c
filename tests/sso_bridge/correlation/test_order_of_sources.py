"""The order in which HR sources speak: a draft with a plan, brought into force, explained, taken back."""

from __future__ import annotations

import pytest

from mappings.days import home_day
from mappings.employment import active_on
from mappings.errors import MappingError
from sso_bridge.configuration.explaining.as_json import as_json
from sso_bridge.configuration.explaining.text import as_text
from tests.fakes.two_systems import ANN, RULES
from tests.fakes.who_is_who import WhoIsWho

ORDER = {"sources": ["payroll", "contractors"], "attributes": {"email": ["contractors"]}}


@pytest.fixture
def bridge(store, clock, keys) -> WhoIsWho:
    """Ann at payroll with an account; the contractors' system knows her with another address. Bob is of payroll."""
    made = WhoIsWho(store, clock, keys)
    made.send("payroll", f"E10,{ANN},,sales,", "E20,Bob,Bos,bob@example.org,,,sales,")
    made.send("contractors", "C7,Anna,Boer,anna@else.org,1984-05-30,E10,tech,")
    made.sync()
    return made


def draft(bridge: WhoIsWho, order=None, **more) -> int:
    """Keep a draft with this order."""
    desk = bridge.parts.configuration
    rules = RULES | ({"precedence": order} if order else {})
    return desk.propose(desk.in_force() | {"correlation": rules} | more, by="cli").draft.id


def bring(bridge: WhoIsWho, order=None, **more) -> None:
    """Bring an order into force, by two administrators."""
    number = draft(bridge, order, **more)
    bridge.parts.configuration.approve(number, by="cli:bob")
    bridge.parts.configuration.apply(number, by="cli:bob")


def test_a_plan_before(bridge: WhoIsWho):
    """A changed order is weighed like any other change: it tells who gets another value, and takes two people."""
    desk = bridge.parts.configuration
    number = draft(bridge, ORDER)
    weighed = desk.weigh(desk.revisions.draft(number).document)

    assert {("chat", "changes"): 1} == dict(weighed.effects.counts)
    assert [("E10", ("attribute userName",))] == [(one.person, one.names) for one in weighed.effects.examples]
    assert "it changes correlation" in weighed.reasons
    assert "ann@example.org" == bridge.who("E10").email


def test_nobody_is_changed(bridge: WhoIsWho):
    """An order that changes no value changes something for nobody."""
    desk = bridge.parts.configuration
    weighed = desk.weigh(desk.revisions.draft(draft(bridge, {"sources": ["payroll"]})).document)

    assert {} == dict(weighed.effects.counts)


def test_in_force_and_back(bridge: WhoIsWho):
    """In force the person is made anew at once, and the next plan shows it; rolled back she is as before."""
    desk, before = bridge.parts.configuration, bridge.who("E10")
    bring(bridge, ORDER)

    assert ("anna@else.org", "Ann") == (bridge.who("E10").email, bridge.who("E10").given_name)
    assert [("account_update", "E10")] == [change[:2] for change in bridge.sync()]
    earlier = desk.earlier(1, by="cli")
    desk.approve(earlier.id, by="cli:bob")
    desk.apply(earlier.id, by="cli:bob")
    assert before == bridge.who("E10")


def test_a_new_import_keeps_the_order(bridge: WhoIsWho):
    """What HR sends afterwards is put together in the order in force."""
    bring(bridge, ORDER)
    bridge.send("payroll", "E10,Ann,Boersma,new@example.org,1984-05-30,,sales,")
    bridge.send("contractors", "C7,Anna,Boer,a7@else.org,1984-05-30,E10,tech,")

    assert ("a7@else.org", "Boersma") == (bridge.who("E10").email, bridge.who("E10").family_name)


def test_explain(bridge: WhoIsWho, monkeypatch):
    """Explained are the source behind a value and what the other would have said; under a draft, as it would be."""
    monkeypatch.setenv("COLUMNS", "390")
    explainer, live = bridge.parts.explainer, bridge.parts.live.current()
    day, ann = bridge.parts.days(), bridge.who("E10")
    (now,) = explainer.explain(live, ann, day, "chat")
    (then,) = explainer.explain(bridge.parts.configuration.under(draft(bridge, ORDER)), ann, day, "chat")
    said = {line["name"]: line["stated"] for line in as_json(then)["because"]}["userName"][0]

    assert "ann@example.org" == as_json(now)["attributes"]["userName"]
    assert "not contractors/C7: email anna@else.org" in as_text(now)
    assert ("person.email", ["contractors"]) == (said["column"], [row["source"] for row in said["rows"]])
    assert [("contractors", "C7", "anna@else.org", True), ("payroll", "E10", "ann@example.org", False)] == [
        (one["source"], one["number"], one["value"], one["holds"]) for one in said["said"]
    ]
    (bob,) = explainer.explain(live, bridge.who("E20"), day, "chat")
    assert {()} == {stated.said for line in bob.lines for stated in line.stated}


def test_a_source_that_is_removed(bridge: WhoIsWho):
    """Taken out of the configuration, or silent, a source makes nobody a leaver whom another source still has."""
    bring(bridge, ORDER | {"work": ["payroll"]})
    sources = {"contractors": {"kind": "csv"}}
    bring(bridge, {"sources": ["contractors"], "work": ["contractors"]}, hr_sources=sources)
    ann, today = bridge.who("E10"), home_day(bridge.parts.days())

    assert (True, "anna@else.org", ["tech"]) == (
        active_on(ann, today), ann.email, [job.unit for job in ann.assignments],
    )  # fmt: skip
    assert [] == [change for change in bridge.sync() if change[0] != "account_update"]


def test_gone_by_those_who_decide(bridge: WhoIsWho):
    """Who has left at the sources that say who works here has left, whatever the others still have."""
    bring(bridge, ORDER | {"work": ["payroll"]})
    bridge.send("payroll", f"E10,{ANN},,sales,2020-01-31")

    assert not active_on(bridge.who("E10"), home_day(bridge.parts.days()))


def test_unknown_source(bridge: WhoIsWho):
    """A source cannot be removed while the order names it; the mistake says where."""
    with pytest.raises(MappingError) as refused:
        draft(bridge, ORDER, hr_sources={"payroll": {"kind": "csv"}})

    assert ["correlation.precedence.sources[1]", "correlation.precedence.attributes.email[0]"] == [
        one.path for one in refused.value.problems
    ]
