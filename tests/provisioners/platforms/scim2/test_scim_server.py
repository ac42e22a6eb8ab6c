"""The SCIM connector against scim2-server, a strict service that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from provisioners.conformance.faults import Faults, disturbed
from provisioners.conformance.platform_suite import HttpPlatformSuite
from provisioners.conformance.wire_promises import Paths
from tests.lab import scim
from tests.provisioners.platforms.opened import opened


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
