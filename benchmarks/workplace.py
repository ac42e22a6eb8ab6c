"""The SAML identity provider of a workplace, played by the driver: its CPU is not the server's."""

from __future__ import annotations

import base64
import itertools
import secrets
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from benchmarks.platforms import CALLBACK, follow
from benchmarks.visitor import Page, Visitor
from tests.fakes.saml_platform import certificate, rsa_key
from tests.fakes.saml_workplace import SAML, Idp, Says

IDP = Idp(entity_id="https://idp.example/metadata", key=rsa_key("workplace"), sso="https://idp.example/sso", slo=None)
PEM = IDP.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
NAMES = {
    "employee_number": "2.16.840.1.113730.3.1.3",
    "email": "0.9.2342.19200300.100.1.3",
    "display": "2.16.840.1.113730.3.1.241",
    "given_name": "2.5.4.42",
    "family_name": "2.5.4.4",
    "cn": "2.5.4.3",
    "username": "0.9.2342.19200300.100.1.1",
    "principal": "1.3.6.1.4.1.5923.1.1.1.6",
    "groups": "1.3.6.1.4.1.5923.1.5.1.1",
}
"""Fact -> object identifier of its attribute."""


def metadata() -> bytes:
    """Return how the identity provider describes itself."""
    return IDP.metadata()


def statement(person: Mapping[str, str]) -> str:
    """Return what it says of a person: 20 values, 12 of them groups."""
    name = f"{person['given_name']} {person['family_name']}"
    known = {**person, "display": name, "cn": name, "principal": person["email"]}
    said = {fact: [known[fact]] for fact in NAMES if fact != "groups"} | {"groups": [f"group-{at}" for at in range(12)]}
    lines = []
    for fact, values in said.items():
        texts = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
        form = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
        lines.append(f'<saml:Attribute Name="urn:oid:{NAMES[fact]}" NameFormat="{form}">{texts}</saml:Attribute>')
    return f"<saml:AttributeStatement>{''.join(lines)}</saml:AttributeStatement>"


class Signer:
    """Signs assertion and response; the key is loaded once."""

    def __init__(self) -> None:
        self._key = xmlsec.Key.from_memory(PEM, xmlsec.constants.KeyDataFormatPem)
        der = certificate(IDP.key).public_bytes(Encoding.DER)
        self._certificate = base64.b64encode(der).decode()

    def signed(self, response: bytes) -> bytes:
        """Return the response with both signatures."""
        root = etree.fromstring(response)
        for element in (root.find(f"{{{SAML}}}Assertion"), root):
            signature = xmlsec.template.create(
                element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
            )
            element.insert(1, signature)
            reference = xmlsec.template.add_reference(
                signature, xmlsec.constants.TransformSha256, uri=f"#{element.get('ID')}"
            )
            xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
            xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
            data = etree.SubElement(
                xmlsec.template.ensure_key_info(signature, None), f"{{{xmlsec.constants.DSigNs}}}X509Data"
            )
            etree.SubElement(data, f"{{{xmlsec.constants.DSigNs}}}X509Certificate").text = self._certificate
            context = xmlsec.SignatureContext()
            context.key = self._key
            context.register_id(element, "ID")
            context.sign(signature)
        return etree.tostring(root)


class Way:
    """From the platform's question through the workplace and back, each time for the next of these people."""

    def __init__(self, visitor: Visitor, people: Sequence[Mapping[str, str]], audience: str) -> None:
        self._visitor = visitor
        self._people = itertools.cycle([(one["employee_number"], statement(one)) for one in people])
        self._audience = (
            f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>"
        )
        self._signer = Signer()

    def __call__(self, page: Page) -> Page:
        """Lead the browser; its page before the platform comes back."""
        page = follow(self._visitor, page, IDP.sso)
        if not page.location.startswith(IDP.sso):
            raise ValueError(f"not sent to the workplace: {page.status} {page.location} {page.body[:300]!r}")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page.location).query).items()}
        if "Signature" not in asked:
            raise ValueError("the question to the workplace is not signed")
        question = etree.fromstring(zlib.decompress(base64.b64decode(asked["SAMLRequest"]), -15))
        fields = {"SAMLResponse": base64.b64encode(self._signer.signed(self._answer(question))).decode()}
        if "RelayState" in asked:
            fields["RelayState"] = asked["RelayState"]
        acs = question.get("AssertionConsumerServiceURL")
        return follow(self._visitor, self._visitor.post(acs, fields), CALLBACK)

    def _answer(self, question: etree._Element) -> bytes:
        number, attributes = next(self._people)
        acs, fresh = question.get("AssertionConsumerServiceURL"), secrets.token_hex(16)
        return Says(
            request=question.get("ID"),
            issuer=IDP.entity_id,
            destination=acs,
            recipient=acs,
            audience=self._audience,
            name=f"permanent-{number}",
            attributes=attributes,
            now=datetime.now(UTC).replace(microsecond=0),
            session=f"_s{fresh}",
            assertion_id=f"_a{fresh}",
            response_id=f"_r{fresh}",
        ).response()
