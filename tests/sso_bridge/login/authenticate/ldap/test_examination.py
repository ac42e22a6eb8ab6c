"""What the doctor learns about a directory: OpenLDAP, an Active Directory domain, and what is in the way to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sso_bridge.login.authenticate.ldap.form import LdapForm
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from tests.fakes.examined import Findings, examined
from tests.fakes.login import Brakes
from tests.lab import samba_ad, samba_org, slapd
from tests.lab.lying_op import LyingOp
from tests.lab.process import free_port
from tests.lab.site import Site

Look = Callable[..., Findings]
SECRETS = {"env:X": slapd.BRIDGE_PASSWORD, "env:AD": samba_org.BRIDGE_PASSWORD, "env:WRONG": "PLANTED-wrong-password"}


def now() -> datetime:
    """Return the time: certificates and domains know no other."""
    return datetime.now(UTC)


def look(settings: LdapSettings, clock: Callable[[], datetime] = now) -> Findings:
    """Let the doctor look; nothing may be told of anybody but counts (LD-11)."""
    form = LdapForm(settings, SECRETS.__getitem__, Brakes(), clock)
    try:
        found = examined(form)
    finally:
        form.close()
    told = " ".join(one.said + one.todo for one in found.all)
    for private in (*SECRETS.values(), "p00001", "E1001", "@corp.example", "uid=p", "Sanne"):
        assert private not in told
    for one in found.all:
        found.one(one.what)
    return found


@pytest.fixture
def openldap(directory: slapd.Slapd) -> Look:
    """Look at OpenLDAP with other settings."""
    usual = LdapSettings(
        "staff", (directory.ldaps_url,), slapd.PEOPLE, slapd.BRIDGE_DN, "env:X", ca_file=directory.ca_file,
        group_base=slapd.GROUPS,
    )  # fmt: skip
    return lambda clock=now, **changes: look(replace(usual, **changes), clock)


@pytest.fixture
def windows(domain: samba_ad.SambaAd) -> Look:
    """Look at the domain with other settings."""
    usual = LdapSettings(
        "ad", (domain.ldaps_url,), samba_org.BASE, samba_org.BRIDGE, "env:AD", "active_directory", domain.ca_file,
        group_base=samba_org.GROUPS,
    )  # fmt: skip
    return lambda clock=now, **changes: look(replace(usual, **changes), clock)


@pytest.mark.peer("slapd")
@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_openldap_is_well(openldap: Look, directory: slapd.Slapd, scheme: str) -> None:
    """A directory that is well: certificate, service account, people with HR's number, groups in a circle."""
    url = directory.ldaps_url if scheme == "ldaps" else directory.ldap_url

    found = openldap(urls=(url,))

    host = slapd.ADDRESS
    assert {f"certificate of {host}"} == found.bad.keys()  # the lab's authority lives thirty days
    assert [f"name of {host}", f"certificate of {host}", "service account", "people", "link to HR", "groups"] == (
        found.looked_at
    )
    assert "in 29 days" in found.bad[f"certificate of {host}"][0]
    assert "60 of 60 people have employeeNumber" == found.said("link to HR")
    assert "up to 3 groups for each of 5 people, 3 deep" == found.said("groups")


@pytest.mark.peer("slapd")
@pytest.mark.parametrize(
    ("changes", "what", "said", "todo"),
    [
        ({"bind_password": "env:WRONG"}, "service account", "wrong_password", "bind_password"),
        ({"base_dn": slapd.GROUPS}, "people", f"no person below {slapd.GROUPS}", "base_dn"),
        ({"link_attribute": "title"}, "link to HR", "1 numbers stand at several people", "correct title"),
        ({"link_attribute": "departmentNumber"}, "link to HR", "nobody of 60 people has", "fill departmentNumber"),
        ({"names": ("uid", "telephoneNumber")}, "people", "nobody of 60 people has telephoneNumber", "names"),
        ({"group_base": slapd.PEOPLE}, "groups", "none of 5 people is in a group", "group_base"),
    ],
)
def test_one_fault(openldap: Look, changes: dict[str, str], what: str, said: str, todo: str) -> None:
    """Each fault is told by the question that it is about, with the setting to look at."""
    found = openldap(**changes).one(what)

    assert said in found.said
    assert todo in found.todo


@pytest.mark.peer("slapd")
def test_the_service_account_is_tried_once(openldap: Look) -> None:
    """After a refused service account nothing more is asked: the doctor locks nobody out."""
    assert "service account" == openldap(bind_password="env:WRONG").looked_at[-1]


@pytest.mark.peer("slapd")
def test_certificate_of_another_host(openldap: Look, site: Site) -> None:
    """A certificate for other names is told as that, and no password goes there (LD-04)."""
    stranger = LyingOp(site=site, address="127.0.0.52").start()

    found = openldap(urls=(stranger.issuer.replace("https", "ldaps"),))

    stranger.stop()
    assert "its certificate is not for 127.0.0.52" == found.said("certificate of 127.0.0.52")
    assert "service account" not in found.looked_at


@pytest.mark.peer("slapd")
def test_certificate_of_nobody(openldap: Look) -> None:
    """Without its authority the certificate is nobody's, and the setting is named."""
    found = openldap(ca_file=None).one(f"certificate of {slapd.ADDRESS}")

    assert "signed by nobody we trust" in found.said
    assert "ca_file" in found.todo


@pytest.mark.peer("slapd")
def test_two_servers(openldap: Look, directory: slapd.Slapd) -> None:
    """One of two servers that is down is a failure, and the questions about people are asked at the other."""
    dead = f"ldaps://127.0.0.53:{free_port('127.0.0.53')}"

    found = openldap(urls=(dead, directory.ldaps_url))

    assert "Connection refused" in found.bad["certificate of 127.0.0.53"][0]
    assert "link to HR" in found.looked_at


@pytest.mark.peer("samba_ad")
def test_domain_is_well(windows: Look) -> None:
    """A domain tells its time, the states of accounts can be read, and groups are five deep."""
    found = windows()

    assert {f"certificate of {found.looked_at[0].removeprefix('name of ')}"} == found.bad.keys()
    assert found.said("clock").startswith("differs by 0 s") or found.said("clock").startswith("differs by 1 s")
    assert "it can read who is disabled, locked or expired" == found.said("account states")
    assert "the first 200 people" in found.said("link to HR")
    assert "deep" in found.said("groups")


@pytest.mark.peer("samba_ad")
def test_domain_clock(windows: Look) -> None:
    """Ten minutes between the domain and us are a warning: tickets would be refused."""
    assert "its clock is " in windows(lambda: now() - timedelta(minutes=10)).bad["clock"][0]


@pytest.mark.peer("samba_ad")
def test_service_account_of_a_domain(windows: Look) -> None:
    """The domain's own word for a refused service account is told, with what to do."""
    disabled = f"CN=disabled,{samba_org.STAFF}"

    assert "wrong_password" in windows(bind_password="env:WRONG").bad["service account"][0]
    assert "wrong_password" in windows(bind_dn=disabled, bind_password="env:WRONG").bad["service account"][0]
