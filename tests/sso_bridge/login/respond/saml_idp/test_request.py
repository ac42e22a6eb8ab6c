"""What is read from a good request, and which good requests cannot be granted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sso_bridge.errors import AssuranceNotMet, BadRequest, UnknownPlatform
from sso_bridge.login.respond.saml_idp.refusals import Answerable, NameNotPossible, SomebodyElse
from sso_bridge.login.saml.names import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED
from tests.fakes.clock import START
from tests.fakes.saml_bridge import PPT, SamlBridge
from tests.fakes.saml_platform import SamlPlatform, rsa_key

WIKI = SamlPlatform()
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


@pytest.fixture
def bridge(tmp_path) -> SamlBridge:
    """The wiki is registered."""
    return SamlBridge(tmp_path)


def contexts(*classes: str, comparison: str = "") -> str:
    """Give a RequestedAuthnContext."""
    attribute = f' Comparison="{comparison}"' if comparison else ""
    inner = "".join(f"<saml:AuthnContextClassRef>{CLASSES}{one}</saml:AuthnContextClassRef>" for one in classes)
    return f"<samlp:RequestedAuthnContext{attribute}>{inner}</samlp:RequestedAuthnContext>"


def test_plain_request(bridge):
    """An ordinary request is answered at the default address, by POST, with the configured kind of name (IDP-01)."""
    asked = bridge.redirect(WIKI.query(WIKI.request(), "deep/link?x=1&y=ü"))

    assert ("saml", "wiki", False, False) == (asked.protocol, asked.platform, asked.force, asked.passive)
    assert () == asked.acr_values
    assert {
        "id": "_q1",
        "acs": "https://wiki.test/acs",
        "relay_state": "deep/link?x=1&y=ü",
        "name_id": PERSISTENT,
        "subject": None,
    } == asked.details


@pytest.mark.parametrize(
    ("attributes", "address"),
    [
        ({"AssertionConsumerServiceURL": "https://wiki.test/second"}, "https://wiki.test/second"),
        ({"AssertionConsumerServiceIndex": "2"}, "https://wiki.test/second"),
        ({"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"}, "https://wiki.test/acs"),
        ({"Destination": None}, "https://wiki.test/acs"),
    ],
)
def test_registered_address(bridge, attributes, address):
    """Any registered address may be chosen, by value or index (IDP-01)."""
    assert address == bridge.asked(**attributes).details["acs"]


def test_flags(bridge):
    """ForceAuthn and IsPassive reach the flow (IDP-05)."""
    asked = bridge.asked(ForceAuthn="1", IsPassive="true")

    assert asked.force
    assert asked.passive


@pytest.mark.parametrize(("seconds", "accepted"), [(100, True), (130, False), (-50, True), (-400, True), (-430, False)])
def test_moment(bridge, seconds, accepted):
    """A request may be five minutes old, and clocks may differ by two minutes either way (SP-18)."""
    at = START + timedelta(seconds=seconds)

    if accepted:
        assert bridge.asked(at=at)
    else:
        with pytest.raises(BadRequest):
            bridge.asked(at=at)


def test_fractions_of_a_second(bridge):
    """0, 3 and 7 fractional digits are all legal (SP-27)."""
    for fraction in ("", ".1", ".123", ".1234567"):
        assert bridge.asked(IssueInstant=f"2026-11-02T09:00:00{fraction}Z")


def test_signed_requests(tmp_path):
    """A signed request is accepted by both bindings, and its RelayState is kept as it came (IDP-02)."""
    signing = SamlPlatform(requests_signed="true")
    bridge = SamlBridge(tmp_path, {"wiki": signing})

    by_redirect = bridge.redirect(signing.signed_query(signing.request(), "a b"))
    by_post = bridge.post(signing.enveloped(signing.request()), RelayState="")

    assert "a b" == by_redirect.details["relay_state"]
    assert "" == by_post.details["relay_state"]


def test_signed_request_without_destination(tmp_path):
    """A signed message must say where it was meant to go (SAML bindings 3.4.5.2)."""
    bridge = SamlBridge(tmp_path)

    with pytest.raises(BadRequest):
        bridge.redirect(WIKI.signed_query(WIKI.request(Destination=None)))


def test_order_of_parameters_does_not_matter(bridge):
    """The signed octets are put in the standard's order, whatever order they came in (SAML bindings 3.4.4.1)."""
    parts = WIKI.signed_query(WIKI.request(), "x").split(b"&")

    assert "x" == bridge.redirect(b"&".join([b"lang=nl", *reversed(parts)])).details["relay_state"]


@pytest.mark.parametrize(
    ("policy", "wish"),
    [
        ("<samlp:NameIDPolicy/>", EMAIL),
        (f'<samlp:NameIDPolicy Format="{UNSPECIFIED}" AllowCreate="true"/>', EMAIL),
        (f'<samlp:NameIDPolicy Format="{EMAIL}"/>', EMAIL),
        ('<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified"/>', EMAIL),
        (f'<samlp:NameIDPolicy Format="{TRANSIENT}"/>', TRANSIENT),
        (f'<samlp:NameIDPolicy Format="{PERSISTENT}" SPNameQualifier="https://wiki.test/sp"/>', PERSISTENT),
    ],
)
def test_name_wishes(bridge, policy, wish):
    """A platform gets the configured kind of name, or one that tells less (IDP-07)."""
    bridge.decide("wiki", name_id="email")

    assert wish == bridge.asked(inner=policy).details["name_id"]


@pytest.mark.parametrize(
    "policy",
    [
        f'<samlp:NameIDPolicy Format="{EMAIL}"/>',
        '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"/>',
        '<samlp:NameIDPolicy SPNameQualifier="https://forum.test/sp"/>',
    ],
)
def test_name_that_may_not_be_had(bridge, policy):
    """Asking for an e-mail address where a pseudonym is configured gives none, and the platform is told (IDP-07)."""
    with pytest.raises(Answerable) as caught:
        bridge.asked(inner=policy)

    assert isinstance(caught.value.why, NameNotPossible)
    assert "https://wiki.test/acs" == caught.value.asked.details["acs"]


@pytest.mark.parametrize(
    ("wanted", "contains", "lacks"),
    [
        (contexts("PasswordProtectedTransport"), "PasswordProtectedTransport", "Kerberos"),
        (contexts("Password", comparison="minimum"), "Kerberos", "unspecified"),
        (contexts("Kerberos", comparison="maximum"), "Password", "X509"),
        (contexts("Password", comparison="better"), "PasswordProtectedTransport", "Password"),
    ],
)
def test_contexts(bridge, wanted, contains, lacks):
    """Every comparison of RequestedAuthnContext becomes the list of classes that will do (IDP-05)."""
    classes = bridge.asked(inner=wanted).acr_values

    assert CLASSES + contains in classes
    assert CLASSES + lacks not in classes


@pytest.mark.parametrize(
    "wanted",
    [
        contexts("SmartcardPKI", comparison="better"),
        contexts("Unheard", comparison="better"),
        "<samlp:RequestedAuthnContext><saml:AuthnContextDeclRef>x</saml:AuthnContextDeclRef></samlp:RequestedAuthnContext>",
    ],
)
def test_context_that_nobody_can_give(bridge, wanted):
    """What no sign-in can satisfy is refused at once, with an answer to the platform (IDP-05)."""
    with pytest.raises(Answerable) as caught:
        bridge.asked(inner=wanted)

    assert isinstance(caught.value.why, AssuranceNotMet)


@pytest.mark.parametrize(
    "wanted",
    [
        contexts(),
        contexts("Password", comparison="about"),
        contexts("<x/>"),
        contexts(*["Password"] * 33),
        contexts("x" * 257),
        "<saml:Subject><saml:NameID/></saml:Subject>",
        f"<saml:Subject><saml:NameID>{'x' * 257}</saml:NameID></saml:Subject>",
    ],
    ids=["empty", "unknown", "markup", "many", "long", "no subject", "long subject"],
)
def test_context_without_sense(bridge, wanted):
    """A malformed RequestedAuthnContext is a malformed request."""
    with pytest.raises(BadRequest):
        bridge.asked(inner=wanted)


def test_subject_is_only_a_hint(bridge):
    """A Subject in the request is remembered to be compared; it decides nothing (IDP-05)."""
    asked = bridge.asked(inner="<saml:Subject><saml:NameID>bob</saml:NameID></saml:Subject>")

    assert "bob" == asked.details["subject"]
    assert "bob" == asked.login_hint


def test_subject_that_cannot_be_compared(bridge):
    """A Subject by another kind of name than NameID is refused with an answer (SAML core 3.4.1)."""
    with pytest.raises(Answerable) as caught:
        bridge.asked(inner="<saml:Subject><saml:EncryptedID/></saml:Subject>")

    assert isinstance(caught.value.why, SomebodyElse)


def test_legal_but_unusual_parts(bridge):
    """Extensions, Conditions and Scoping are legal and change nothing (SP-27)."""
    inner = (
        '<samlp:Extensions><x xmlns="urn:x" a="1">t</x></samlp:Extensions>'
        "<saml:Subject><saml:SubjectConfirmation/></saml:Subject><samlp:NameIDPolicy/>"
        f'<saml:Conditions/>{contexts("PasswordProtectedTransport")}<samlp:Scoping ProxyCount="1"/>'
    )

    asked = bridge.asked(inner=inner)

    assert (PPT,) == asked.acr_values
    assert asked.details["subject"] is None


def test_disabled_platform(bridge):
    """A platform that is switched off is unknown from the next request on (SP-25)."""
    del bridge.settings["wiki"]
    bridge.revision += 1

    with pytest.raises(UnknownPlatform):
        bridge.asked()


def test_second_key(tmp_path):
    """A request signed by the key that is not in the metadata any more is refused (SP-28)."""
    bridge = SamlBridge(tmp_path)
    bridge.register("wiki", SamlPlatform(key=rsa_key("forum")).metadata())

    with pytest.raises(BadRequest):
        bridge.redirect(WIKI.signed_query(WIKI.request()))
