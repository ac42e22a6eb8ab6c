"""Each peer starts, answers and stops; the slow ones are proved by the journeys that use them."""

from __future__ import annotations

import pytest
import requests

from tests.lab import mit_kdc, mod_auth_mellon, mod_shib, samba_ad, samba_org, slapd
from tests.lab.catalogue import PEERS
from tests.lab.people import company
from tests.lab.process import listens
from tests.lab.scim import ScimServer
from tests.lab.site import Site


@pytest.mark.peer("scim2-server")
def test_the_gate_counts_writes(scim_server: ScimServer) -> None:
    """What a sync sends is counted at the server's side, reads and writes apart."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {scim_server.token}"
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}

    session.post(f"{scim_server.url}/Users", json=user, timeout=10).raise_for_status()
    found = session.get(f"{scim_server.url}/Users", timeout=10).json()

    assert 1 == found["totalResults"]
    assert 1 == scim_server.gate.writes


@pytest.mark.peer("slapd")
def test_a_stopped_peer_is_gone(site: Site) -> None:
    """Nobody listens any more after `stop`."""
    directory = slapd.start(site, company(12).people)
    address, port = directory.ldap_url.removeprefix("ldap://").split(":")
    before = listens(address, int(port))

    directory.stop()

    assert (True, False) == (before, listens(address, int(port)))


@pytest.mark.peer("mod_shib")
@pytest.mark.peer("mod_auth_mellon")
def test_protected_pages_ask_the_identity_provider(
    site: Site, shibboleth: mod_shib.Shibboleth, mellon: mod_auth_mellon.Mellon
) -> None:
    """Both SAML modules send a stranger to the identity provider of their metadata."""
    service = '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{}"/>'
    metadata = (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/meta">'
        '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f"{service.format('https://idp.example/sso')}</md:IDPSSODescriptor></md:EntityDescriptor>"
    ).encode()
    trust = str(site.authority.ca_file)

    shibboleth.start(metadata)
    mellon.start(metadata)
    asked = requests.get(shibboleth.secret, verify=trust, allow_redirects=False, timeout=10).headers["Location"]
    hop = requests.get(mellon.secret, verify=trust, allow_redirects=False, timeout=10).headers["Location"]
    asked_too = requests.get(hop, verify=trust, allow_redirects=False, timeout=10).headers["Location"]

    assert asked.startswith("https://idp.example/sso?SAMLRequest=")
    assert asked_too.startswith("https://idp.example/sso?SAMLRequest=")


def test_every_peer_can_say_what_is_missing() -> None:
    """The catalogue never fails on a machine that has none of them."""
    said = {name: peer.missing() for name, peer in PEERS.items()}

    assert set(PEERS) == set(said)


@pytest.mark.peer("samba_ad")
def test_the_domain_stands(domain: samba_ad.SambaAd) -> None:
    """The domain has its 5,000 people and the seven awkward accounts, and gives tickets."""
    told = domain.tool("user", "list").split()

    assert 5000 <= len(told)
    assert set(samba_org.STATES) <= set(told)
    assert domain.ticket("p00001", samba_org.PASSWORD, domain.room / "cache-of-a-desk")


@pytest.mark.peer("mit_kdc")
def test_the_realm_gives_tickets(realm: mit_kdc.Realm) -> None:
    """A realm by itself has its people, an instance of one of them, and a machine."""
    told = realm.administer("listprincs")

    assert all(f"{account}@{realm.name}" in told for account in mit_kdc.PEOPLE)
    assert realm.ticket("p00001", realm.room / "cache-of-a-desk")
