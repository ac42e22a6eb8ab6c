"""Answers of a SAML workplace whose signature is missing, foreign, weak, or of another thing: nobody gets in."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from tests.fakes.saml_door import Door, refusal
from tests.fakes.saml_platform import certificate, ec_key, rsa_key
from tests.fakes.saml_workplace import DS, Idp, Says, post

HMAC = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"


@pytest.fixture
def door() -> Door:
    """A workplace that trusts one key."""
    return Door()


def signed(door: Door, *where: str) -> bytes:
    """Give a genuine answer."""
    return door.idp.signed(Says().response(), *where)


def changed(xml: bytes, pattern: str, by: str) -> bytes:
    """Change a text of the message, which must be there."""
    made, count = re.subn(pattern, by, xml.decode(), flags=re.DOTALL)
    assert count
    return made.encode()


def test_a_genuine_answer_is_taken(door):
    """What all forgeries of this file are made from is good itself."""
    login = door.finish(post(signed(door)))

    assert ("ada-0001", {"employee_number": "E1"}) == (login.subject.value, login.keys)


@pytest.mark.parametrize("where", [("assertion",), ("response",), ("assertion", "response")])
@pytest.mark.parametrize(
    ("pattern", "by"),
    [
        (r"<ds:Signature .*?</ds:Signature>", ""),
        (r"(<ds:Signature [^>]*>).*?(</ds:Signature>)", r"\1\2"),
        (r"<ds:SignatureValue>.*?</ds:SignatureValue>", "<ds:SignatureValue></ds:SignatureValue>"),
        (r"<ds:SignatureValue>.*?</ds:SignatureValue>", "<ds:SignatureValue> \n </ds:SignatureValue>"),
        (r"<ds:SignatureValue>.*?</ds:SignatureValue>", ""),
        (r"<ds:SignedInfo>.*?</ds:SignedInfo>", ""),
        (r"<ds:Reference .*?</ds:Reference>", ""),
        (r"<ds:DigestValue>.*?</ds:DigestValue>", "<ds:DigestValue></ds:DigestValue>"),
        (
            r"<ds:DigestValue>.*?</ds:DigestValue>",
            f"<ds:DigestValue>{base64.b64encode(b'x' * 32).decode()}</ds:DigestValue>",
        ),
        ("ada-0001", "admin"),
        ("<saml:AttributeValue>E1<", "<saml:AttributeValue>E2<"),
    ],
)
def test_signature_stripped_emptied_or_broken(door, where, pattern, by):
    """Without a complete, valid signature over what it says a Response is refused (SP-01)."""
    assert refusal(door, post(changed(signed(door, *where), pattern, by))).startswith("saml_")


def test_unsigned(door):
    """A Response that was never signed is refused, however right everything else is (SP-01)."""
    assert "saml_signature" == refusal(door, post(Says().response()))


def test_no_key_configured():
    """Metadata without a key that signs is no reason to skip the check: nobody gets in (SP-01, MD-02)."""
    door = Door()
    door.documents = {url: Idp().metadata(key_xml="") for url in door.documents}

    with pytest.raises(Exception, match="no key that signs") as caught:
        door.finish(post(signed(door)))

    assert "workplace_down" == caught.value.code


@pytest.mark.parametrize("where", ["assertion", "response"])
@pytest.mark.parametrize(
    "uri",
    [None, "", "#", "#_other", "#xpointer(/)", "#xpointer(id('_a1'))", "http://evil.test/x", "file:///etc/passwd"],
)
def test_reference_to_something_else(door, where, uri):
    """A signature refers to the element it stands in, by its ID and in no other way (SP-02)."""
    xml = changed(signed(door, where), r' URI="#_[ar]1"', "" if uri is None else f' URI="{uri}"')

    assert refusal(door, post(xml)) in {"saml_malformed", "saml_signature"}


@pytest.mark.parametrize("where", ["assertion", "response"])
def test_two_references(door, where):
    """Two References in one signature are refused, also when both are genuine (SP-02; measured gap of the library)."""
    xml = changed(signed(door, where), r"(<ds:Reference .*?</ds:Reference>)", r"\1\1")

    assert "saml_malformed" == refusal(door, post(xml))


@pytest.mark.parametrize("home", ["Subject", "AuthnStatement", "Conditions", "AttributeStatement"])
def test_signature_in_another_place(door, home):
    """A signature that is not the child of what it signs is refused (SP-02)."""
    root = etree.fromstring(signed(door))
    signature = root.find(f".//{{{DS}}}Signature")
    place = root.find(f".//{{*}}{home}")
    place.append(signature)

    assert "saml_malformed" == refusal(door, post(etree.tostring(root)))


@pytest.mark.parametrize("method", ["sha1", "sha1-digest"])
@pytest.mark.parametrize("where", ["assertion", "response"])
def test_sha_1(door, where, method):
    """The identity provider's own genuine SHA-1 signature, or SHA-1 digest alone, is refused (SP-06)."""
    xml = door.idp.signed(Says().response(), where, method=method)

    assert "saml_malformed" == refusal(door, post(xml))


@pytest.mark.parametrize(
    "algorithm",
    ["none", "", f"{MORE}rsa-md5", f"{DS}dsa-sha1", HMAC, f"{DS}hmac-sha1", f"{MORE}rsa-sha224", "urn:new:algorithm"],
)
def test_algorithm_that_is_not_listed(door, algorithm):
    """Whatever is not on the list of algorithms is refused, the new and unknown as well as the old (SP-06)."""
    xml = changed(signed(door), r'(<ds:SignatureMethod Algorithm=")[^"]*', rf"\g<1>{algorithm}")

    assert "saml_malformed" == refusal(door, post(xml))


@pytest.mark.parametrize("form", ["pem", "der", "base64", "spki", "empty"])
@pytest.mark.parametrize("length", [None, "0", "8"])
def test_hmac_keyed_with_what_everybody_knows(door, form, length):
    """A MAC made with the identity provider's certificate as its key is no signature, nor a shortened one (SP-06)."""
    cert = certificate(door.idp.key)
    keys = {
        "pem": cert.public_bytes(Encoding.PEM),
        "der": cert.public_bytes(Encoding.DER),
        "base64": base64.b64encode(cert.public_bytes(Encoding.DER)),
        "spki": door.idp.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "empty": b"",
    }
    mac = hmac.HMAC(keys[form] or b"\0", hashes.SHA256())
    mac.update(b"whatever")
    inner = "" if length is None else f"<ds:HMACOutputLength>{length}</ds:HMACOutputLength>"
    xml = changed(
        signed(door),
        r"<ds:SignatureMethod [^>]*/>",
        f'<ds:SignatureMethod Algorithm="{HMAC}">{inner}</ds:SignatureMethod>',
    )
    value = base64.b64encode(mac.finalize()).decode()

    assert "saml_malformed" == refusal(door, post(changed(xml, r"(<ds:SignatureValue>).*?<", rf"\g<1>{value}<")))


@pytest.mark.parametrize(
    "algorithm",
    ["http://www.w3.org/2001/10/xml-exc-c14n#WithComments", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"],
)
def test_canonicalisation_that_is_not_listed(door, algorithm):
    """Only exclusive canonicalisation without comments is taken (SP-07)."""
    xml = changed(signed(door), r'(<ds:CanonicalizationMethod Algorithm=")[^"]*', rf"\g<1>{algorithm}")

    assert "saml_malformed" == refusal(door, post(xml))


KEY_INFO = {
    "self_signed": lambda mine, theirs: f"<ds:X509Data><ds:X509Certificate>{mine}</ds:X509Certificate></ds:X509Data>",
    "both": lambda mine, theirs: (
        f"<ds:X509Data><ds:X509Certificate>{theirs}</ds:X509Certificate>"
        f"<ds:X509Certificate>{mine}</ds:X509Certificate></ds:X509Data>"
    ),
    "both_turned_round": lambda mine, theirs: (
        f"<ds:X509Data><ds:X509Certificate>{mine}</ds:X509Certificate>"
        f"<ds:X509Certificate>{theirs}</ds:X509Certificate></ds:X509Data>"
    ),
    "theirs_only": lambda mine, theirs: f"<ds:X509Data><ds:X509Certificate>{theirs}</ds:X509Certificate></ds:X509Data>",
    "name": lambda mine, theirs: "<ds:KeyName>idp</ds:KeyName>",
    "retrieval": lambda mine, theirs: (
        '<ds:RetrievalMethod URI="http://127.0.0.1:9/key" Type="http://www.w3.org/2000/09/xmldsig#rawX509Certificate"/>'
    ),
    "value": lambda mine, theirs: _key_value(rsa_key("attacker")),
    "nothing": lambda mine, theirs: "",
}


@pytest.mark.parametrize("where", ["assertion", "response"])
@pytest.mark.parametrize("info", KEY_INFO)
def test_key_in_the_message(door, where, info):
    """Key material in the message never decides trust: an attacker's signature stays one (SP-08)."""
    attacker = rsa_key("attacker")
    xml = door.idp.signed(Says().response(), where, key=attacker)
    mine, theirs = (
        base64.b64encode(certificate(key).public_bytes(Encoding.DER)).decode() for key in (attacker, door.idp.key)
    )
    inner = KEY_INFO[info](mine, theirs)
    xml = changed(xml, r"<ds:KeyInfo>.*?</ds:KeyInfo>", f"<ds:KeyInfo>{inner}</ds:KeyInfo>" if inner else "")

    assert refusal(door, post(xml)) in {"saml_signature", "saml_malformed"}


@pytest.mark.parametrize("where", ["DigestValue", "SignatureValue"])
@pytest.mark.parametrize("comment", ["<!-- x -->", "<?x y?>", "<x/>", "<![CDATA[AA]]>"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_something_else_inside_a_value(door, where, comment, side):
    """Digest and signature value are text and nothing else (SP-09)."""
    by = rf"\1{comment}\2\3" if side == "before" else rf"\1\2{comment}\3"
    xml = changed(signed(door), rf"(<ds:{where}>)(.*?)(</ds:{where}>)", by)

    assert "saml_malformed" == refusal(door, post(xml))


@pytest.mark.parametrize("place", ["first", "last", "object", "status_detail", "extensions"])
def test_second_signed_info(door, place):
    """A forged SignedInfo or DigestValue anywhere beside the genuine one is refused (SP-09)."""
    info = re.search(r"<ds:SignedInfo>.*?</ds:SignedInfo>", signed(door).decode(), re.DOTALL).group(0)
    planted = f'<ds:DigestValue xmlns:ds="{DS}">AAAA</ds:DigestValue>'
    status = Says().status.replace("</samlp:Status>", "<samlp:StatusDetail>{}</samlp:StatusDetail></samlp:Status>")
    if place in {"status_detail", "extensions"}:
        told = (
            {"status": status.format(planted)}
            if place == "status_detail"
            else {"extensions": f"<samlp:Extensions>{planted}</samlp:Extensions>"}
        )
        xml = door.idp.signed(Says(**told).response())
    else:
        patterns = {
            "first": (r"(<ds:SignedInfo>)", info.replace("_a1", "_a2") + r"\1"),
            "last": (r"(</ds:SignedInfo>)", r"\1" + info),
            "object": (r"(</ds:KeyInfo>)", rf"\1<ds:Object>{info}</ds:Object>"),
        }
        xml = changed(signed(door), *patterns[place])

    assert "saml_malformed" == refusal(door, post(xml))


def test_relative_namespace(door):
    """An element that has no canonical form is refused, not taken for an empty one (SP-09)."""
    xml = changed(signed(door), r"<saml:Assertion ", '<saml:Assertion xmlns:x="relative/name" x:a="b" ')

    assert refusal(door, post(xml)) in {"saml_malformed", "saml_signature"}


def test_digest_of_nothing(door):
    """A genuine-looking digest of the empty text is refused (SP-09)."""
    nothing = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    xml = changed(signed(door), r"(<ds:DigestValue>).*?<", rf"\g<1>{nothing}<")

    assert "saml_signature" == refusal(door, post(xml))


def _key_value(key) -> str:
    numbers = key.public_key().public_numbers()
    modulus = base64.b64encode(numbers.n.to_bytes(256, "big")).decode()
    inner = f"<ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    return f"<ds:KeyValue><ds:RSAKeyValue>{inner}</ds:RSAKeyValue></ds:KeyValue>"


@pytest.mark.parametrize("signer", ["first", "second", "elliptic"])
def test_several_keys_at_once(signer):
    """Each key of the metadata counts, of whatever listed kind; one that was taken out counts no more (SP-28)."""
    keys = {"first": rsa_key("first"), "second": rsa_key("second"), "elliptic": ec_key("third")}
    door = Door(idp=Idp(keys=tuple(keys.values())))
    xml = door.idp.signed(Says().response(), key=keys[signer], method="ecdsa" if signer == "elliptic" else "sha256")
    without = Door(idp=Idp(keys=tuple(key for name, key in keys.items() if name != signer)))

    assert "ada-0001" == door.finish(post(xml)).subject.value
    assert "saml_signature" == refusal(without, post(xml))
