"""Metadata of a workplace that was tampered with, has ended, or changes too much: the last good copy stays."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.saml_sp.opening import fetching
from sso_bridge.outgoing import open_session
from tests.fakes.clock import START
from tests.fakes.saml_door import METADATA, Door, refusal
from tests.fakes.saml_platform import certificate, ec_key, key_descriptor, rsa_key
from tests.fakes.saml_workplace import Idp, Says, sign, stamp

WEEK = stamp(START + timedelta(days=7))


def federation_signed(xml: bytes, key=None) -> bytes:
    """Sign a metadata document as a whole."""
    root = etree.fromstring(xml)
    sign(root, key or rsa_key("federation"), place=0)
    return etree.tostring(root)


@pytest.fixture
def pin(tmp_path: Path) -> Path:
    """The certificate that metadata must be signed with."""
    file = tmp_path / "federation.pem"
    file.write_bytes(certificate(rsa_key("federation")).public_bytes(Encoding.PEM))
    return file


def unknown_curve() -> str:
    """Give a KeyDescriptor whose key lies on a curve that nobody has heard of."""
    usual = certificate(rsa_key("idp")).public_bytes(Encoding.DER)
    odd = certificate(ec_key("odd")).public_bytes(Encoding.DER)
    odd = odd.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030108"))
    return key_descriptor(rsa_key("idp")).replace(b64encode(usual).decode(), b64encode(odd).decode())


def door_of(document: object, pin: Path | None = None, idp: Idp | None = None) -> Door:
    """Open a workplace whose metadata is this."""
    door = Door(idp=idp or Idp(), settings={} if pin is None else {"metadata_certificate": pin})
    door.documents[METADATA] = document
    return door


def refused(door: Door) -> str:
    """Give why nobody can sign in."""
    began = time.process_time()
    with pytest.raises(WorkplaceDown) as caught:
        door.finish(door.idp.answer())
    assert time.process_time() - began < 1
    return caught.value.cause


def test_signed_by_the_pinned_key(pin):
    """Metadata that the pinned key signed is used (MD-01)."""
    door = door_of(federation_signed(Idp().metadata(valid_until=WEEK)), pin)

    assert "ada-0001" == door.finish(door.idp.answer()).subject.value


FORGED = {
    "unsigned": lambda: Idp().metadata(valid_until=WEEK),
    "by_another_key": lambda: federation_signed(Idp().metadata(valid_until=WEEK), rsa_key("attacker")),
    "changed_afterwards": lambda: federation_signed(Idp().metadata(valid_until=WEEK)).replace(
        b"idp.test/sso", b"evil.test/sso"
    ),
    "signed_part_only": lambda: (
        b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
        + federation_signed(Idp().metadata(valid_until=WEEK))
        + b"</md:EntitiesDescriptor>"
    ),
    "without_an_end": lambda: federation_signed(Idp().metadata()),
    "ended": lambda: federation_signed(Idp().metadata(valid_until=stamp(START - timedelta(seconds=1)))),
    "for_ten_years": lambda: federation_signed(Idp().metadata(valid_until=stamp(START + timedelta(days=3650)))),
}


@pytest.mark.parametrize("kind", FORGED)
def test_pinned_and_not_to_be_believed(pin, kind):
    """With a pinned key, metadata counts only if it signed the whole, and only for a known, short time (MD-01)."""
    assert "metadata" in refused(door_of(FORGED[kind](), pin))


@pytest.mark.parametrize(
    "until", [START, START - timedelta(days=400), START + timedelta(days=31), START + timedelta(days=3650)]
)
def test_end_over_tls(until):
    """Over verified TLS too, metadata that has ended or promises too much is refused (MD-01)."""
    assert "metadata" in refused(door_of(Idp().metadata(valid_until=stamp(until))))


BROKEN = {
    "nothing": b"",
    "html": b"<html><body>Sign in</body></html>",
    "bomb": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>',
    "deep": b"<x>" * 5000 + b"</x>" * 5000,
    "huge": b"<x>" + b"<y/>" * 250_000 + b"</x>",
    "service_provider": Idp().metadata().replace(b"IDPSSODescriptor", b"SPSSODescriptor"),
    "other_protocol": Idp().metadata().replace(b"SAML:2.0:protocol", b"SAML:1.1:protocol"),
    "no_address": Idp().metadata().replace(b"SingleSignOnService", b"ManageNameIDService"),
    "script_address": Idp().metadata().replace(b"https://idp.test/sso", b"javascript:alert(1)"),
    "user_in_address": Idp().metadata().replace(b"https://idp.test/sso", b"https://a@idp.test/sso"),
    "no_name": Idp().metadata().replace(b"https://idp.test/entity", b""),
    "no_key": Idp().metadata(key_xml=""),
    "short_key": Idp().metadata(key_xml=key_descriptor(rsa_key("short", 1024))),
    "unknown_curve": Idp().metadata(key_xml=key_descriptor(rsa_key("idp")) + unknown_curve()),
    "encryption_key_only": Idp().metadata(key_xml=key_descriptor(rsa_key("idp"), "encryption")),
    "no_certificate": Idp().metadata(key_xml=key_descriptor(rsa_key("idp")).replace("MII", "XXX")),
    "bad_flag": Idp()
    .metadata()
    .replace(b"<md:IDPSSODescriptor ", b'<md:IDPSSODescriptor WantAuthnRequestsSigned="maybe" '),
    "unreachable": WorkplaceDown("the metadata cannot be fetched: 404"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken(kind):
    """Metadata that cannot be used lets nobody in, and says why (MD-01, MD-02, MD-04, SP-10)."""
    assert refused(door_of(BROKEN[kind]))


@pytest.mark.parametrize("kind", BROKEN)
def test_last_good_copy(kind):
    """When a refresh brings something broken, the last good copy stays in use and the trouble is known (MD-01)."""
    door = Door()
    door.trust.current()
    door.documents[METADATA] = BROKEN[kind]
    door.minutes(60 * 13)
    answer = door.idp.answer(now=door.clock.now)

    assert "ada-0001" == door.finish(answer).subject.value
    assert door.shelf.kept.problem


def test_last_good_copy_ends():
    """A copy that was not confirmed for a month is used no more (MD-01)."""
    door = Door()
    door.trust.current()
    door.documents[METADATA] = WorkplaceDown("the metadata cannot be fetched: 404")
    door.minutes(60 * 24 * 31)

    with pytest.raises(WorkplaceDown, match="the metadata ended"):
        door.finish(door.idp.answer(now=door.clock.now))


def test_key_without_use():
    """A key without `use` signs too, and importing it weakens nothing (MD-02)."""
    door = door_of(Idp().metadata(key_xml=key_descriptor(rsa_key("idp"), "")))

    assert "ada-0001" == door.finish(door.idp.answer()).subject.value
    assert "saml_signature" == refusal(door, door.idp.answer(Says(assertion_id="_a2"), "nothing"))


def test_certificate_that_ended():
    """A certificate that ended keeps nobody out, and is told (MD-04)."""
    door = door_of(Idp().metadata(key_xml=key_descriptor(rsa_key("idp"), ends=START - timedelta(days=1))))

    assert "ada-0001" == door.finish(door.idp.answer()).subject.value
    assert ("a certificate ended on 2026-11-01",) == door.trust.current().warnings(START)
    assert (START - timedelta(days=1)).timestamp() == door.gauges.shown["adfs", "certificate_ends"]


POISONED = {
    "other_entity": lambda: Idp("https://evil.test/entity").metadata(),
    "all_keys_replaced": lambda: Idp(key=rsa_key("attacker")).metadata(),
    "keys_and_addresses": lambda: Idp(
        keys=(rsa_key("idp"), rsa_key("attacker")), sso="https://evil.test/sso"
    ).metadata(),
    "key_gone_and_addresses": lambda: Idp(slo="https://evil.test/slo", keys=(rsa_key("idp"), ec_key("x"))).metadata(),
}


@pytest.mark.parametrize("kind", POISONED)
def test_poisoned_refresh(kind):
    """A change of the name, of all keys, or of keys and addresses together waits for an administrator (MD-03)."""
    door = Door()
    door.trust.current()
    door.documents[METADATA] = POISONED[kind]()
    door.trust.refresh(timedelta(0))
    door.minutes(1)

    assert door.shelf.kept.held is not None
    assert "https://idp.test/sso" == door.trust.current().sign_in[0].location
    assert "saml_signature" == refusal(door, Idp(key=rsa_key("attacker")).answer(now=door.clock.now))
    assert 1 == door.gauges.shown["adfs", "held"]
    assert "ada-0001" == door.finish(door.idp.answer(now=door.clock.now)).subject.value


ORDINARY = {
    "new_key_beside_the_old": lambda: Idp(keys=(rsa_key("idp"), rsa_key("next"))).metadata(),
    "other_address": lambda: Idp(sso="https://idp.test/new").metadata(),
    "other_end": lambda: Idp().metadata(valid_until=WEEK),
}


@pytest.mark.parametrize("kind", ORDINARY)
def test_ordinary_refresh(kind):
    """What a roll-over or a move changes is taken over by itself (MD-03, SP-28)."""
    door = Door()
    door.trust.current()
    door.documents[METADATA] = ORDINARY[kind]()
    door.trust.refresh(timedelta(0))

    assert (None, ORDINARY[kind]()) == (door.shelf.kept.held, door.shelf.kept.document)


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1:9/metadata",
        "https://[::ffff:127.0.0.1]/metadata",
        "https://0x7f.1/metadata",
        "http://idp.test/metadata",
        "ftp://idp.test/metadata",
        "file:///etc/passwd",
    ],
)
def test_address_of_metadata(url):
    """Metadata is fetched like everything else: from public addresses over TLS only (MD-01, AD-14)."""
    with pytest.raises(WorkplaceDown, match="cannot be fetched"):
        fetching(open_session())(url)
