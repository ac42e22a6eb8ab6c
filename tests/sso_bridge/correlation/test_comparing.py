"""What happens to the rows of a second HR source."""

from __future__ import annotations

from itertools import permutations

import pytest

from mappings.employment import active_on
from provisioners.correlation.precedence import Precedence, Turn
from sso_bridge.store.staff.reordered import Orders
from tests.fakes.two_systems import ANN, TwoSystems


@pytest.fixture
def house(store, clock):
    """Ann and Bob at payroll."""
    made = TwoSystems(store, clock)
    made.send("payroll", f"E1,{ANN},,sales,", "E2,Bob,Bos,bob@example.org,1990-01-01,,sales,")
    return made


def works(house, number):
    return active_on(house.who(number), house.clock().date())


def test_certain(house):
    """A new row that names Ann's number, with her birth date, is Ann: one person, the jobs of both, audited."""
    counts = house.send("contractors", "C7,Anna,de Boer,a@else.org,1984-05-30,E1,tech,")

    assert (1, None) == (counts["people_joined"], counts.get("people_waiting"))
    assert house.who("E1") == house.who("C7")
    assert ["sales", "tech"] == [job.unit for job in house.who("C7").assignments]
    assert [("same", {"E1", "C7"})] == [pair[:2] for pair in house.pairs()]
    assert ["correlation.joined"] == house.acts()


def test_doubtful(house):
    """A new row that may be Ann is nobody until somebody decides; Ann herself notices nothing."""
    before = house.who("E1")
    counts = house.send("contractors", "C7,Anna,de Boer,a@else.org,1984-05-30,,tech,", "C8,Cas,Smit,c@else.org,,,tech,")

    assert (1, None) == (counts["people_waiting"], counts.get("people_joined"))
    assert ("waiting", False, True) == (house.who("C7").status, works(house, "C7"), works(house, "C8"))
    assert before == house.who("E1")
    assert [("open", {"E1", "C7"}, ("born and called alike",))] == house.pairs()


def test_nothing_without_rules(store, clock):
    """Without rules every row is a person of its own, however equal they are (PR-08)."""
    house = TwoSystems(store, clock, {})
    house.send("payroll", f"E1,{ANN},,sales,")
    house.send("contractors", f"C7,{ANN},E1,tech,")

    assert house.who("E1").id != house.who("C7").id
    assert works(house, "C7")
    assert [] == house.pairs()


def test_the_same_again(house):
    """Sent again, unchanged or with other facts, a joined row stays joined and a waiting one waits; nothing doubles."""
    rows = ["C7,Anna,Boer,a@else.org,1984-05-30,E1,tech,", "C8,Bob,Bosch,b@else.org,1990-01-01,,tech,"]
    for _ in range(2):
        house.send("contractors", *rows)
    house.send("contractors", rows[0].replace("tech", "board"))

    assert ["sales", "board"] == [
        job.unit for job in sorted(house.who("C7").assignments, key=lambda job: job.unit)[::-1]
    ]
    assert "waiting" == house.who("C8").status
    assert 2 == len(house.pairs())
    assert ["correlation.joined"] == house.acts()


def test_several_candidates(house):
    """Two people whom a row is equally certain to be: nobody is guessed, somebody decides."""
    house.send("payroll", "E3,Ann,Boer,twin@example.org,1984-05-30,X9,sales,", f"E4,{ANN},X9,sales,")
    house.send("contractors", f"C7,{ANN},X9,tech,")

    assert "waiting" == house.who("C7").status
    assert {"open"} == {state for state, keys, _ in house.pairs() if "C7" in keys}


def test_facts_that_change(house):
    """A waiting row that states something else by now, so that no rule holds, becomes a person of its own."""
    house.send("contractors", "C7,Anna,Boer,a@else.org,1984-05-30,,tech,")
    house.send("contractors", "C7,Anna,Boer,a@else.org,1999-05-30,,tech,")

    assert ("active", [("void", {"E1", "C7"}, ("born and called alike",))]) == (house.who("C7").status, house.pairs())


def test_one_source_has_two_numbers(house):
    """Two numbers of one source are two people, unless one of them has ended: then somebody decides, never a rule."""
    house.send("payroll", f"E9,{ANN},E1,sales,")
    assert [] == house.pairs()

    house.send("payroll", f"E1,{ANN},,sales,2026-01-31")
    house.send("payroll", f"E10,{ANN},E1,sales,")
    assert "waiting" == house.who("E10").status
    assert {"open"} == {state for state, *_ in house.pairs()}


def test_who_is_here_already(house):
    """A rule that is written later joins and holds nobody: the pairs are listed (never silently)."""
    house.use({})
    house.send("contractors", f"C7,{ANN},E1,tech,")
    house.use({"people": [{"name": "knows the number", "equal": ["other_number"], "score": 100}]})
    house.intake.comparing.look(house.rules, "test")

    assert works(house, "C7")
    assert house.who("C7").id != house.who("E1").id
    assert [("open", {"E1", "C7"}, ("knows the number",))] == house.pairs()


def test_single_event(house):
    """A change that is pushed on its own is compared as well, and touches no other row."""
    house.send("contractors", "C7,Anna,Boer,a@else.org,1984-05-30,E1,tech,", complete=False)
    house.send("contractors", "C8,Bob,Bosch,b@else.org,1990-01-01,,tech,", complete=False)

    assert (house.who("E1").id, "waiting") == (house.who("C7").id, house.who("C8").status)


def test_nobody_is_one_who_waits(house):
    """A row that is certainly the same as one that waits does not make that one a person: it waits as well."""
    house.send("contractors", "C7,Anna,Boer,a@else.org,1984-05-30,,tech,")
    house.send("visitors", "V1,An,Boer,v@else.org,1984-05-30,C7,tech,")

    assert ["waiting", "waiting"] == [house.who(number).status for number in ("C7", "V1")]


def test_any_order_of_arrival(house):
    """With an order of sources a person has the same facts, whichever of three snapshots arrived first."""
    known = Precedence(("payroll", "visitors", "contractors"), attributes={"email": Turn(("visitors",))})
    Orders(house.store, house.clock, lambda: house.clock().date()).bring(known)
    made = set()
    for turn, sources in enumerate(permutations(known.sources)):
        number, born = f"P{turn}", f"1970-01-0{turn + 1}"
        rows = {
            "payroll": f"{number},Ann,Ander,a@example.org,{born},,sales,",
            "visitors": f"V{turn},An,Ander,v@else.org,{born},{number},hall,",
            "contractors": f"C{turn},Anna,Anders,c@else.org,{born},{number},tech,",
        }
        for source in sources:
            house.send(source, rows[source], complete=False)
        ann = house.who(number)
        made.add((ann.given_name, ann.family_name, ann.email, tuple(job.unit for job in ann.assignments)))

    assert {("Ann", "Ander", "v@else.org", ("hall", "sales", "tech"))} == made


def test_too_common(house):
    """A key that half the company shares finds nothing, and says so: no million pairs of a shared mailbox."""
    many = [f"C{each},N{each},Name{each},info@example.org,,,tech," for each in range(60)]
    house.send("payroll", "E5,Eva,Info,info@example.org,,,sales,")
    counts = house.send("contractors", *many)
    said = [one for one in house.intake.oddities.all() if one.what == "too_common"]

    assert (None, 60) == (counts.get("people_waiting"), counts["people_too_common"])
    assert ["E5"] == [one.who for one in said]
    assert said[0].detail.startswith("same address, same address there: equal in 61 rows")
    assert "info@" not in said[0].detail


def test_many(house):
    """A second source with a thousand people that payroll knows as well: joined in one import, none left over."""
    born = [f"19{year}-0{month}-1{day}" for year in range(60, 80) for month in range(1, 8) for day in range(8)][:1000]
    house.send("payroll", *(f"P{at},N{at},Name{at},p{at}@example.org,{day},,sales," for at, day in enumerate(born)))
    counts = house.send("contractors", *(f"Q{at},N{at},Name{at},,{day},P{at},tech," for at, day in enumerate(born)))

    assert 1000 == counts["people_joined"]
    assert house.who("P999") == house.who("Q999")
