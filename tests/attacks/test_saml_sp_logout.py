"""Logout messages of a workplace that are unsigned, foreign, old, or about somebody else: no session ends (SP-30)."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.contract import Returned
from tests.fakes.clock import START
from tests.fakes.saml_door import Door
from tests.fakes.saml_platform import RSA_SHA256, deflated, rsa_key
from tests.fakes.saml_workplace import PERSISTENT, SAML, SAMLP, SUCCESS, US, Idp, attributes, sign, stamp

ISSUER = "<saml:Issuer>https://idp.test/entity</saml:Issuer>"
NAME = f'<saml:NameID Format="{PERSISTENT}">ada-0001</saml:NameID>'
SESSION = "<samlp:SessionIndex>_s1</samlp:SessionIndex>"
STATUS = f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status>'
PARTIAL = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"


@pytest.fixture
def door() -> Door:
    """A workplace that trusts one key."""
    return Door()


def message(
    inner: str = f"{NAME}{SESSION}", tag: str = "LogoutRequest", issuer: str = ISSUER, **head: str | None
) -> bytes:
    """Write a logout message."""
    told = {"ID": "_l1", "Version": "2.0", "IssueInstant": stamp(START), "Destination": f"{US}/sls", **head}
    spaces = f'xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}"'
    return f"<samlp:{tag} {spaces}{attributes(**told)}>{issuer}{inner}</samlp:{tag}>".encode()


def answer(**head: str | None) -> bytes:
    """Write a LogoutResponse."""
    return message(STATUS, "LogoutResponse", **{"InResponseTo": "_out", **head})


def posted(xml: bytes, kind: str = "SAMLRequest") -> Returned:
    """Post it."""
    return Returned("POST", f"{US}/sls", "", {kind: base64.b64encode(xml).decode(), "RelayState": "theirs"})


def enveloped(xml: bytes, key=None, method: str = "sha256") -> bytes:
    """Sign it inside."""
    root = etree.fromstring(xml)
    sign(root, key or rsa_key("idp"), method)
    return etree.tostring(root)


def redirected(xml: bytes, kind: str = "SAMLRequest", *, key=None, algorithm: str = RSA_SHA256, query=None) -> Returned:
    """Send it by Redirect, signed in the query; `query` changes the signed text."""
    signed = f"{kind}={quote_plus(base64.b64encode(deflated(xml)))}&RelayState=theirs&SigAlg={quote_plus(algorithm)}"
    octets = (key or rsa_key("idp")).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    whole = f"{signed}&Signature={quote_plus(base64.b64encode(octets))}"
    whole = query(whole) if query else whole
    return Returned("GET", f"{US}/sls", whole, {kind: "unused", "RelayState": "theirs"})


def refused(door: Door, returned: Returned) -> str:
    """Give the reason of the refusal."""
    with pytest.raises(SignInRefused) as caught:
        door.workplace.logout_order(returned)
    return caught.value.reason


@pytest.mark.parametrize("travel", [lambda xml: posted(enveloped(xml)), redirected], ids=["post", "redirect"])
def test_genuine_order(door, travel):
    """A signed order for us names the subject and the session that sign-in gave; nothing else is ended (SP-30)."""
    login = door.finish(door.idp.answer())

    order = door.workplace.logout_order(travel(message()))

    assert (login.subject, (login.upstream["session"],)) == (order.subject, order.sessions)


def test_order_for_another_person(door):
    """The session of one person is not found by an order for another one (SP-30)."""
    login = door.finish(door.idp.answer())
    other = message(f"{NAME.replace('ada', 'bob')}{SESSION}")

    order = door.workplace.logout_order(redirected(other))

    assert login.subject != order.subject
    assert login.upstream["session"] not in order.sessions


def test_order_where_people_are_known_by_an_attribute():
    """Where the NameID is not the subject, an order ends the sessions it names and no others (SP-30)."""
    door = Door(settings={"subject": "employeeNumber"})
    login = door.finish(door.idp.answer())

    order = door.workplace.logout_order(redirected(message()))
    every = door.workplace.logout_order(redirected(message(NAME, ID="_l2")))

    assert (None, (login.upstream["session"],)) == (order.subject, order.sessions)
    assert (None, ()) == (every.subject, every.sessions)


@pytest.mark.parametrize(
    "returned",
    [
        posted(message()),
        posted(enveloped(message(), rsa_key("attacker"))),
        posted(enveloped(message(), method="sha1")),
        redirected(message(), key=rsa_key("attacker")),
        redirected(message(), algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        redirected(message(), query=lambda text: text.partition("&SigAlg")[0]),
        redirected(message(), query=lambda text: text.partition("&Signature")[0]),
        redirected(message(), query=lambda text: text.replace("RelayState=theirs", "RelayState=other")),
        redirected(message(), query=lambda text: text.replace("&RelayState=theirs", "")),
        redirected(message(), query=lambda text: text.replace("SAMLRequest=", "%53AMLRequest=")),
        redirected(message(), query=lambda text: f"{text}&SAMLResponse=AAAA"),
        redirected(message(), query=lambda text: f"{text}&SAMLRequest=AAAA"),
        redirected(message(), query=lambda text: f"{text}&RelayState=x"),
        redirected(enveloped(message())),
        redirected(message(), query=lambda text: text.replace("Signature=", "Signature=AAAA")),
        redirected(
            message(),
            query=lambda text: (
                redirected(message(ID="_l9")).query.partition("&SigAlg")[0] + "&SigAlg" + text.partition("&SigAlg")[2]
            ),
        ),
    ],
    ids=[
        "unsigned",
        "foreign_key",
        "sha_1",
        "foreign_key_redirect",
        "sha_1_redirect",
        "unsigned_redirect",
        "half_a_signature",
        "relay_state_changed",
        "relay_state_removed",
        "encoded_name",
        "answer_too",
        "request_twice",
        "relay_state_twice",
        "signed_inside_by_redirect",
        "broken_signature",
        "signature_of_another_message",
    ],
)
def test_signature(door, returned):
    """A logout order is signed by the identity provider, over exactly what is read (SP-30; measured gap)."""
    assert refused(door, returned) in {"saml_signature", "saml_malformed"}


@pytest.mark.parametrize(
    "xml",
    [
        message(Destination="https://other.test/sls"),
        message(Destination=None),
        message(Destination=f"{US}/sls/"),
        message(IssueInstant=stamp(START - timedelta(minutes=20))),
        message(IssueInstant=stamp(START + timedelta(minutes=20))),
        message(IssueInstant=None),
        message(NotOnOrAfter=stamp(START - timedelta(minutes=10))),
        message(issuer=""),
        message(issuer="<saml:Issuer>https://evil.test/</saml:Issuer>"),
        message(Version="1.1"),
        message(ID=None),
        message(SESSION),
        message(NAME + NAME),
        message(f"{NAME}<samlp:SessionIndex> </samlp:SessionIndex>"),
        message(NAME + SESSION * 100),
        message(f"{NAME}<saml:Assertion/>"),
        message(NAME.replace("ada-0001", "  ")),
        message(NAME, tag="LogoutResponse"),
        message(NAME, tag="AuthnRequest"),
    ],
)
def test_genuinely_signed_but_wrong(door, xml):
    """A signed order that is old, for another address, of somebody else or about nobody ends nothing (SP-30)."""
    assert refused(door, redirected(xml)).startswith("saml_")


def test_order_counts_once(door):
    """The same order a second time is refused (SP-30, SP-21)."""
    door.workplace.logout_order(redirected(message()))

    assert "saml_replay" == refused(door, redirected(message()))


def test_order_of_another_identity_provider(door):
    """Another workplace's identity provider ends no session of this one (SP-30, SP-24)."""
    second = Idp("https://second.test/entity", rsa_key("second-idp"))
    own = message(issuer=f"<saml:Issuer>{second.entity_id}</saml:Issuer>")

    assert "saml_issuer" == refused(door, redirected(own, key=second.key))
    assert "saml_signature" == refused(door, redirected(message(), key=second.key))


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (answer(), True),
        (answer().replace(SUCCESS.encode(), b"urn:oasis:names:tc:SAML:2.0:status:Responder"), False),
        (
            answer().replace(
                b'Success"/>', f'Success"><samlp:StatusCode Value="{PARTIAL}"/></samlp:StatusCode>'.encode()
            ),
            False,
        ),
    ],
    ids=["all", "failed", "part"],
)
def test_answer_says_what_ended(door, xml, said):
    """Their answer is told truthfully: only a plain Success means that all of it ended (SP-30)."""
    assert said == door.workplace.finish_logout(redirected(xml, "SAMLResponse"), {"request": "_out"})
    assert said == door.workplace.finish_logout(posted(enveloped(xml), "SAMLResponse"), {"request": "_out"})


@pytest.mark.parametrize(
    "returned",
    [
        posted(answer(), "SAMLResponse"),
        redirected(answer(), "SAMLResponse", key=rsa_key("attacker")),
        redirected(answer(InResponseTo="_other"), "SAMLResponse"),
        redirected(answer(InResponseTo=None), "SAMLResponse"),
        redirected(answer(Destination="https://other.test/"), "SAMLResponse"),
        redirected(message(), "SAMLResponse"),
    ],
    ids=["unsigned", "foreign", "other_request", "no_request", "other_address", "a_request"],
)
def test_answer_that_cannot_be_trusted(door, returned):
    """An answer that is unsigned, foreign, or to another request is no answer (SP-30)."""
    with pytest.raises(SignInRefused):
        door.workplace.finish_logout(returned, {"request": "_out"})
