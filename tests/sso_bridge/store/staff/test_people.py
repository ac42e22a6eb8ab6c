"""People look-ups and plans as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from mappings.people import Assignment, Leave, Person
from provisioners.errors import Stale
from provisioners.sync.plan.change import Change, Phase, make_plan
from sso_bridge.store.staff.facts import digest_of, person_facts, person_from
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.tables.sync import plan_item
from tests.fakes.syncs import Syncs

FULL = Person(
    7, "u-7", "payroll", "E7", "Jürgen", "van 't", "Hoff", hired_on=date(2020, 1, 1), leaves_on=date(2027, 1, 1),
    assignments=(Assignment("a", "sales", fte=0.8, valid_from=date(2020, 1, 1)), Assignment("b", primary=True)),
    leaves=(Leave("sick", date(2026, 1, 1)), Leave("parental", date(2026, 5, 1), date(2026, 6, 1))),
)  # fmt: skip


@pytest.fixture
def people(store, clock):
    """A register of three."""
    syncs = Syncs(store, clock)
    syncs.company(3)
    syncs.send()
    return syncs.people


def test_facts():
    """What is written comes back, and the order of jobs and leaves makes no difference."""
    turned = replace(FULL, assignments=FULL.assignments[::-1], leaves=FULL.leaves[::-1])

    assert FULL == person_from(person_facts(FULL), id=7, uuid="u-7", source="payroll", key="E7")
    assert digest_of(person_facts(FULL)) == digest_of(person_facts(turned))


def test_ids_do_not_mix(people):
    """An id of one kind never finds somebody under another kind (ID-03)."""
    person = people.by_any_key("E1")

    assert person == people.by_id(person.id) == people.by_uuid(person.uuid.upper()) == people.by_key("payroll", "E1")
    assert people.by_any_key(person.uuid) is None
    assert people.by_any_key("e1") is None
    assert people.by_uuid("E1") is None
    assert people.by_uuid("1") is None


def test_chart(people, clock):
    """The chart looks people up by HR key and is fresh after a change."""
    chart = people.chart()

    assert "E2" == chart.person("E2").key
    assert chart is people.chart()
    assert chart.unit("nowhere") is None
    assert clock().date() == chart.on


def test_plan_is_kept_once(store, clock):
    """The same plan has one number, found by number, digest and its beginning."""
    plans = StoredPlans(store, clock)
    made = make_plan(
        [Change(Phase.ACCOUNTS, "account_create", "chat", 1)], on=date(2026, 11, 2), revision=1, organisation=1
    )
    number = plans.keep(made)

    assert number == plans.keep(made) == plans.number(str(number)) == plans.number(made.digest[:10])
    assert made == plans.load(number)
    assert plans.number("%") is None
    assert plans.number("abc") is None


def test_tampered_plan(store, clock):
    """A stored plan that was changed is not executed (PR-03)."""
    plans = StoredPlans(store, clock)
    change = Change(Phase.ACCOUNTS, "account_create", "chat", 1)
    number = plans.keep(make_plan([change], on=date(2026, 11, 2), revision=1, organisation=1))
    with store.writing() as connection:
        connection.execute(update(plan_item).values(body=replace(change, person_id=2).canonical()))

    with pytest.raises(Stale):
        plans.load(number)
