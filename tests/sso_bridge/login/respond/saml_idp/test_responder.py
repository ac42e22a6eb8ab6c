"""Whom the responder answers, by which name, and what it tells about refusals."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from sso_bridge.errors import (
    AssuranceNotMet,
    AttemptOver,
    BadRequest,
    LoginRequired,
    NotForYou,
    SignInRefused,
    WorkplaceDown,
)
from sso_bridge.login.asked import Redirect, Released
from sso_bridge.login.respond.saml_idp.assertion import session_index
from sso_bridge.login.respond.saml_idp.refusals import NameNotPossible, SomebodyElse
from sso_bridge.login.saml.names import EMAIL, TRANSIENT, UNSPECIFIED
from tests.fakes.clock import START
from tests.fakes.saml_bridge import Ring, SamlBridge, find, message_of
from tests.fakes.saml_platform import SamlPlatform, rsa_key


@pytest.mark.parametrize(
    ("kind", "name_format", "value"),
    [("email", EMAIL, "ada@corp.test"), ("unspecified", UNSPECIFIED, "ada"), ("transient", TRANSIENT, None)],
)
def test_kinds_of_name(tmp_path, kind, name_format, value):
    """The platform is told the kind of name it is configured for (IDP-07)."""
    bridge = SamlBridge(tmp_path)
    bridge.decide("wiki", name_id=kind)
    first, second = find(bridge.answer(), ".//a:NameID"), find(bridge.answer(), ".//a:NameID")

    assert name_format == first.get("Format")
    if value is None:
        assert first.text != second.text
    else:
        assert value == first.text


def test_two_platforms_cannot_compare(tmp_path):
    """A pseudonym is qualified by us and by the one platform it is for (IDP-07, CR-04)."""
    bridge = SamlBridge(tmp_path)
    named = find(bridge.answer(), ".//a:NameID")

    assert ("https://bridge.test/saml/metadata", "https://wiki.test/sp") == (
        named.get("NameQualifier"),
        named.get("SPNameQualifier"),
    )
    assert session_index("s-1", "https://wiki.test/sp") != session_index("s-1", "https://forum.test/sp")


@pytest.mark.parametrize("kind", ["email", "unspecified"])
def test_name_that_is_not_released(tmp_path, kind):
    """Where the name is missing or withheld there is no answer, and never another name instead."""
    bridge = SamlBridge(tmp_path)
    bridge.decide("wiki", name_id=kind)

    with pytest.raises(NameNotPossible):
        bridge.answer(released=Released("pseudonym"))


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (LoginRequired(), "NoPassive"),
        (AssuranceNotMet(), "NoAuthnContext"),
        (NotForYou("x"), "RequestDenied"),
        (SignInRefused("x"), "AuthnFailed"),
        (NameNotPossible(), "InvalidNameIDPolicy"),
        (SomebodyElse(), "UnknownPrincipal"),
    ],
)
def test_refusals(tmp_path, why, code):
    """A refusal is a signed status for the platform that asked, without assertion and without cause (IDP-05)."""
    bridge = SamlBridge(tmp_path)
    answer = bridge.idp.refuse(bridge.asked(), why)

    assert ["Responder" if code != "InvalidNameIDPolicy" else "Requester", code] == [
        node.get("Value").rsplit(":", 1)[1] for node in find(answer, "p:Status").iter("{*}StatusCode")
    ]
    assert find(answer, "ds:Signature") is not None
    assert find(answer, "a:Assertion") is None
    assert "https://wiki.test/acs" == answer.action


@pytest.mark.parametrize("why", [AttemptOver(), WorkplaceDown(), BadRequest()])
def test_our_own_trouble(tmp_path, why):
    """What is no business of the platform's is shown by a page of ours."""
    bridge = SamlBridge(tmp_path)

    assert bridge.idp.refuse(bridge.asked(), why) is None


def test_subject_in_the_request(tmp_path):
    """Who is asserted is who signed in; a request that names somebody else is refused, never obeyed (IDP-05)."""
    bridge = SamlBridge(tmp_path)
    subject = "<saml:Subject><saml:NameID>{}</saml:NameID></saml:Subject>"

    with pytest.raises(SomebodyElse):
        bridge.answer(bridge.asked(inner=subject.format("bob@corp.test")))

    same = bridge.answer(bridge.asked(inner=subject.format("ada@corp.test")))
    assert "pseudonym-of-ada" == find(same, ".//a:NameID").text


def test_weaker_sign_in_than_asked(tmp_path):
    """The responder itself refuses a session of another class than asked for (IDP-05)."""
    bridge = SamlBridge(tmp_path)
    wanted = "<saml:AuthnContextClassRef>urn:x</saml:AuthnContextClassRef>"
    wanted = f"<samlp:RequestedAuthnContext>{wanted}</samlp:RequestedAuthnContext>"

    with pytest.raises(AssuranceNotMet):
        bridge.answer(bridge.asked(inner=wanted))


def test_address_taken_away_meanwhile(tmp_path):
    """An address that was registered when asked but is not any more gets nothing (IDP-01, SP-25)."""
    bridge = SamlBridge(tmp_path)
    before = bridge.asked()
    bridge.register("wiki", SamlPlatform(acs="https://wiki.test/new").metadata())

    with pytest.raises(BadRequest):
        bridge.answer(before)
    with pytest.raises(BadRequest):
        bridge.idp.refuse(before, LoginRequired())


def test_launch_by_the_platform_itself(tmp_path):
    """A platform with a start address of its own is simply opened."""
    bridge = SamlBridge(tmp_path)
    bridge.decide("wiki", launch_url="https://wiki.test/login")

    assert Redirect("https://wiki.test/login") == bridge.idp.launch("wiki")


def test_metadata(tmp_path):
    """Our metadata is signed, dated, and names both bindings, every kind of name and every published key (IDP-08)."""
    bridge = SamlBridge(tmp_path)
    bridge.ring.keys = Ring("ours", "next").keys
    raw = bridge.idp.metadata()
    root = etree.fromstring(raw)

    assert "https://bridge.test/saml/metadata" == root.get("entityID")
    assert START + timedelta(days=28) == datetime.fromisoformat(root.get("validUntil"))
    assert {"https://bridge.test/saml/sso"} == {node.get("Location") for node in root.iter("{*}SingleSignOnService")}
    assert 2 == len(list(root.iter("{*}SingleSignOnService")))
    assert 2 == len(list(root.iter("{*}KeyDescriptor")))
    assert 4 == len(list(root.iter("{*}NameIDFormat")))
    assert "{http://www.w3.org/2000/09/xmldsig#}Signature" == root[0].tag
    assert b"PRIVATE" not in raw


def test_nothing_secret_is_shown(tmp_path):
    """The private key appears in no answer, and facts appear in no representation of an error (CR-04)."""
    bridge = SamlBridge(tmp_path)
    number = format(rsa_key("ours").private_numbers().d, "x").encode()

    assert number not in message_of(bridge.answer()) + bridge.idp.metadata()


def test_metadata_files_are_read_once(tmp_path):
    """A changed file counts when the configuration is applied again, not before (MD-03)."""
    bridge = SamlBridge(tmp_path)
    bridge.asked()
    Path(bridge.settings["wiki"].metadata_file).write_bytes(SamlPlatform(acs="https://evil.test/acs").metadata())

    assert "https://wiki.test/acs" == bridge.asked().details["acs"]
