"""Metadata of platforms: what is taken from it, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sso_bridge.errors import BadRequest, UnknownPlatform
from sso_bridge.login.respond.saml_idp.platform import read_metadata
from tests.fakes.clock import START
from tests.fakes.saml_bridge import SamlBridge
from tests.fakes.saml_platform import SamlPlatform, ec_key, key_descriptor, rsa_key

WIKI = SamlPlatform()


def test_key_without_use():
    """A key without `use` signs and encrypts; one with a use does only that (MD-02)."""
    both = read_metadata(WIKI.metadata())
    separate = key_descriptor(rsa_key("wiki")) + key_descriptor(rsa_key("forum"), "encryption")
    split = read_metadata(SamlPlatform(key_descriptors=separate).metadata())

    assert both.signing == both.encryption
    assert 1 == len(both.signing)
    assert split.signing[0].key == rsa_key("wiki").public_key()
    assert split.encryption[0].key == rsa_key("forum").public_key()


def test_flags_and_addresses():
    """Addresses with binding and index, flags and wishes are read; comments are not in the way."""
    wishes = "<md:NameIDFormat>urn:x</md:NameIDFormat>"
    read = read_metadata(SamlPlatform(requests_signed="1").metadata(wishes))

    assert "https://wiki.test/sp" == read.entity_id
    assert [0, 1, 2] == [one.index for one in read.consumers]
    assert "https://wiki.test/acs" == read.default_consumer.location
    assert read.requests_signed
    assert read.assertions_signed
    assert ("urn:x",) == read.name_id_formats


def test_default_address():
    """The address marked as default wins, one marked as not default loses (SAML metadata 2.2.3)."""
    marked = WIKI.metadata().replace(b'index="2"', b'index="2" isDefault="true"')
    unmarked = WIKI.metadata().replace(b'index="1"', b'index="1" isDefault="false"')

    assert "https://wiki.test/second" == read_metadata(marked).default_consumer.location
    assert "https://wiki.test/second" == read_metadata(unmarked).default_consumer.location


def test_promise_without_key():
    """Metadata that promises signed requests but brings no key is refused, never weakened (MD-02)."""
    with pytest.raises(BadRequest):
        read_metadata(SamlPlatform(requests_signed="true", key_descriptors="").metadata())


def test_short_key():
    """A 1024-bit RSA key is refused; an elliptic key of 256 bits is fine (MD-04)."""
    with pytest.raises(BadRequest):
        read_metadata(SamlPlatform(key=rsa_key("short", 1024)).metadata())

    assert read_metadata(SamlPlatform(key=ec_key("wiki")).metadata()).signing


@pytest.mark.parametrize(("days", "said"), [(-1, "ended"), (0.5, "ends"), (6, "ends"), (29, "ends"), (31, "")])
def test_end_of_a_certificate(days, said):
    """An ended certificate still works, with a warning; so do those that end within 30 days (MD-04)."""
    keys = key_descriptor(rsa_key("wiki"), ends=START + timedelta(days=days))
    provider = read_metadata(SamlPlatform(key_descriptors=keys).metadata())

    warnings = provider.warnings(START)

    assert provider.signing
    assert [said] == [text.split()[2] for text in warnings] if said else not warnings


def test_end_of_the_metadata():
    """The platform's own `validUntil` is told when it has passed."""
    dated = WIKI.metadata().replace(
        b"<md:EntityDescriptor", b'<md:EntityDescriptor validUntil="2026-10-01T00:00:00Z"', 1
    )

    assert read_metadata(dated).warnings(datetime(2026, 11, 2, tzinfo=UTC))
    assert not read_metadata(dated).warnings(datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<md:EntityDescriptor", b"<!DOCTYPE x><md:EntityDescriptor"),
        (b'entityID="https://wiki.test/sp"', b""),
        (b"SAML:2.0:protocol", b"SAML:1.1:protocol"),
        (b"bindings:HTTP-POST", b"bindings:PAOS"),
        (b"https://wiki.test/acs", b"javascript:alert(1)"),
        (b"https://wiki.test/acs", b"https://good@evil.test/acs"),
        (b"https://wiki.test/acs", b"https://wiki.test/acs#x"),
        (b'index="1"', b'index="one"'),
        (b'AuthnRequestsSigned="false"', b'AuthnRequestsSigned="no"'),
        (b"<ds:X509Certificate>", b"<ds:X509Certificate>AAAA"),
        (b"<ds:X509Certificate>", b"<ds:X509Certificate><!-- x -->"),
        (b"</md:SPSSODescriptor>", b""),
        (b"SPSSODescriptor", b"IDPSSODescriptor"),
    ],
)
def test_metadata_that_cannot_be_used(old, new):
    """Broken, ambiguous or dangerous metadata is refused with a reason (MD-02, SP-10)."""
    broken = WIKI.metadata().replace(old, new)

    assert broken != WIKI.metadata()
    with pytest.raises(BadRequest):
        read_metadata(broken)


def test_entities_around_one_platform():
    """An aggregate with one service provider is fine, with two it is not clear which one is meant."""
    head, tail = b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">', b"</md:EntitiesDescriptor>"

    assert "https://wiki.test/sp" == read_metadata(head + WIKI.metadata() + tail).entity_id
    with pytest.raises(BadRequest):
        read_metadata(head + WIKI.metadata() * 2 + tail)


def test_one_bad_platform_stops_nobody(tmp_path):
    """A platform whose metadata is missing, broken or claimed twice is out, with a reason; the others go on."""
    bridge = SamlBridge(tmp_path)
    bridge.register("broken", b"<x/>")
    bridge.register("twin", SamlPlatform("https://twin.test/sp").metadata())
    bridge.register("other", SamlPlatform("https://twin.test/sp").metadata())
    bridge.register("gone", b"")
    (tmp_path / "gone.xml").unlink()

    assert "wiki" == bridge.asked().platform
    assert {"broken", "twin", "other", "gone"} == set(bridge.idp.platforms.problems())
    with pytest.raises(UnknownPlatform):
        bridge.idp.platforms.by_name("twin")


def test_encryption_without_a_key(tmp_path):
    """`encrypt: required` without a key in the metadata switches the platform off, never the encryption."""
    bridge = SamlBridge(tmp_path, {"wiki": SamlPlatform(key_descriptors=key_descriptor(rsa_key("wiki")))})
    bridge.decide("wiki", encrypt="required")

    with pytest.raises(UnknownPlatform):
        bridge.asked()


@pytest.mark.parametrize(
    "decided",
    [{"sign": ()}, {"launch_url": "javascript:x"}, {"relay_state": "a\0"}, {"attribute_names": {"email": "a\x1b"}}],
    ids=str,
)
def test_settings_that_cannot_work(tmp_path, decided):
    """A decision that would leave answers unsigned or unsendable switches the platform off, with a reason (IDP-03)."""
    bridge = SamlBridge(tmp_path)
    bridge.decide("wiki", **decided)

    with pytest.raises(UnknownPlatform) as caught:
        bridge.idp.launch("wiki")

    assert next(iter(decided)) in caught.value.cause


def test_answers_without_tls():
    """An address without TLS is told to the administrator."""
    bare = WIKI.metadata().replace(b"https://wiki.test/second", b"http://wiki.test/second")

    assert ("answers to http://wiki.test/second travel without TLS",) == read_metadata(bare).warnings(START)
