"""An OpenLDAP directory as the HR source: changes by `modifyTimestamp`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import ldap3
import pytest

from provisioners.errors import FeedRefused
from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.directory import DirectoryReader
from sso_bridge.hr.lines import Reading
from tests.fakes.clock import FakeClock
from tests.fakes.cutting import Cutting
from tests.lab import slapd
from tests.lab.people import company
from tests.lab.process import wait_until
from tests.lab.site import Site

pytestmark = pytest.mark.peer("slapd")


def reading(url: str, directory: slapd.Slapd) -> DirectoryReader:
    """Return what reads the people of a directory at this address."""
    workplace = {
        "kind": "ldap", "urls": [url], "base_dn": slapd.PEOPLE, "bind_dn": slapd.BRIDGE_DN,
        "bind_password": "env:X", "ca_file": str(directory.ca_file),
    }  # fmt: skip
    source = {"kind": "ldap", "workplace": "office", "columns": {"unit": "departmentNumber"}}
    known = parse({"workplaces": {"office": workplace}, "hr_sources": {"people": source}}).configuration
    return DirectoryReader(lambda: known, lambda _: slapd.BRIDGE_PASSWORD, Path("/"), FakeClock())


@pytest.fixture
def reader(directory: slapd.Slapd) -> DirectoryReader:
    """What reads the sixty people of the lab."""
    return reading(directory.ldaps_url, directory)


@pytest.fixture
def large(site: Site) -> Iterator[slapd.Slapd]:
    """A directory with eight pages of people."""
    server = slapd.start(site, company(4000).people)
    yield server
    server.stop()


@pytest.fixture
def admin(directory: slapd.Slapd) -> Iterator[ldap3.Connection]:
    """A connection that may change the directory."""
    connection = ldap3.Connection(directory.ldap_url, f"cn=admin,{slapd.SUFFIX}", slapd.PASSWORD, auto_bind=True)
    yield connection
    connection.unbind()


def people(read: Reading) -> list[dict[str, str]]:
    """Return the rows of the people."""
    lines = read.uploads[0].stream.read().decode().splitlines() if read.uploads else []
    return [json.loads(line) for line in lines if not line.startswith("#")]


def test_changes(reader: DirectoryReader, admin: ldap3.Connection):
    """Everybody first, then who was changed since the newest time that was seen; names are the directory's own."""
    dn = f"uid=p00009,{slapd.PEOPLE}"
    wait_until(lambda: _changed_alone(admin, dn), "a second in which nobody else was changed")
    with reader.read("people") as whole:
        everybody, mark = people(whole), whole.mark
    admin.modify(dn, {"title": [(ldap3.MODIFY_REPLACE, ["Director"])]})

    with reader.read("people", mark) as delta:
        changed = {row["employee_number"]: row for row in people(delta)}

    admin.modify(dn, {"title": [(ldap3.MODIFY_REPLACE, ["Adviser"])], "manager": [(ldap3.MODIFY_REPLACE, [])]})
    assert whole.complete
    assert 60 <= len(everybody)
    assert not delta.complete
    assert ("Director", "E1001") == (changed["E1009"]["title"], changed["E1009"]["manager"])
    assert len(changed) < len(everybody)
    assert delta.mark >= mark


def _changed_alone(admin: ldap3.Connection, dn: str) -> bool:
    """Change somebody; return whether that was in another second than everybody's first."""
    admin.modify(dn, {"manager": [(ldap3.MODIFY_REPLACE, [f"uid=p00001,{slapd.PEOPLE}"])]})
    admin.search(slapd.PEOPLE, "(objectClass=person)", attributes=["modifyTimestamp"])
    times = {entry["dn"]: entry["raw_attributes"]["modifyTimestamp"][0] for entry in admin.response}
    return list(times.values()).count(times[dn]) == 1


def test_page_seven(large: slapd.Slapd):
    """PR-04: the wire breaks on the seventh of eight pages: nothing is read."""
    port = int(large.ldaps_url.rpartition(":")[2])
    with Cutting(slapd.ADDRESS, after=1 << 40, port=port) as whole:
        with reading(f"ldaps://{slapd.ADDRESS}:{whole.port}", large).read("people") as everybody:
            assert 4000 == everybody.people
        all_pages = whole.passed

    with Cutting(slapd.ADDRESS, after=all_pages * 13 // 16, port=port) as cut:
        desk = reading(f"ldaps://{slapd.ADDRESS}:{cut.port}", large)
        with pytest.raises(FeedRefused, match="not read to the end"), desk.read("people"):
            pass
