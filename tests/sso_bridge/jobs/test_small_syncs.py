"""What HR says of a few people is planned and carried out for whoever it concerns, as a plan for everybody would."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from sso_bridge.jobs.soon import SyncSoon
from sso_bridge.store.staff.touched import MOST, Touched
from tests.fakes.events import DOCUMENT, Company, Row

PEOPLE = [f"E{number}" for number in range(1, 11)]
VALUES = {
    "family_name": ["Smit", "Jansen"], "unit": ["root", "sales", "shop", "tech"], "title": ["Seller", "Head"],
    "manager": ["", "E1", "E2", "E3", "E5", "E9"], "country": ["NL", "BE"], "leaves_on": ["", "2026-10-30"],
}  # fmt: skip
CHANGES = [(key, name, value) for key in PEOPLE for name in VALUES for value in VALUES[name]]
"""Who becomes what; E9 and E10 are not there in the beginning."""


@pytest.fixture
def company(store, clock, keys, tmp_path):
    """Eight people on two platforms, all in step."""
    return Company(store, clock, keys, tmp_path)


def few(company):
    """Do what waits; the plans that were made for a few."""
    made = len(company.plans())
    company.work()
    return [scope["people"] for scope in company.plans()[made:] if "people" in scope]


def test_in_step(company):
    """In the beginning there is nothing to do."""
    assert not company.whole()
    assert company.account("E6").attributes["title"] == "Seller"


def test_one_change(company):
    """A title changes: a plan for one person, and everything is as a plan for everybody would have it."""
    company.change("E6", title="Head")

    assert ["1"] == few(company)
    assert company.account("E6").attributes["title"] == "Head"
    assert not company.whole()


def test_no_other_is_missed(company):
    """Whatever HR says of whom, one after the other or together: afterwards a plan for everybody has nothing to do."""
    told = Counter()

    @settings(deadline=None, phases=[Phase.explicit])
    @given(st.integers())
    @example(1)
    @example(2)
    def goes_on(number):
        luck = Random(number)  # noqa: S311 - no secret
        for _ in range(25):
            together, steps = luck.random() < 0.5, [luck.choice(CHANGES) for _ in range(luck.randint(1, 4))]
            for key, name, value in steps:
                company.change(key, **{name: value})
                for result in () if together else company.work():
                    told["everybody" if "everybody" in result else "few"] += 1
            company.work()
            assert not company.whole(), steps

    goes_on()

    assert min(told["few"], told["everybody"]) > 10, told


def test_several_wait_as_one(company):
    """Events that come before a worker has begun are one sync of all they touch."""
    company.change("E6", title="Chief")
    company.take()
    company.change("E7", title="Chief")
    company.take()

    assert [{"E6", "E7"}] == company.waiting()


def test_event_during_a_look(company):
    """An event that comes while a worker looks is another sync: what was begun may have looked already."""
    company.change("E6", title="Chief")
    company.take()
    assert company.crew.queue.lease("a worker that looks") is not None
    company.change("E7", title="Chief")

    company.take()

    assert [{"E7"}] == company.waiting()


def test_killed_between_taking_and_looking(company, clock):
    """What a killed worker had taken and not looked at is looked at by the next one; nobody is lost."""
    company.change("E6", title="Chief")
    company.take()
    killed = company.crew.queue.lease("killed")
    company.change("E7", title="Chief")
    clock.move(minutes=1)

    company.work()

    assert "done" == company.crew.queue.job(killed.id).state
    assert {"Chief"} == {company.account(key).attributes["title"] for key in ("E6", "E7")}
    assert not company.whole()


def test_faulty_look(company):
    """A look that fails leaves nothing behind, and the job is done again with the same people (TM-02)."""
    company.change("E6", title="Head")
    company.take()
    job = company.crew.queue.lease("w")
    jobs = company.crew.handlers()
    looking = company.crew.looking
    broken = replace(company.crew, looking=replace(looking, current=lambda: 1 // 0))

    with pytest.raises(ZeroDivisionError):
        broken.handlers()["sync"](job)

    assert {"people": "1"}.items() <= company.crew.plans.load(jobs["sync"](job).result["plan"]).scope.items()


@pytest.mark.parametrize("how", ["configuration", "unit", "too many", "complete"])
def test_everybody(company, how):
    """Another configuration, a unit, too many people or a whole snapshot: everybody is looked at."""
    made = len(company.plans())
    if how == "configuration":
        company.configure(hr_sources=DOCUMENT["hr_sources"] | {"agency": {"kind": "csv"}})
        company.change("E6", title="Chief")
    elif how == "unit":
        company.change("E6", "unit,name,parent,head\nlab,Lab,root,E6\n", unit="lab")
    elif how == "too many":
        company.event(**{f"N{number}": Row() for number in range(MOST + 1)})
    else:
        company.rows["E6"] = replace(company.rows["E6"], title="Chief")
        company.send(company.rows, complete=True)

    company.work()

    scopes = company.plans()[made:]
    assert scopes
    assert not [scope for scope in scopes if "people" in scope]
    assert [how != "complete"] == [scope.get("after") == "changes" for scope in scopes]
    assert not company.whole()


def test_nothing_new(company):
    """An event that says what is known already begins no sync."""
    company.change("E6")
    company.take()

    assert [] == company.waiting()


def test_syncs_that_do_not_begin_by_themselves(company):
    """Where nobody has switched syncs on, an event waits for an administrator."""
    SyncSoon(company.crew.queue, syncs=False)(Touched(frozenset({1})))

    assert [] == company.waiting()


def test_whole_sync_waits(company):
    """A sync of everybody that waits serves single changes, and one of a few becomes one of everybody."""
    soon = SyncSoon(company.crew.queue, syncs=True)
    soon(Touched(frozenset({1})))
    soon(None)
    soon(Touched(frozenset({2})))

    assert [None] == company.waiting()
