"""The lab as fixtures, and the rule for peers that are not here: named at the end, a failure under CI=true."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser

from tests.lab import (
    chromium,
    mit_kdc,
    mod_auth_mellon,
    mod_auth_openidc,
    mod_shib,
    postgres,
    samba_ad,
    scim,
    slapd,
    sshd,
    synapse,
)
from tests.lab.catalogue import PEERS
from tests.lab.people import company
from tests.lab.site import Site

ABSENT = "absent peer"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose peer cannot run here, unless CI says that every peer must."""
    for mark in item.iter_markers("peer"):
        name = mark.args[0]
        lacking = PEERS[name].missing()
        if lacking is None:
            continue
        item.user_properties.append((ABSENT, f"{name} (install {lacking})"))
        if os.environ.get("CI") == "true":
            pytest.fail(f"the peer {name} is required here, and {lacking} is not installed")
        pytest.skip(f"the peer {name} cannot run here: {lacking} is not installed")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Name the peers that did not run in the very last lines, those of other test processes too."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    reports = [report for reports in reporter.stats.values() for report in reports]
    told = [value for report in reports for key, value in getattr(report, "user_properties", ()) if key == ABSENT]
    if told:
        reporter.write_line(f"NOT TESTED against these peers, they are not installed: {', '.join(sorted(set(told)))}")


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Give the ground of the lab; everything on it is gone afterwards."""
    site = Site()
    yield site
    site.clear()


@pytest.fixture(scope="session")
def postgres_server(site: Site) -> Iterator[postgres.Postgres]:
    """Give a PostgreSQL server."""
    server = postgres.start(site)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def directory(site: Site) -> Iterator[slapd.Slapd]:
    """Give an OpenLDAP directory with sixty people, `p00001` (E1001) first."""
    server = slapd.start(site, company(60).people)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sftp_server(site: Site) -> Iterator[sshd.Sshd]:
    """Give an SFTP server with an empty folder."""
    server = sshd.start(site)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def domain(site: Site) -> Iterator[samba_ad.SambaAd]:
    """Give an Active Directory domain with 5,000 people; `samba_org` says who is who."""
    server = samba_ad.start(site)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def realm(site: Site) -> Iterator[mit_kdc.Realm]:
    """Give a Kerberos realm by itself."""
    server = mit_kdc.start(site)
    yield server
    server.stop()


@pytest.fixture
def scim_server(site: Site) -> Iterator[scim.ScimServer]:
    """Give an empty SCIM service behind a counting gate."""
    server = scim.start(site)
    yield server
    server.stop()


@pytest.fixture
def mellon(site: Site) -> Iterator[mod_auth_mellon.Mellon]:
    """Give a site behind mod_auth_mellon that waits for its identity provider."""
    peer = mod_auth_mellon.Mellon(site)
    yield peer
    peer.stop()


@pytest.fixture
def shibboleth(site: Site) -> Iterator[mod_shib.Shibboleth]:
    """Give a site behind mod_shib that waits for its identity provider."""
    peer = mod_shib.Shibboleth(site)
    yield peer
    peer.stop()


@pytest.fixture
def openid_module(site: Site) -> Iterator[mod_auth_openidc.OpenIdModule]:
    """Give a site behind mod_auth_openidc that waits for its provider."""
    peer = mod_auth_openidc.OpenIdModule(site)
    yield peer
    peer.stop()


@pytest.fixture
def homeserver(site: Site) -> Iterator[synapse.Synapse]:
    """Give a Matrix homeserver that is not started yet."""
    peer = synapse.Synapse(site)
    yield peer
    peer.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a running Chromium."""
    with chromium.running() as browser:
        yield browser
