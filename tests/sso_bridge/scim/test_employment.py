"""Our extension: days to come, all jobs, absences and the parts of a name, as far as SCIM has no attribute for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mappings.days import home_day
from mappings.employment import absence_reason, active_on, on_leave
from mappings.names import names_of
from sso_bridge.scim.employment import EMPLOYMENT
from tests.fakes.scim_bridge import ENTERPRISE, USER, ScimBridge


def day(bridge: ScimBridge, days: int) -> date:
    """Return the date so many days from today."""
    return home_day(bridge.parts.today()) + timedelta(days=days)


def employed(bridge: ScimBridge, name: str = "ada", *, active: object = True, **said: object) -> str:
    """Push somebody with the extension; return the id."""
    return bridge.user(name, active=active, **{EMPLOYMENT: said})["id"]


def test_published(bridge: ScimBridge) -> None:
    """RFC 7643 sections 3.3 and 6: the extension is in /Schemas, and nobody must use it."""
    kind = bridge.call("GET", "/ResourceTypes/User").json
    schema = bridge.call("GET", f"/Schemas/{EMPLOYMENT}").json

    assert {"schema": EMPLOYMENT, "required": False} in kind["schemaExtensions"]
    types = {one["name"]: one["type"] for one in schema["attributes"]}
    assert ("dateTime", "dateTime", "complex") == (types["startDate"], types["endDate"], types["assignments"])


def test_joiner_and_leaver_are_announced(bridge: ScimBridge) -> None:
    """Whoever starts or leaves on a day to come is pushed ahead: nothing holds before that day, everything on it."""
    start, end = day(bridge, 10), day(bridge, 40)
    ada = bridge.person(employed(bridge, startDate=f"{start}T00:00:00Z", endDate=str(end)))

    found = {days: active_on(ada, day(bridge, days)) for days in (0, 9, 10, 40, 41)}

    assert {0: False, 9: False, 10: True, 40: True, 41: False} == found
    assert (f"starts on {start}", f"last day was {end}") == (
        absence_reason(ada, day(bridge, 0)),
        absence_reason(ada, day(bridge, 41)),
    )


@pytest.mark.parametrize(
    ("active", "start", "end", "works"),
    [
        (True, 0, 0, True),
        (True, 1, None, False),
        (True, None, -1, False),
        (True, None, 0, True),
        (False, None, None, False),
        (False, -10, 10, False),
        (False, 10, None, False),
        ("False", -1, None, False),
    ],
)
def test_the_stricter_one_wins(bridge: ScimBridge, active, start, end, works) -> None:
    """PR-14: `active: false` means now, whatever the dates say; `active: true` opens no day outside of the dates."""
    said = {name: str(day(bridge, days)) for name, days in (("startDate", start), ("endDate", end)) if days is not None}
    ada = bridge.person(employed(bridge, active=active, **said))

    assert works == active_on(ada, day(bridge, 0))


def test_changed_and_taken_back(bridge: ScimBridge) -> None:
    """A day by a path as Entra writes it, as a whole extension as Okta does, and taken away again."""
    ada = employed(bridge, startDate="2026-12-01")
    path = f"{EMPLOYMENT}:endDate"

    replaced = bridge.patch(f"/Users/{ada}", {"op": "Replace", "path": path, "value": "2027-01-31T08:30:00+01:00"})
    known = bridge.person(ada)
    bridge.patch(f"/Users/{ada}", {"op": "add", "value": {EMPLOYMENT: {"startDate": "2026-12-15T00:00:00Z"}}})
    bridge.patch(f"/Users/{ada}", {"op": "remove", "path": path})

    assert {"startDate": "2026-12-01T00:00:00Z", "endDate": "2027-01-31T08:30:00+01:00"} == replaced.json[EMPLOYMENT]
    assert (date(2026, 12, 1), date(2027, 1, 31)) == (known.hired_on, known.leaves_on)
    assert (date(2026, 12, 15), None) == (bridge.person(ada).hired_on, bridge.person(ada).leaves_on)


def test_names(bridge: ScimBridge) -> None:
    """Prefix, partner's name and their order make the name that rules see."""
    said = {"namePrefix": "van 't", "partnerPrefix": "de", "partnerName": "Vries", "nameOrder": "N"}
    name = {"givenName": "Ada", "familyName": "Hoff"}
    ada = bridge.user("ada", name=name, **{EMPLOYMENT: said})["id"]

    assert "Ada van 't Hoff-de Vries" == names_of(bridge.person(ada)).display


def test_all_jobs(bridge: ScimBridge) -> None:
    """Jobs with dates hold as they are stated, with type, place and manager; title and department say nothing then."""
    boss = bridge.user("boss", "entra", **{ENTERPRISE: {"employeeNumber": "E1"}})["id"]
    jobs = [
        {"value": "1", "unit": "Bridges", "title": "Engineer", "endDate": "2026-12-31", "primary": True, "fte": 0.8,
         "type": "Contractor", "location": "Delft", "country": "NL", "costCenter": "7", "legalEntity": "Works"},
        {"value": "1", "unit": "Tunnels", "manager": boss, "startDate": "2027-01-01T00:00:00Z", "fte": "1"},
    ]  # fmt: skip
    more = {ENTERPRISE: {"employeeNumber": "E2", "department": "Old"}, EMPLOYMENT: {"assignments": jobs}}
    ada = bridge.user("ada", "entra", title="Old", **more)["id"]

    first, second = bridge.person(ada).assignments
    assert ("Bridges", "Engineer", 0.8, True, "contractor") == (
        first.unit, first.title, first.fte, first.primary, first.kind
    )  # fmt: skip
    assert ("Delft", "NL", "7", "Works") == (first.location, first.country, first.cost_centre, first.legal_entity)
    assert (None, date(2026, 12, 31)) == (first.valid_from, first.valid_to)
    assert ("Tunnels", "E1", date(2027, 1, 1)) == (second.unit, second.manager, second.valid_from)
    assert {"Bridges", "Tunnels"} == {unit.name for unit in bridge.parts.people.units()}


def test_jobs_by_one_and_back_to_the_present(bridge: ScimBridge) -> None:
    """One job of many is changed by a filter; without any the present one begins today, and what was held stays."""
    jobs = [{"value": "1", "unit": "Bridges"}, {"value": "2", "unit": "Tunnels", "startDate": "2027-01-01"}]
    ada = employed(bridge, assignments=jobs)
    bridge.patch(
        f"/Users/{ada}",
        {"op": "replace", "path": f'{EMPLOYMENT}:assignments[value eq "2"].startDate', "value": "2027-02-01"},
    )
    moved = bridge.person(ada).assignments[1].valid_from

    bridge.patch(
        f"/Users/{ada}",
        {"op": "remove", "path": f"{EMPLOYMENT}:assignments"},
        {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Canals"},
    )

    told = [(job.unit, job.valid_from, job.valid_to) for job in bridge.person(ada).assignments]
    assert date(2027, 2, 1) == moved
    assert [("Bridges", None, day(bridge, -1)), ("Canals", day(bridge, 0), None)] == told


def test_leaves(bridge: ScimBridge) -> None:
    """Who is away for a time is on leave on those days, and no leaver; what is taken back is forgotten."""
    start, end = day(bridge, 5), day(bridge, 9)
    ada = employed(bridge, leaves=[{"type": "parental", "startDate": str(start), "endDate": str(end)}])
    away = [on_leave(bridge.person(ada), day(bridge, days)) for days in (4, 5, 9, 10)]
    bridge.patch(f"/Users/{ada}", {"op": "remove", "path": f"{EMPLOYMENT}:leaves"})

    assert [False, True, True, False] == away
    assert () == bridge.person(ada).leaves


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('startDate gt "2026-11-30T23:00:00Z"', ["ada"]),
        ('startDate eq "2026-12-01T01:00:00+01:00"', ["ada"]),
        ('startDate lt "2026-12-01"', ["bob"]),
        ("endDate pr", ["bob"]),
        ("not (endDate pr)", ["ada"]),
        ("assignments.fte lt 0.75", ["bob"]),
        ('assignments[unit eq "bridges" and fte ge 0.5]', ["ada", "bob"]),
        ("assignments.fte eq null", []),
    ],
)
def test_asked_for(bridge: ScimBridge, text: str, found: list[str]) -> None:
    """RFC 7644 section 3.4.2.2: days are compared as moments, shares as numbers."""
    for name, start, fte, more in (("ada", "2026-12-01", 1, {}), ("bob", "2020-01-01", 0.5, {"endDate": "2026-12-31"})):
        employed(bridge, name, startDate=start, assignments=[{"unit": "Bridges", "fte": fte}], **more)
    words = text
    for name in ("startDate", "endDate", "assignments"):
        words = words.replace(name, f"{EMPLOYMENT}:{name}", 1)

    names = {one["id"]: one["userName"] for one in bridge.call("GET", "/Users").json["Resources"]}
    assert found == [names[one] for one in bridge.found("/Users", words)]


@pytest.mark.parametrize(
    "said",
    [
        {"startDate": "soon"},
        {"startDate": "2026-02-30"},
        {"startDate": "20261201"},
        {"startDate": "2026-W01-1"},
        {"startDate": 20261201},
        {"startDate": "0001-01-01T00:00:00+14:00"},
        {"endDate": "1899-12-31"},
        {"leaves": [{"type": "sick"}]},
        {"assignments": [{"fte": "a lot"}]},
        {"assignments": [{"fte": 3}]},
        {"assignments": [{"fte": True}]},
        {"assignments": [{"fte": 10**30}]},
        {"assignments": [{"primary": "perhaps"}]},
        {"assignments": [{"value": "1"}, {"value": "1"}]},
        {"assignments": [{"unit": str(number)} for number in range(51)]},
        {"assignments": [5]},
    ],
)
def test_wrong_values(bridge: ScimBridge, said: dict) -> None:
    """AD-15: a day that is none, a share that is none or two jobs alike are refused, and nobody is made."""
    body = {"schemas": [USER], "userName": "ada", EMPLOYMENT: said}

    answer = bridge.call("POST", "/Users", body)

    assert (400, "invalidValue") == (answer.status_code, answer.json["scimType"])
    assert 0 == bridge.call("GET", "/Users").json["totalResults"]
