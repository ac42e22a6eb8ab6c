"""A plan for one person, made without reading everybody, beside the same plan made from the whole org chart."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from mappings.rules import compile_rules
from provisioners.sync.compose.near import NearChart
from provisioners.sync.plan.guards import Limit
from sso_bridge.store.sync.nearby import StoredNearby
from tests.fakes.syncs import Syncs

RULES = {
    "platforms": {"chat": {"mapping": "chat"}},
    "mappings": {
        "chat": {
            "for": "person.active",
            "attributes": {
                "userName": "person.email", "displayName": "person.displayName", "title": "primary.title",
                "manager": "manager.uuid",
            },
        }
    },
    "groups": {
        "units": {"on": ["chat"], "each": "unit", "reach": "own", "owners": "unit.head", "deputies": "unit.deputy"},
        "teams": {"on": ["chat"], "each": "manager", "reach": "direct", "owners": "manager.id"},
        "sellers": {"on": ["chat"], "members": "primary.title == 'Seller'", "owners": ["E2"]},
        "titles": {"on": ["chat"], "each": "title"},
    },
}  # fmt: skip
CASES = {
    "nothing": {},
    "title": {"title": "Buyer", "manager": "E1"},
    "unit": {"unit": "tech", "manager": "E1"},
    "manager": {"manager": "E3"},
    "no manager": {"manager": ""},
    "leaver": {"manager": "E1", "leaves": "2026-11-01"},
    "unit without a group": {"unit": "lab", "manager": "E1"},
}


@pytest.fixture
def syncs(store, clock):
    """Twelve people with accounts and groups, all in step."""
    syncs = Syncs(store, clock)
    syncs.rules = compile_rules(RULES)
    syncs.units = {"sales": "sales,Sales,,E1,E2\n", "tech": "tech,Tech,sales,E9,\n", "lab": "lab,Lab,,E4,\n"}
    return syncs.in_step(12)


def both(syncs, number):
    """Return the two plans for one person."""
    person = syncs.people.by_any_key(number).id
    syncs.near = False
    _, whole = syncs.look(only=person)
    syncs.near = True
    return whole, syncs.look(only=person)[1]


@pytest.mark.parametrize("said", CASES.values(), ids=CASES)
@pytest.mark.parametrize("number", ["E1", "E2", "E4", "E9"])
def test_same_plan(syncs, said, number):
    """Whoever changes, and however: the plan made nearby has the digest of the plan made from everybody."""
    syncs.row(number, **said)
    syncs.send(complete=False)

    whole, near = both(syncs, number)

    assert list(whole.changes) == list(near.changes)
    assert whole.digest == near.digest


def test_newcomer_below_a_newcomer(syncs):
    """A manager who gets the own account in another plan counts as one who will have one."""
    syncs.row("E20", manager="E21")
    syncs.row("E21", manager="E1")
    syncs.send(complete=False)

    whole, near = both(syncs, "E20")

    assert whole.digest == near.digest
    assert "account_update" in [change.kind for change in near.changes]


def test_nobody_else_read(syncs, store):
    """The statements of such a plan name single people: none goes through the company."""
    syncs.row("E5", title="Buyer", manager="E1")
    syncs.send(complete=False)
    person, said = syncs.people.by_any_key("E5").id, []

    def note(_connection, _cursor, statement, *_):
        said.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    syncs.look(only=person)

    of_people = [each for each in said if "FROM person" in each]
    assert of_people
    assert not [each for each in of_people if "WHERE" not in each]
    assert not [each for each in said if "derived_account" in each]


def test_guards_still_hold(syncs):
    """A limit that one change passes holds it here too, counted over all accounts."""
    syncs.target = syncs.target.__class__("chat", syncs.target.descriptor, {"suspend": Limit(count=0)})
    syncs.lose("E5")

    whole, near = both(syncs, "E5")

    assert [each.guard for each in near.held] == ["suspend"]
    assert whole.held == near.held


def test_twins_are_nobody_nearby(syncs, store, clock):
    """A number that is not known names nobody; others are found by our ids."""
    chart = NearChart(clock().date(), frozenset({5}), StoredNearby(syncs.people, store, clock))

    assert chart.person("E99") is None
    assert chart.by_id(999) is None
    assert chart.uuid_of(999) == ""
    assert chart.by_uuid(chart.uuid_of(2)).id == 2
    assert chart.unit("tech").head == "E9"
    assert list(chart.led_by("E9")) == ["tech"]
