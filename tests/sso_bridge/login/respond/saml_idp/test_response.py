"""What we issue, judged by ourselves, by python3-saml in strict mode, and by the xmlsec1 program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from sso_bridge.errors import (
    LoginRequired,
    NotForYou,
)
from sso_bridge.login.asked import Released
from sso_bridge.login.respond.saml_idp.assertion import session_index
from sso_bridge.login.respond.saml_idp.refusals import ValueNotSendable
from tests.fakes.clock import START
from tests.fakes.saml_bridge import ADA, RELEASED, Ring, SamlBridge, find, message_of
from tests.fakes.saml_platform import SamlPlatform
from tests.lab import xmlsec1

WIKI = SamlPlatform()
PERIOD = timedelta(minutes=5)


@pytest.fixture
def bridge(tmp_path) -> SamlBridge:
    """The wiki is registered."""
    return SamlBridge(tmp_path)


@pytest.fixture
def same_hour() -> Iterator[None]:
    """Let python3-saml, whose clock is no argument, live at the hour of ours."""
    with time_machine.travel(START, tick=False):
        yield


def stranger(bridge: SamlBridge) -> dict:
    """Give the strictest settings of python3-saml for the wiki, made from our metadata."""
    them = OneLogin_Saml2_IdPMetadataParser.parse(bridge.idp.metadata())
    key = WIKI.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    us = {
        "strict": True,
        "sp": {
            "entityId": WIKI.entity_id,
            "assertionConsumerService": {"url": WIKI.acs},
            "privateKey": key,
            "x509cert": re.search("X509Certificate>([^<]*)", WIKI.metadata().decode())[1],
        },
        "security": {
            "wantMessagesSigned": True,
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
        },
    }
    return {**them, **us}


def judged(bridge: SamlBridge, answer, request_id: str | None = "_q1") -> OneLogin_Saml2_Response:
    """Let python3-saml validate; it must not find anything."""
    response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(stranger(bridge)), answer.fields["SAMLResponse"])
    request = {"https": "on", "http_host": "wiki.test", "script_name": "/acs", "post_data": answer.fields}
    assert response.is_valid(request, request_id), response.get_error()
    return response


@pytest.mark.usefixtures("same_hour")
def test_strict_service_provider_accepts(bridge):
    """python3-saml in strict mode, from our metadata alone, finds name, session and attributes (IDP-03)."""
    seen = judged(bridge, bridge.answer(bridge.asked()))

    assert "pseudonym-of-ada" == seen.get_nameid()
    assert session_index("s-1", WIKI.entity_id) == seen.get_session_index()
    assert {
        "uid": ["ada"],
        "mail": ["ada@corp.test"],
        "displayName": ["Ada Lovelace"],
        "groups": ["all", "sales"],
    } == seen.get_attributes()


@pytest.mark.peer("xmlsec1")
def test_second_opinion_on_both_signatures(bridge, tmp_path):
    """The xmlsec1 program confirms the signatures of response, assertion and refusal (IDP-03)."""
    certificate = tmp_path / "ours.pem"
    certificate.write_text(bridge.ring.keys[0].certificate)
    good, refused = tmp_path / "good.xml", tmp_path / "refused.xml"
    good.write_bytes(message_of(bridge.answer(bridge.asked())))
    refused.write_bytes(message_of(bridge.idp.refuse(bridge.asked(), LoginRequired())))

    for file, element in ((good, "Response"), (good, "Assertion"), (refused, "Response")):
        assert "OK" in xmlsec1.verify(file, certificate, element)
    good.write_bytes(good.read_bytes().replace(b"Lovelace", b"Lovelock"))
    assert "OK" not in xmlsec1.verify(good, certificate, "Assertion").splitlines()


def test_contents(tmp_path):
    """Window, audience, recipient, destination and the moment of the real sign-in are as the profile wants (IDP-03)."""
    bridge = SamlBridge(tmp_path)
    answer = bridge.answer()

    assert "https://wiki.test/acs" == answer.action
    response, assertion = find(answer, "."), find(answer, "a:Assertion")
    assert {"Version": "2.0", "InResponseTo": "_q1", "Destination": "https://wiki.test/acs"}.items() <= dict(
        response.attrib
    ).items()
    assert re.fullmatch("_[0-9a-f]{32}", response.get("ID"))
    assert re.fullmatch("_[0-9a-f]{32}", assertion.get("ID"))
    assert response.get("ID") != assertion.get("ID")
    assert ["https://wiki.test/sp"] == [node.text for node in assertion.iter("{*}Audience")]
    confirmed = dict(find(answer, ".//a:SubjectConfirmationData").attrib)
    until = "2026-11-02T09:04:00Z"
    assert {"InResponseTo": "_q1", "Recipient": "https://wiki.test/acs", "NotOnOrAfter": until} == confirmed
    assert {"NotBefore": "2026-11-02T08:59:00Z", "NotOnOrAfter": until} == dict(find(answer, ".//a:Conditions").attrib)
    statement = dict(find(answer, ".//a:AuthnStatement").attrib)
    assert {
        "AuthnInstant": "2026-11-02T08:00:00Z",
        "SessionIndex": session_index("s-1", WIKI.entity_id),
        "SessionNotOnOrAfter": "2026-11-02T17:00:00Z",
    } == statement
    assert ADA.assurance == find(answer, ".//a:AuthnContextClassRef").text
    methods = {node.get("Algorithm") for node in response.iter("{*}SignatureMethod")}
    assert {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"} == methods


def test_ids_are_never_used_twice(tmp_path):
    """Every message has fresh random names."""
    bridge = SamlBridge(tmp_path)

    ids = [node.get("ID") for _ in range(20) for node in find(bridge.answer(), ".").iter() if node.get("ID")]

    assert 40 == len(set(ids))


def test_relay_state_comes_back_unchanged(tmp_path):
    """RelayState is carried octet by octet; none stays none (IDP-06)."""
    bridge = SamlBridge(tmp_path)
    for state in ('"><script>alert(1)</script>', "x" * 10_000, "žlutý kůň 馬", ""):
        asked = bridge.redirect(WIKI.query(WIKI.request(), state))
        assert state == bridge.answer(asked).fields["RelayState"]

    assert "RelayState" not in bridge.answer().fields


@pytest.mark.usefixtures("same_hour")
def test_encrypted_assertion(bridge):
    """With `encrypt: required` only the platform can read the assertion; python3-saml decrypts and accepts it."""
    bridge.decide("wiki", encrypt="required")

    answer = bridge.answer(bridge.asked())

    assert find(answer, "a:Assertion") is None
    assert b"ada@corp.test" not in message_of(answer)
    assert "pseudonym-of-ada" == judged(bridge, answer).get_nameid()


def test_only_the_response_signed(tmp_path):
    """`sign: [response]` leaves the assertion bare, unless the metadata wants it signed (MD-02)."""
    platform = SamlPlatform()
    bridge = SamlBridge(tmp_path)
    bridge.register("wiki", platform.metadata(), sign=("response",))
    wanted = bridge.answer()
    indifferent = platform.metadata().replace(b'WantAssertionsSigned="true"', b"")
    bridge.register("wiki", indifferent, sign=("response",))
    bare = bridge.answer()

    assert find(wanted, "a:Assertion/ds:Signature") is not None
    assert find(bare, "a:Assertion/ds:Signature") is None
    assert find(bare, "ds:Signature") is not None


HOSTILE = ["</saml:NameID><saml:NameID>admin", "]]>", "&amp;&lt;", "<!-- -->", "a'\"b", "\U0001d538\u202e \xdf \u99ac"]


@pytest.mark.usefixtures("same_hour")
@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_facts_stays_text(bridge, text):
    """Whatever HR writes, the platform reads exactly that, as text (IDP-04)."""
    released = Released(text, {"name": text, "groups": (text, "x")})

    seen = judged(bridge, bridge.answer(bridge.asked(), released=released))

    assert text == seen.get_nameid()
    assert {"displayName": [text], "groups": [text, "x"]} == seen.get_attributes()


@pytest.mark.parametrize("text", ["a\0b", "a\x0bb", "a\x1b[31m", "a\rb", "a\x85b", "a\ud800b", "a\uffffb", "x" * 5000])
def test_texts_that_cannot_be_sent(tmp_path, text):
    """Control characters, half characters and endless texts are refused, as a name and as an attribute (IDP-04)."""
    bridge = SamlBridge(tmp_path)

    with pytest.raises(ValueNotSendable):
        bridge.answer(released=Released(text))
    with pytest.raises(ValueNotSendable) as caught:
        bridge.answer(released=Released("ada", {"name": text}))
    assert text not in caught.value.cause


@pytest.mark.parametrize("text", ["", " ", " ada", "a\nb", "a\tb", "x" * 257])
def test_names_that_cannot_be_sent(tmp_path, text):
    """A NameID is one line without blanks around it, at most 256 characters (IDP-04, SP-22)."""
    with pytest.raises(ValueNotSendable):
        SamlBridge(tmp_path).answer(released=Released(text))


def test_attribute_names(tmp_path):
    """Names can be the registered numbers or whatever the platform wants; empty facts are left out."""
    bridge = SamlBridge(tmp_path)
    bridge.decide("wiki", attribute_style="oid", attribute_names={"name": "FullName"})
    released = Released("ada", {"email": "a@b", "name": "Ada", "email_verified": True, "title": "", "fte": 0.5})

    nodes = find(bridge.answer(released=released), ".//a:AttributeStatement")

    assert [
        ("urn:oid:0.9.2342.19200300.100.1.3", "uri", "mail", "a@b"),
        ("email_verified", "basic", None, "true"),
        ("fte", "basic", None, "0.5"),
        ("FullName", "basic", "displayName", "Ada"),
    ] == [(n.get("Name"), n.get("NameFormat")[-5:].strip(":-t"), n.get("FriendlyName"), n[0].text) for n in nodes]


def test_nothing_released(tmp_path):
    """Without released claims there is no empty AttributeStatement (SAML core 2.7.3)."""
    assert find(SamlBridge(tmp_path).answer(released=Released("ada")), ".//a:AttributeStatement") is None


@pytest.mark.usefixtures("same_hour")
def test_launch(bridge):
    """The portal's link gives an answer nobody asked for, with the registered RelayState; a refusal stays with us."""
    bridge.decide("wiki", relay_state="https://wiki.test/start")
    asked_by_portal = bridge.idp.launch("wiki")

    answer = bridge.answer(asked_by_portal)

    assert "https://wiki.test/start" == answer.fields["RelayState"]
    assert find(answer, ".").get("InResponseTo") is None
    assert judged(bridge, answer, None)
    assert bridge.idp.refuse(asked_by_portal, NotForYou()) is None


@pytest.mark.usefixtures("same_hour")
def test_answer_for_one_platform_at_another(bridge):
    """An answer for the wiki is refused by any other platform (CR-04)."""
    answer = bridge.answer(bridge.asked())
    settings = stranger(bridge)
    settings["sp"]["entityId"] = "https://forum.test/sp"

    response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(settings), answer.fields["SAMLResponse"])

    assert not response.is_valid(
        {"https": "on", "http_host": "wiki.test", "script_name": "/acs", "post_data": answer.fields}, "_q1"
    )


@pytest.mark.usefixtures("same_hour")
def test_rollover(bridge):
    """The next key is published before it signs, and both work on one description of us (IDP-08)."""
    bridge.ring.keys = Ring("ours", "next").keys
    before = stranger(bridge)
    bridge.ring.keys = Ring("next", "ours").keys
    answer = bridge.answer(bridge.asked())

    assert 2 == len(before["idp"]["x509certMulti"]["signing"])
    response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(before), answer.fields["SAMLResponse"])
    request = {"https": "on", "http_host": "wiki.test", "script_name": "/acs", "post_data": answer.fields}
    assert response.is_valid(request, "_q1"), response.get_error()


def test_session_that_ends_soon(tmp_path):
    """The platform is told when our session ends (SAML core 2.7.2)."""
    ending = replace(ADA, ends_at=START + PERIOD)
    answer = SamlBridge(tmp_path).answer(who=ending, released=RELEASED)

    assert "2026-11-02T09:05:00Z" == find(answer, ".//a:AuthnStatement").get("SessionNotOnOrAfter")
