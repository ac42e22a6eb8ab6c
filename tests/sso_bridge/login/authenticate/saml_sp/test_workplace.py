"""What a SAML workplace sends: requests with wishes, logout messages, our metadata; and who comes out."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import PostForm, Redirect
from sso_bridge.login.authenticate.contract import (
    LogoutOrder,
    PublishesMetadata,
    Returned,
    SendsAway,
    SignsOut,
    Wish,
    Workplace,
)
from sso_bridge.login.respond.saml_idp.platform import read_metadata
from sso_bridge.login.saml.bindings import by_redirect
from sso_bridge.login.saml.signature import check_detached, check_enveloped
from sso_bridge.login.saml.xml import parse_message
from tests.fakes.clock import START
from tests.fakes.saml_door import METADATA, Door
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import US, Idp, Says, attribute, stated

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
OUR_KEY = (rsa_key("signing").public_key(),)


@pytest.fixture
def door() -> Door:
    """A workplace with the usual settings."""
    return Door()


def carried(url: str):
    """Return the message of a Redirect, whose signature must be ours."""
    received = by_redirect(urlsplit(url).query.encode(), ("SAMLRequest", "SAMLResponse"))
    check_detached(received.detached, OUR_KEY)
    return parse_message(received.xml), received


def test_contract(door):
    """It sends people away, signs them out and publishes metadata."""
    promised = (Workplace, SendsAway, SignsOut, PublishesMetadata)

    assert all(isinstance(door.workplace, each) for each in promised[1:])
    assert "adfs" == door.workplace.name


def test_request_by_redirect(door):
    """The request is signed in the query, carries the handle, and is remembered by its id."""
    away = door.workplace.begin(Wish(), "handle")

    root, received = carried(away.answer.url)
    assert isinstance(away.answer, Redirect)
    assert (root.get("ID"), "handle") == (away.note["request"], received.relay_state)
    assert ("https://idp.test/sso", f"{US}/acs") == (root.get("Destination"), root.get("AssertionConsumerServiceURL"))
    assert (None, None) == (root.get("ForceAuthn"), root.get("IsPassive"))


def test_request_by_post():
    """Where the administrator chose POST, the request is signed inside."""
    door = Door(settings={"request_binding": "post"})

    away = door.workplace.begin(Wish(), "handle")

    assert isinstance(away.answer, PostForm)
    root = parse_message(base64.b64decode(away.answer.fields["SAMLRequest"]))
    assert check_enveloped(root, OUR_KEY)
    assert "handle" == away.answer.fields["RelayState"]


def test_wishes_are_passed_on(door):
    """ForceAuthn, IsPassive and the wanted classes go to the identity provider as the platform said them (IDP-05)."""
    wish = Wish(force=True, silent=True, acr_values=("https://refeds.org/profile/mfa", "phr"))

    root, _ = carried(door.workplace.begin(wish, "handle").answer.url)

    classes = [node.text for node in root.iter(f"{SAML}AuthnContextClassRef")]
    assert ("true", "true") == (root.get("ForceAuthn"), root.get("IsPassive"))
    assert ["https://refeds.org/profile/mfa"] == classes


def test_fresh_sign_in_is_checked(door):
    """A forced sign-in that happened after the request is taken (IDP-05)."""
    note = {**door.workplace.begin(Wish(force=True), "handle").note, "request": "_request"}

    assert "ada-0001" == door.finish(door.idp.answer(Says(signed_in=timedelta(seconds=5))), note).subject.value


def test_no_address_that_we_speak(door):
    """An identity provider without a usable address is told as what it is."""
    door.documents[METADATA] = Idp().metadata().replace(b"bindings:HTTP-", b"bindings:SOAP-")

    with pytest.raises(WorkplaceDown, match="no SingleSignOnService for Redirect or POST"):
        door.workplace.begin(Wish(), "handle")


def test_our_metadata(door):
    """Our description is signed, short-lived, and holds every key, also the next one and the old one (SP-28)."""
    door.keys.names["workplace-saml"] = ["signing", "next"]
    document = door.workplace.metadata()

    root = etree.fromstring(document)
    described = read_metadata(document)
    assert check_enveloped(root, OUR_KEY)
    assert (f"{US}/metadata", f"{US}/acs") == (described.entity_id, described.default_consumer.location)
    assert (2, 2) == (len(described.signing), len(described.encryption))
    assert (True, True) == (described.requests_signed, described.assertions_signed)
    assert START < described.valid_until <= START + timedelta(days=30)


def test_answers_come_with_their_handle(door):
    """The handle is read from RelayState, unchecked, and is empty without one."""
    answer = door.idp.answer()

    assert "handle" == door.workplace.handle_of(answer)
    assert not door.workplace.handle_of(Returned("POST", answer.address, "", {}))


def test_logout_names_what_was_kept(door):
    """The order to sign out repeats NameID, qualifiers and session index exactly as the sign-in said them (SP-30)."""
    says = Says(name_attributes=f'{Says().name_attributes} NameQualifier="q" SPNameQualifier="{US}/metadata"')
    login = door.finish(door.idp.answer(says))

    away = door.workplace.begin_logout(login.subject, login.upstream, "handle")

    root, received = carried(away.answer.url)
    name = root.find(f"{SAML}NameID")
    assert ("ada-0001", "q", f"{US}/metadata") == (name.text, name.get("NameQualifier"), name.get("SPNameQualifier"))
    assert "_s1" == root.find(f"{SAMLP}SessionIndex").text
    assert (root.get("ID"), "handle") == (away.note["request"], received.relay_state)


def test_no_logout_there():
    """Where the identity provider has no address for it, or nothing is known of the session, nobody is sent."""
    door = Door(idp=Idp(slo=None))
    login = door.finish(door.idp.answer())

    assert door.workplace.begin_logout(login.subject, login.upstream, "handle") is None
    assert door.workplace.answer_order(LogoutOrder(None), ended=True) is None
    assert Door().workplace.begin_logout(login.subject, {}, "handle") is None


@pytest.mark.parametrize(("ended", "codes"), [(True, ["Success"]), (False, ["Responder", "PartialLogout"])])
def test_answer_to_an_order(door, ended, codes):
    """Their order is answered truthfully: all of it ended, or only a part (SE-07)."""
    order = LogoutOrder(None, note={"id": "_theirs", "relay_state": "state", "binding": "urn:x"})

    root, received = carried(door.workplace.answer_order(order, ended=ended).url)

    said = [node.get("Value").rpartition(":")[2] for node in root.iter(f"{SAMLP}StatusCode")]
    assert (codes, "_theirs", "state") == (said, root.get("InResponseTo"), received.relay_state)


def test_facts(door):
    """Attributes become facts by the table; mail is not called verified unless the administrator vouches for it."""
    says = Says(
        attributes=stated(attribute("mail", "a@corp.test"), attribute("groups", "x", "y"), attribute("uid", "ada"))
    )
    vouched = Door(settings={"mail_is_verified": True})

    login, trusted = door.finish(door.idp.answer(says)), vouched.finish(vouched.idp.answer(says))

    assert {"email": ("a@corp.test",), "preferred_username": ("ada",)} == login.attributes
    assert frozenset({"x", "y"}) == login.groups
    assert ("a@corp.test",) == trusted.attributes["mail"]


def test_other_names_of_attributes():
    """The table has exceptions, and the link attribute is one (ID-05)."""
    door = Door(settings={"attribute_names": {"email": "e"}, "link_attribute": "nr"})
    says = Says(attributes=stated(attribute("e", "a@corp.test"), attribute("nr", "E7")))

    login = door.finish(door.idp.answer(says))

    assert ({"employee_number": "E7"}, ("a@corp.test",)) == (login.keys, login.attributes["email"])


@pytest.mark.parametrize("attributes", [stated(attribute("employeeNumber", "E1", "E2")), ""])
def test_subject_that_is_a_choice(attributes):
    """A subject attribute that is missing, or has two values, names nobody (ID-02)."""
    door = Door(settings={"subject": "employeeNumber"})

    with pytest.raises(SignInRefused) as caught:
        door.finish(door.idp.answer(Says(attributes=attributes)))

    assert "saml_attribute" == caught.value.reason


def test_subject_by_attribute():
    """Where an attribute names people, the NameID may be transient, and still is what logout needs (SP-30)."""
    door = Door(settings={"subject": "employeeNumber"})
    says = Says(name_attributes=' Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"')

    login = door.finish(door.idp.answer(says))

    assert ("E1", "attribute:employeeNumber") == (login.subject.value, login.subject.format)
    assert "ada-0001" == login.upstream["name"]


def test_unknown_way_of_signing_in(door):
    """A class we do not know is passed on as it is, and no method is invented for it."""
    login = door.finish(door.idp.answer(Says(context="urn:example:magic")))

    assert ("urn:example:magic", ()) == (login.assurance, login.method)


def test_no_class(door):
    """An authentication context without a class is `unspecified`, nothing better."""
    context = "<saml:AuthnContext><saml:AuthnContextDeclRef>x</saml:AuthnContextDeclRef></saml:AuthnContext>"
    statement = f'<saml:AuthnStatement AuthnInstant="2026-11-02T09:00:00Z">{context}</saml:AuthnStatement>'

    login = door.finish(door.idp.answer(Says(statement=statement)))

    assert ("urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified", ()) == (login.assurance, login.method)


class Directory:
    """Knows one account."""

    def __init__(self, number: str = "E1", refusal: str = "") -> None:
        self.number, self.refusal, self.asked = number, refusal, []

    def account(self, name):
        """Return it."""
        self.asked.append(name)
        if self.refusal:
            raise SignInRefused(self.refusal)
        return SimpleNamespace(keys={"employee_number": self.number}, groups=frozenset({"from-ad"}))


UPN = stated(attribute("eduPersonPrincipalName", "ada@corp.test"))


def test_directory_is_asked(door):
    """The directory says whether the account may still come in, and its number when the assertion has none (LD-07)."""
    directory = Directory()
    door = Door(settings={"directory": "ad"}, directories={"ad": directory})

    login = door.finish(door.idp.answer(Says(attributes=UPN)))

    assert (["ada@corp.test"], {"employee_number": "E1"}) == (directory.asked, login.keys)
    assert frozenset({"from-ad"}) == login.groups


@pytest.mark.parametrize("refusal", ["disabled", "locked", "account_expired", "unknown_user"])
def test_directory_says_no(refusal):
    """A valid assertion does not help somebody whose account is disabled, locked, expired or gone (LD-07)."""
    door = Door(settings={"directory": "ad"}, directories={"ad": Directory(refusal=refusal)})

    with pytest.raises(SignInRefused) as caught:
        door.finish(door.idp.answer(Says(attributes=UPN)))

    assert refusal == caught.value.reason


def test_directory_disagrees():
    """Two employee numbers for one sign-in are one too many."""
    door = Door(settings={"directory": "ad", "directory_attribute": "uid"}, directories={"ad": Directory("E2")})
    says = Says(attributes=stated(attribute("uid", "ada"), attribute("employeeNumber", "E1")))

    with pytest.raises(SignInRefused) as caught:
        door.finish(door.idp.answer(says))

    assert "saml_directory" == caught.value.reason


def test_no_directory():
    """A directory that is not configured lets nobody in."""
    door = Door(settings={"directory": "ad"})

    with pytest.raises(WorkplaceDown):
        door.finish(door.idp.answer(Says(attributes=UPN)))


def test_redirect_is_deflated(door):
    """By Redirect the message is raw DEFLATE (bindings 3.4.4.1)."""
    query = parse_qs(urlsplit(door.workplace.begin(Wish(), "handle").answer.url).query)

    assert zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15).startswith(b"<samlp:AuthnRequest")
