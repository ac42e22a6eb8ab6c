"""The SCIM connector against scim2-server, a strict service that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from provisioners.conformance.faults import Faults, disturbed
from provisioners.conformance.platform_suite import HttpPlatformSuite
from provisioners.conformance.sample import account
from provisioners.conformance.wire_promises import Paths
from provisioners.platforms.scim2.attributes import NAMES
from tests.lab import scim
from tests.provisioners.platforms.opened import opened

FORMED = {
    "emails": "ada@corp.example",
    "phoneNumbers": "+31201234567",
    "preferredLanguage": "nl",
    "locale": "nl-NL",
    "timezone": "Europe/Amsterdam",
}


@pytest.fixture(scope="module")
def service(site) -> Iterator[scim.ScimServer]:
    """Give one running service to this module; each test empties it."""
    server = scim.start(site)
    yield server
    server.stop()


@pytest.fixture
def empty(service: scim.ScimServer) -> scim.ScimServer:
    """Give the service without a single resource."""
    head = {"Authorization": f"Bearer {service.token}"}
    for endpoint in ("/Users", "/Groups"):
        while rows := requests.get(f"{service.url}{endpoint}", headers=head, timeout=10).json().get("Resources"):
            for row in rows:
                requests.delete(f"{service.url}{endpoint}/{row['id']}", headers=head, timeout=10)
    return service


@pytest.mark.peer("scim2-server")
class TestScim(HttpPlatformSuite):
    """Inherited promises."""

    kind = "scim"

    @pytest.fixture
    def connector(self, empty):
        """Return a connector with pages and chunks smaller than the sample."""
        return opened("scim", token=empty.token, url=empty.url, page_size=5, members_per_call=3)

    @pytest.fixture
    def secret(self, empty):
        """Return the token."""
        return empty.token

    @pytest.fixture
    def faults(self, empty) -> Iterator[Faults]:
        """Give a line that can be disturbed."""
        with disturbed(empty.url) as faults:
            yield faults

    @pytest.fixture
    def paths(self):
        """Return where SCIM does what."""
        return Paths(
            listing=("GET", r"/Users\?startIndex.*"),
            creating=("POST", "/Users$"),
            suspending=("PATCH", "/Users/.*"),
            end_of_list={"totalResults": 5, "Resources": []},
        )


@pytest.mark.peer("scim2-server")
def test_every_attribute(empty):
    """Each attribute that the descriptor names is written, read back the same, changed and removed again."""
    connector = opened("scim", token=empty.token, url=empty.url)
    boss = connector.create(account(2))
    texts = {name: f"value of {name}" for name in NAMES - {"manager", *FORMED}}
    wanted = {**texts, **FORMED, "manager": boss}

    remote_id = connector.create(account(1, **wanted))
    created = connector.find(account(1).person_uuid)
    connector.update(
        remote_id, account(1, **{**dict.fromkeys(texts, "changed"), **FORMED, "userName": "p00001", "manager": boss})
    )
    changed = connector.find(account(1).person_uuid)
    connector.update(remote_id, account(1, **dict.fromkeys(NAMES - {"userName"}, ""), userName="p00001"))
    emptied = connector.find(account(1).person_uuid)

    assert wanted == created.attributes
    assert {**dict.fromkeys(texts, "changed"), "userName": "p00001", **FORMED, "manager": boss} == changed.attributes
    assert {"userName": "p00001"} == emptied.attributes


@pytest.mark.peer("scim2-server")
def test_second_update_writes_nothing(empty):
    """Counted at the server's side: an update to what is already so is no write."""
    connector = opened("scim", token=empty.token, url=empty.url)
    boss = connector.create(account(2))
    full = account(1, department="R&D", manager=boss, **{"name.givenName": "Ada"})
    remote_id = connector.create(full)
    writes = empty.gate.writes

    connector.update(remote_id, full)
    connector.suspend(remote_id)
    connector.suspend(remote_id)

    assert writes + 1 == empty.gate.writes
