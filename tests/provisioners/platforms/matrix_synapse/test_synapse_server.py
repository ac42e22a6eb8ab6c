"""The Synapse connector against a real homeserver.

An account can only be deactivated there, so the homeserver is not emptied between tests: each test is a company of
its own, with its own people and keys.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests

from provisioners.conformance import sample
from provisioners.conformance.faults import Faults, disturbed
from provisioners.conformance.platform_suite import HttpPlatformSuite
from provisioners.conformance.wire_promises import Paths
from tests.lab import synapse
from tests.lab.process import wait_until
from tests.provisioners.platforms.opened import opened


@pytest.fixture(scope="module")
def running(site) -> Iterator[synapse.Synapse]:
    """Give one running homeserver to this module."""
    server = synapse.Synapse(site).start()
    path = f"/_synapse/admin/v1/users/@bridge-bot:{synapse.SERVER}/override_ratelimit"
    rest = Rest(server)
    rest("POST", path, messages_per_second=0, burst_count=0)
    # until a fresh database has all its indexes, waking an account up gives 500
    wait_until(lambda: not _pending(server), "the indexes of a fresh database")
    yield server
    server.stop()


def _pending(server: synapse.Synapse) -> int:
    with closing(sqlite3.connect(f"file:{server.room / 'homeserver.db'}?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM background_updates").fetchone()[0]


class Rest:
    """Speaks to the homeserver as its administrator, beside the connector."""

    def __init__(self, server: synapse.Synapse) -> None:
        self.url = server.url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {server.admin_token}"
        self.session.verify = str(server.site.authority.ca_file)
        self.session.trust_env = False

    def __call__(self, method, path, **body):
        """Return the JSON of an answer."""
        return self.session.request(method, self.url + path, json=body or None, timeout=30).json()

    def users(self):
        """Return everybody but the bot, locked ones too."""
        found = self("GET", "/_synapse/admin/v2/users?limit=1000&deactivated=true&locked=true")["users"]
        return [row for row in found if "bridge-bot" not in row["name"]]


@pytest.fixture
def rest(running) -> Rest:
    """Give the homeserver as its administrator sees it."""
    return Rest(running)


@pytest.fixture
def company(running, rest) -> Iterator[int]:
    """Give a number that no earlier test had; afterwards its accounts are deactivated."""
    yield len(rest("GET", "/_synapse/admin/v2/users?limit=1000&deactivated=true&locked=true")["users"]) * 100
    for row in rest.users():
        if not row["deactivated"]:
            rest("POST", f"/_synapse/admin/v1/deactivate/{row['name']}", erase=False)


@pytest.fixture
def settings(running, company) -> dict[str, object]:
    """Return settings under which bindings and rooms of other tests are not ours."""
    return {
        "token": running.admin_token,
        "url": running.url,
        "ca_file": str(running.site.authority.ca_file),
        "auth_provider": f"oidc-bridge-{company}",
        "person_provider": f"sso-bridge-{company}",
        "alias_prefix": f"bridge-{company}.",
    }


@pytest.mark.peer("synapse")
class TestSynapse(HttpPlatformSuite):
    """Inherited promises."""

    kind = "matrix_synapse"

    @pytest.fixture
    def connector(self, settings):
        """Return a connector for this test's company."""
        return opened("matrix_synapse", **settings)

    @pytest.fixture
    def account(self, company):
        """Return people whose names no other test used."""
        return lambda number, **attributes: sample.account(company + number, **attributes)

    @pytest.fixture
    def unknown_member(self):
        """Return an id in the form of a user id."""
        return f"@no-such-account:{synapse.SERVER}"

    @pytest.fixture
    def secret(self, running):
        """Return the token."""
        return running.admin_token

    @pytest.fixture
    def faults(self, running) -> Iterator[Faults]:
        """Give a line that can be disturbed."""
        with disturbed(running.url) as faults:
            yield faults

    @pytest.fixture
    def paths(self):
        """Return where Synapse does what."""
        return Paths(
            listing=("GET", r"/_synapse/admin/v2/users\?.*"),
            creating=("PUT", "/_synapse/admin/v2/users/.*"),
            suspending=("PUT", "/_synapse/admin/v2/users/.*"),
            end_of_list={"users": [], "total": 5},
        )

    def await_gone(self, connector, key):
        """Wait: Synapse empties a room in the background."""
        wait_until(lambda: not [group for group in connector.groups() if group.external_id == key], "an empty room", 20)
