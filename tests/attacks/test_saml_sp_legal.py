"""What is legal is taken: answers as the usual identity providers write them, each in its own way (SP-27)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.fakes.saml_door import NOTE, Door, refusal
from tests.fakes.saml_families import FAMILIES
from tests.fakes.saml_platform import key_descriptor, rsa_key
from tests.fakes.saml_workplace import PERSISTENT, US, Idp, Says, post


@pytest.mark.parametrize("name", FAMILIES)
def test_family(name):
    """Each family signs in with its own table: subject, employee number, groups and methods as it says them (SP-27)."""
    family = FAMILIES[name]
    door = Door(idp=Idp(family.entity_id), settings=family.settings)

    login = door.finish(family.answer(rsa_key("idp")))

    assert (family.subject, family.keys) == (login.subject.value, login.keys)
    assert (family.groups, family.method) == (login.groups, login.method)


@pytest.mark.parametrize("name", FAMILIES)
def test_family_of_somebody_else(name):
    """The same answer by another key is refused, in every way of writing it (SP-27, SP-01)."""
    family = FAMILIES[name]
    door = Door(idp=Idp(family.entity_id), settings=family.settings)

    assert "saml_signature" == refusal(door, family.answer(rsa_key("attacker")))


@pytest.mark.parametrize("digits", ["", ".1", ".123", ".1234567", ".123456789"])
def test_fractions_of_a_second(digits):
    """Moments may have any number of fractional digits (SP-27)."""
    xml = re.sub(rb"(:\d\d)Z", rb"\g<1>" + digits.encode() + b"Z", Says().response())
    door = Door()

    assert "ada-0001" == door.finish(post(door.idp.signed(xml))).subject.value


def test_certificate_in_lines():
    """A certificate in the metadata may be wrapped and indented (SP-27)."""
    wrapped = re.sub(
        r">([A-Za-z0-9+/=]{100,})<",
        lambda found: ">\n" + "\n   ".join(re.findall(".{1,64}", found[1])) + "\n<",
        key_descriptor(rsa_key("idp")),
    )
    door = Door()
    door.documents = {url: Idp().metadata(key_xml=wrapped) for url in door.documents}

    assert "ada-0001" == door.finish(door.idp.answer()).subject.value


LEGAL = {
    "no_attributes": {"attributes": ""},
    "no_session_index": {"session": None},
    "no_session_end": {"session_ends": None},
    "one_time_use": {"audience": f"{Says().audience}<saml:OneTimeUse/>"},
    "proxy_restriction": {"audience": f'{Says().audience}<saml:ProxyRestriction Count="0"/>'},
    "two_audiences": {
        "audience": Says().audience.replace(
            "</saml:AudienceRestriction>", "<saml:Audience>x</saml:Audience></saml:AudienceRestriction>"
        )
    },
    "sp_name_qualifier": {"name_attributes": f' Format="{PERSISTENT}" SPNameQualifier="{US}/metadata"'},
    "extensions": {"extensions": '<samlp:Extensions><x:y xmlns:x="urn:x">hello</x:y></samlp:Extensions>'},
    "status_message": {
        "status": Says().status.replace(
            "</samlp:Status>", "<samlp:StatusMessage>Welcome</samlp:StatusMessage></samlp:Status>"
        )
    },
    "other_context": {"context": "https://refeds.org/profile/mfa"},
    "name_with_blanks": {"name": "Ada Lovelace"},
    "name_beyond_ascii": {"name": "Zoë-漢字"},
    "long_name": {"name": "a" * 256},
}


@pytest.mark.parametrize("where", [("assertion",), ("response",), ("assertion", "response")])
@pytest.mark.parametrize("kind", LEGAL)
def test_legal_variant(kind, where):
    """What the standard leaves open does not keep anybody out (SP-27)."""
    door, says = Door(), replace(Says(), **LEGAL[kind])

    assert says.name == door.finish(door.idp.answer(says, *where), NOTE).subject.value


def test_white_space_between_parts():
    """Indented XML is the same message (SP-27)."""
    door = Door()
    xml = Says().response().replace(b"><", b">\n  <")

    assert "ada-0001" == door.finish(post(door.idp.signed(xml))).subject.value


@pytest.mark.parametrize("method", ["sha256", "sha512"])
def test_listed_algorithms(method):
    """Every listed algorithm is taken (SP-06, SP-27)."""
    door = Door()

    assert "ada-0001" == door.finish(post(door.idp.signed(Says().response(), method=method))).subject.value
