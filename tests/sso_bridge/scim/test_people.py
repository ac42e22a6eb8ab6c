"""People who are pushed: the same register, the same rules, at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sso_bridge.login.asked import Subject
from sso_bridge.login.ports import Session
from sso_bridge.store.sign_in.sessions import Sessions
from tests.fakes.scim_bridge import ENTERPRISE, USER, ScimBridge

JOB = {"department": "Bridges", "costCenter": "CC-7", "organization": "Works Ltd"}


def test_enters_the_register(bridge: ScimBridge) -> None:
    """A pushed person is in the staff register with source, number, facts, job and unit."""
    boss = bridge.user("boss@example.org")["id"]
    ada = bridge.user(
        name={"givenName": "Ada", "familyName": "Lovelace"},
        emails=[{"value": "home@x.nl", "type": "home"}, {"value": "ada@example.org", "type": "work"}],
        title="Engineer",
        userType="Contractor",
        addresses=[{"type": "work", "locality": "Delft", "country": "NL"}],
        **{ENTERPRISE: {**JOB, "manager": {"value": boss}}},
    )

    person = bridge.person(ada["id"])
    job = person.assignments[0]
    assert ("okta", ada["id"], "Ada", "Lovelace") == (person.source, person.key, person.given_name, person.family_name)
    assert ("ada@example.org", "contractor", "active") == (person.email, person.kind, person.status)
    assert ("Bridges", "Engineer", boss, "Delft", "NL") == (job.unit, job.title, job.manager, job.location, job.country)
    assert ("CC-7", "Works Ltd") == (job.cost_centre, job.legal_entity)
    assert ("Bridges",) == tuple(unit.name for unit in bridge.parts.people.units())


def test_columns_choose_the_number(bridge: ScimBridge) -> None:
    """Where HR's number is an attribute, it must be there, names the manager too, and never changes."""
    boss = bridge.user("boss@x.nl", "entra", **{ENTERPRISE: {"employeeNumber": "E1"}})["id"]
    ada = bridge.user(who="entra", **{ENTERPRISE: {"employeeNumber": "E2", "manager": {"value": boss}}})["id"]

    missing = bridge.call("POST", "/Users", {"schemas": [USER], "userName": "x"}, "entra")
    twice = bridge.call(
        "POST", "/Users", {"schemas": [USER], "userName": "x", ENTERPRISE: {"employeeNumber": "E2"}}, "entra"
    )
    other = bridge.patch(
        f"/Users/{ada}", {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "E3"}, who="entra"
    )

    assert ("E2", "E1") == (bridge.person(ada).key, bridge.person(ada).assignments[0].manager)
    assert (400, "invalidValue") == (missing.status_code, missing.json["scimType"])
    assert (409, "uniqueness") == (twice.status_code, twice.json["scimType"])
    assert (400, "mutability") == (other.status_code, other.json["scimType"])


def test_jobs_are_dated(bridge: ScimBridge) -> None:
    """Another unit ends the old job yesterday and begins the new one today; the same day corrects it."""
    ada = bridge.user(**{ENTERPRISE: {"department": "Bridges"}})["id"]
    bridge.clock.move(days=10)
    for unit in ("Tunnels", "Canals"):
        bridge.patch(f"/Users/{ada}", {"op": "replace", "path": f"{ENTERPRISE}:department", "value": unit})
    today = bridge.parts.today()

    jobs = {(job.unit, job.valid_from, job.valid_to) for job in bridge.person(ada).assignments}

    assert {("Bridges", None, today - timedelta(days=1)), ("Canals", today, None)} == jobs


def test_inactive_acts_at_once(bridge: ScimBridge) -> None:
    """PR-14, SE-04: `active: false` ends sessions and tokens in the same moment; it is audited."""
    ada = bridge.user()["id"]
    person, now, sessions = bridge.person(ada), bridge.clock(), Sessions(bridge.store, timedelta(hours=8))
    end = now + timedelta(hours=8)
    sessions.open(b"c" * 32, Session(0, "s", person.id, Subject("staff", "ada"), now, ("pwd",), "", now, now, end))

    bridge.patch(f"/Users/{ada}", {"op": "replace", "path": "active", "value": False})

    assert () == sessions.of_person(person.id, now)
    told = [one.what for one in bridge.parts.audit.records()]
    assert {"access.ended", "scim.user_changed"} <= set(told)


def test_deleted_is_a_tombstone(bridge: ScimBridge) -> None:
    """DELETE hides the resource for ever but keeps id and number; whoever comes back with the number is the same."""
    first = bridge.user(who="entra", **{ENTERPRISE: {"employeeNumber": "E1"}})["id"]
    assert 204 == bridge.call("DELETE", f"/Users/{first}", who="entra").status_code

    gone = bridge.person(first)
    missing = [bridge.call(method, f"/Users/{first}", who="entra").status_code for method in ("GET", "DELETE")]
    again = bridge.user("new@x.nl", "entra", **{ENTERPRISE: {"employeeNumber": "E1"}})["id"]

    assert ("gone", "E1", [404, 404]) == (gone.status, gone.key, missing)
    assert (first, "active") == (again, bridge.person(first).status)
    assert [] == bridge.found("/Users", 'userName eq "ada@example.org"', "entra")


def test_versions(bridge: ScimBridge) -> None:
    """RFC 7644 section 3.14: what was read is changed only if nobody did meanwhile; the same again is no change."""
    ada = bridge.user()
    path, tag = f"/Users/{ada['id']}", ada["meta"]["version"]
    title = {"op": "replace", "path": "title", "value": "Engineer"}

    unchanged = bridge.call("GET", path, If_None_Match=tag)
    changed = bridge.patch(path, title, If_Match=tag)
    stale = [
        bridge.patch(path, title, If_Match=tag).status_code,
        bridge.call("PUT", path, {"schemas": [USER], "userName": "x"}, If_Match=tag).status_code,
        bridge.call("DELETE", path, If_Match=tag).status_code,
    ]
    same = bridge.patch(path, title, If_Match=f'"x", {changed.headers["ETag"]}')

    assert (304, b"", tag) == (unchanged.status_code, unchanged.data, unchanged.headers["ETag"])
    assert (200, [412, 412, 412]) == (changed.status_code, stale)
    assert tag != changed.headers["ETag"] == same.headers["ETag"] == same.json["meta"]["version"]


def test_no_guess_about_active(bridge: ScimBridge) -> None:
    """A whole resource or a removal that no longer says `active` changes nothing about who works here."""
    ada = bridge.user(active=False)["id"]

    put = bridge.call("PUT", f"/Users/{ada}", {"schemas": [USER], "userName": "ada@example.org", "title": "x"})
    after_put = bridge.person(ada).status
    bridge.patch(f"/Users/{ada}", {"op": "add", "path": "active", "value": True})
    removed = bridge.patch(f"/Users/{ada}", {"op": "remove", "path": "active"})

    assert not {"active", "unsaid"} & {*put.json, *removed.json}
    assert ("inactive", "active") == (after_put, bridge.person(ada).status)


def test_every_write_is_audited(bridge: ScimBridge) -> None:
    """AD-11: who, what, before and after: only what changed, by whose token."""
    ada = bridge.user(title="Clerk")["id"]
    bridge.patch(f"/Users/{ada}", {"op": "replace", "path": "title", "value": "Engineer"})
    bridge.call("DELETE", f"/Users/{ada}")

    told = [one for one in bridge.parts.audit.records() if one.what.startswith("scim.")]
    assert ["scim.user_created", "scim.user_changed", "scim.user_deleted"] == [one.what for one in told]
    assert {f"person:{ada}"} == {one.target for one in told}
    assert ('{"title":"Clerk"}', '{"title":"Engineer"}') == (told[1].before, told[1].after)
    assert all(one.actor.startswith("token:") for one in told)


@pytest.mark.parametrize(
    "said",
    [
        {"userName": ""},
        {"userName": 5},
        {"userName": "x" * 257},
        {"active": "perhaps"},
        {"emails": [{"value": "no address"}]},
        {"emails": [{"value": "a@b", "primary": True}, {"value": "c@d", "primary": True}]},
        {"emails": [{"value": f"{number}@x.nl"} for number in range(51)]},
        {"title": "a\x00b"},
        {"title": "x" * 1001},
        {"name": "Ada"},
        {ENTERPRISE: "Bridges"},
    ],
)
def test_wrong_values(bridge: ScimBridge, said: dict) -> None:
    """AD-15: a wrong value is refused by the name of its attribute and never repeated; nobody is made."""
    answer = bridge.call("POST", "/Users", {"schemas": [USER], "userName": "ada", **said})

    assert (400, "invalidValue") == (answer.status_code, answer.json["scimType"])
    assert 0 == bridge.call("GET", "/Users").json["totalResults"]


def test_one_sync_soon(bridge: ScimBridge) -> None:
    """Many pushes ask for one sync; one that has begun does not count for what comes after."""
    for number in range(3):
        bridge.user(f"u{number}")
    queue = bridge.parts.crew.queue

    first = queue.lease("w")
    bridge.user("late")

    assert ("sync", "sync", None) == (first.what, queue.lease("w").what, queue.lease("w"))


def test_gives_accounts_by_group(bridge: ScimBridge) -> None:
    """A rule about `person.sourceGroups` follows the groups that were pushed."""
    ada = bridge.user()["id"]
    bridge.group("Sales", ada)
    live = bridge.parts.live.current()

    outcome = live.rules.outcome("chat", bridge.person(ada), bridge.parts.people.chart(date(2026, 11, 2)))

    assert ["sales"] == [str(group) for group in outcome.groups]
