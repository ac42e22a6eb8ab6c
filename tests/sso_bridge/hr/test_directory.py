"""A directory as the HR source: an Active Directory domain of 5,000 people, through the same gate as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import ldap3
import pytest

from provisioners.errors import FeedRefused, NeedsAdmin
from provisioners.sync.collect.records import collect
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.directory import DirectoryReader
from sso_bridge.hr.lines import Reading
from sso_bridge.hr.sources import source_of
from tests.fakes.clock import FakeClock
from tests.fakes.cutting import Cutting
from tests.lab import samba_ad, samba_org
from tests.lab.samba_org import FORGETFUL, STAFF, STATES

pytestmark = pytest.mark.peer("samba_ad")


def configured(domain: samba_ad.SambaAd, **source: object) -> Configuration:
    """Return a configuration with this domain as HR source."""
    workplace = {
        "kind": "ldap", "urls": [domain.ldaps_url], "base_dn": samba_org.BASE, "bind_dn": samba_org.BRIDGE,
        "bind_password": "env:X", "directory": "active_directory", "ca_file": str(domain.ca_file),
    }  # fmt: skip
    usual = {"kind": "ldap", "workplace": "ad", "base_dn": STAFF}
    return parse({"workplaces": {"ad": workplace}, "hr_sources": {"people": {**usual, **source}}}).configuration


def reader(domain: samba_ad.SambaAd, **source: object) -> DirectoryReader:
    """Return what reads it."""
    known = configured(domain, **source)
    return DirectoryReader(lambda: known, lambda _: samba_org.BRIDGE_PASSWORD, Path("/"), FakeClock())


def rows(reading: Reading, name: str) -> list[dict[str, str]]:
    """Return the rows of one file."""
    for upload in reading.uploads:
        if upload.name == name:
            lines = upload.stream.read().decode().splitlines()
            return [json.loads(line) for line in lines if not line.startswith("#")]
    return []


@pytest.fixture
def admin(domain: samba_ad.SambaAd) -> Iterator[ldap3.Connection]:
    """A connection that may change the domain."""
    server = ldap3.Server(domain.ldaps_url, get_info=ldap3.NONE)
    name = f"Administrator@{samba_org.REALM}"
    connection = ldap3.Connection(server, name, samba_org.ADMIN_PASSWORD, auto_bind=True, check_names=False)
    yield connection
    connection.unbind()


def test_everybody(domain: samba_ad.SambaAd):
    """People, their units and their managers, all 5,000 of them, as the gate wants to read them."""
    desk = reader(domain)
    with desk.read("people") as reading:
        feed = collect(reading.uploads, source_of(desk.configuration(), "people"))

    second = next(person for person, _ in feed.people if person.key == "E1002")
    assert (True, 5000 + len(STATES) + 1) == (reading.complete, len(feed.people))
    assert [] == feed.problems
    assert "E1001" == second.assignments[0].manager
    assert ("p00002", "team-1") == (second.username, second.assignments[0].unit)
    assert 417 == len(feed.units)


def test_who_has_ended(domain: samba_ad.SambaAd):
    """A disabled or expired account is somebody who does not work here; a locked one is not (LD-07)."""
    with reader(domain, filter="(employeeNumber=X-*)").read("people") as reading:
        states = {row["username"]: row["status"] for row in rows(reading, "people")}

    assert {"disabled", "expired"} == {name for name, status in states.items() if status == "inactive"}
    assert {*STATES, FORGETFUL} == set(states)


def test_changes(domain: samba_ad.SambaAd, admin: ldap3.Connection):
    """After a mark only what changed since is read, and it never says that anybody is absent."""
    desk = reader(domain)
    with desk.read("people") as whole:
        mark = whole.mark
    with desk.read("people", mark) as nothing:
        unchanged = nothing.people
    dn = next(entry["dn"] for entry in _found(admin, "(sAMAccountName=p00100)"))
    admin.modify(dn, {"title": [(ldap3.MODIFY_REPLACE, ["Director"])]})

    with desk.read("people", mark) as delta:
        changed = rows(delta, "people")

    assert 0 == unchanged
    assert not delta.complete
    assert [("E1100", "Director", "E1097")] == [
        (row["employee_number"], row["title"], row["manager"]) for row in changed
    ]
    assert delta.mark != mark


def test_mark_of_another_server(domain: samba_ad.SambaAd):
    """Numbers of changes are each server's own: with another server's mark everybody is read."""
    with reader(domain, filter="(employeeNumber=X-*)").read("people", "DC2 17") as reading:
        assert (True, len(STATES) + 1) == (reading.complete, reading.people)


def test_tree_of_units(domain: samba_ad.SambaAd, admin: ldap3.Connection):
    """Organizational units are a tree, with heads, under names that survive a renaming."""
    inner = f"OU=Verkoop,{STAFF}"
    try:
        manager = next(entry["dn"] for entry in _found(admin, "(sAMAccountName=p00001)"))
        assert admin.add(inner, "organizationalUnit", {"managedBy": manager}), admin.result
        assert admin.add(f"CN=seller,{inner}", "user", {"sAMAccountName": "seller", "employeeNumber": "E9001"})
        with reader(domain, units="organizational_units", filter="(employeeNumber=E9001)").read("people") as reading:
            units = {row["name"]: row for row in rows(reading, "units")}
            seller = rows(reading, "people")[0]
    finally:
        admin.delete(f"CN=seller,{inner}")
        admin.delete(inner)

    assert {"Medewerkers", "Verkoop"} == set(units)
    assert units["Medewerkers"]["unit"] == units["Verkoop"]["parent"]
    assert "E1001" == units["Verkoop"]["head"]
    assert units["Verkoop"]["unit"] == seller["unit"]


def test_cut_off(domain: samba_ad.SambaAd):
    """A domain that dies between two pages gives no import at all, not a shorter one (PR-04)."""
    with Cutting(domain.address, after=120_000) as cut:
        known = configured(domain)
        workplace = known.workplaces["ad"].model_copy(update={"urls": (f"ldaps://{domain.address}:{cut.port}",)})
        shorter = known.model_copy(update={"workplaces": {"ad": workplace}})
        desk = DirectoryReader(lambda: shorter, lambda _: samba_org.BRIDGE_PASSWORD, Path("/"), FakeClock())

        with pytest.raises(FeedRefused, match="not read to the end"), desk.read("people"):
            pass

    assert cut.passed >= 120_000


def test_unreachable(domain: samba_ad.SambaAd):
    """A directory that cannot be reached is an error, never an empty company (PR-04)."""
    known = configured(domain)
    wrong = DirectoryReader(lambda: known, lambda _: "wrong", Path("/"), FakeClock())

    with pytest.raises(FeedRefused, match="refuses the service account"), wrong.read("people"):
        pass
    with pytest.raises(NeedsAdmin), reader(domain).read("payroll"):
        pass


def _found(connection: ldap3.Connection, query: str) -> list[dict[str, str]]:
    connection.search(samba_org.BASE, query, attributes=["cn"])
    return [entry for entry in connection.response if entry["type"] == "searchResEntry"]
