"""Our own SCIM connector against our own server: what we demand of platforms, we keep ourselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from provisioners.conformance.faults import Faults, disturbed
from provisioners.conformance.platform_suite import HttpPlatformSuite
from provisioners.conformance.sample import account
from provisioners.conformance.wire_promises import Paths
from provisioners.platforms.scim2.attributes import NAMES
from sso_bridge.clock import now
from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.login import throttle_bucket
from sso_bridge.store.tables.scim import scim_group, scim_mail, scim_member, scim_stranger, scim_subgroup, scim_user
from tests.conftest import new_database
from tests.fakes.scim_bridge import ScimBridge
from tests.lab import scim_pusher
from tests.lab.scim_pusher import PushedTo
from tests.provisioners.platforms.opened import opened


@pytest.fixture(scope="module")
def running(site, made_keys, tmp_path_factory) -> Iterator[tuple[Store, PushedTo]]:
    """One server for all tests of this module, by the clock on the wall, with a database of its own."""
    with new_database(tmp_path_factory.mktemp("pushed")) as address:
        store = Store(address)
        with store.writing() as connection:
            metadata.create_all(connection)
        ring = KeyRing(store, Vault(make_key()), now, made_keys.maker())
        ring.ensure()
        url, port = scim_pusher.address()
        bridge = ScimBridge(store, now, ring, public_url=url)
        server = scim_pusher.start(site, bridge.app, bridge.texts["okta"], url, port)
        yield store, server
        server.stop()
        store.close()


@pytest.fixture
def served(running: tuple[Store, PushedTo]) -> PushedTo:
    """The server without people and groups."""
    store, server = running
    with store.writing() as connection:
        for table in (scim_stranger, scim_subgroup, scim_member, scim_mail, scim_group, scim_user, throttle_bucket):
            connection.execute(delete(table))
    return server


class TestOurselves(HttpPlatformSuite):
    """Inherited promises."""

    kind = "scim"

    @pytest.fixture
    def connector(self, served: PushedTo, site):
        """Return a connector with pages and chunks smaller than the sample."""
        small = {"page_size": 5, "members_per_call": 3}
        return opened("scim", token=served.token, url=served.url, ca_file=str(site.authority.ca_file), **small)

    @pytest.fixture
    def secret(self, served: PushedTo) -> str:
        """Return the token."""
        return served.token

    @pytest.fixture
    def faults(self, served: PushedTo) -> Iterator[Faults]:
        """Give a line that can be disturbed."""
        with disturbed(served.url) as faults:
            yield faults

    @pytest.fixture
    def paths(self) -> Paths:
        """Return where SCIM does what."""
        return Paths(
            listing=("GET", r"/Users\?startIndex.*"),
            creating=("POST", "/Users$"),
            suspending=("PATCH", "/Users/.*"),
            end_of_list={"totalResults": 5, "Resources": []},
        )


def test_every_attribute(served: PushedTo, site) -> None:
    """Each attribute that our connector can write comes back as it was written, and can be taken away again."""
    connector = opened("scim", token=served.token, url=served.url, ca_file=str(site.authority.ca_file))
    boss = connector.create(account(2))
    texts = {name: f"value of {name}" for name in NAMES - {"manager", "emails"}}
    wanted = {**texts, "emails": "ada@corp.example", "manager": boss}

    remote_id = connector.create(account(1, **wanted))
    created = connector.find(account(1).person_uuid)
    connector.update(remote_id, account(1, **dict.fromkeys(NAMES - {"userName"}, ""), userName="p00001"))

    assert wanted == created.attributes
    assert {"userName": "p00001"} == connector.find(account(1).person_uuid).attributes
