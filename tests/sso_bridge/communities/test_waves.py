"""The people of each wave are counted, and those who have an account."""

from __future__ import annotations

import pytest

from sso_bridge.communities.waves import NoWaves, WaveCount, WaveCounts
from sso_bridge.configuration.live import Live
from tests.fakes.grouped import Grouped

STEPS = [{"name": "pilot", "people": ["E1"]}, {"name": "north", "units": ["north"]}]


class Held:
    """The rules of a company, as the configuration in force gives them."""

    def __init__(self, company):
        self.company = company

    def current(self):
        return Live(1, None, self.company.rules, {})


@pytest.fixture
def company(store, clock):
    """Four people of whom one is in no wave and one is not meant to be there; the first wave is open."""
    company = Grouped(store, clock)
    company.unit("sales")
    company.unit("north", "sales")
    for number, unit in (("E1", "sales"), ("E2", "north"), ("E3", "sales"), ("E4", "north")):
        company.row(number, unit)
    company.waves = {"open": "pilot", "steps": STEPS}
    company.ruled({"for": "person.id != 'E4'", "attributes": {"userName": "person.email"}})
    company.told()
    return company


@pytest.fixture
def counts(company):
    return WaveCounts(company.people, company.shadows, Held(company), lambda: company.clock().date())


def test_counted(counts):
    """Each wave tells its people and their accounts; whom no wave takes comes last, without a name."""
    expected = (
        WaveCount("pilot", is_open=True, people=1, accounts=1),
        WaveCount("north", is_open=False, people=1, accounts=0),
        WaveCount("", is_open=False, people=1, accounts=0),
    )

    assert expected == counts.of("chat")


def test_counted_once(counts, company):
    """Who is in which wave is found once as long as nothing has changed, and again when HR says something else."""
    counts.of("chat")
    asked = []
    wave = company.rules.wave
    company.rules.wave = lambda *args: asked.append(args) or wave(*args)
    counts.of("chat")
    assert [] == asked
    company.row("E5", "north")
    company.send()

    assert [1, 2, 1] == [one.people for one in counts.of("chat")]


def test_without_a_value(counts, company):
    """Somebody of whom a rule can say nothing is counted nowhere; the others are."""
    company.waves = {"open": "pilot", "steps": [*STEPS, {"name": "third", "when": "person.units[0] == 'sales'"}]}
    company.ruled()
    company.row("E9", "")
    company.send()

    assert [1, 2, 1, 0] == [one.people for one in counts.of("chat")]


@pytest.mark.parametrize("platform", ["nothing", "chat"])
def test_no_waves(counts, company, platform):
    """A platform that is not opened in waves, or is not there, has nothing to count."""
    company.waves = None
    company.ruled()

    with pytest.raises(NoWaves, match=platform):
        counts.of(platform)
