"""A little identity provider with throw-away keys: says what a test tells it to, signs and encrypts it genuinely."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from sso_bridge.login.authenticate.contract import Returned
from tests.fakes.clock import START
from tests.fakes.saml_platform import certificate, key_descriptor, rsa_key

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
US = "https://bridge.test/workplace/adfs/saml"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ATTRIBUTES = (
    '<saml:AttributeStatement><saml:Attribute Name="employeeNumber">'
    "<saml:AttributeValue>E1</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
)


def stamp(moment: datetime) -> str:
    """Write a moment as SAML does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def attributes(**given: str | None) -> str:
    """Write XML attributes; None leaves one out."""
    return "".join(f' {name}="{value}"' for name, value in given.items() if value is not None)


def attribute(name: str, *values: str) -> str:
    """Write an attribute."""
    inner = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute Name="{name}">{inner}</saml:Attribute>'


def stated(*attributes: str) -> str:
    """Write a statement."""
    return f"<saml:AttributeStatement>{''.join(attributes)}</saml:AttributeStatement>"


@dataclass(frozen=True)
class Says:
    """Everything a Response says. Texts stand in the XML as they are; None leaves a part out."""

    request: str | None = "_request"
    response_to: str | None = "same"
    confirmed_to: str | None = "same"
    issuer: str | None = "https://idp.test/entity"
    response_issuer: str | None = "same"
    destination: str | None = f"{US}/acs"
    recipient: str | None = f"{US}/acs"
    audience: str | None = (
        f"<saml:AudienceRestriction><saml:Audience>{US}/metadata</saml:Audience></saml:AudienceRestriction>"
    )
    name: str = "ada-0001"
    name_attributes: str = f' Format="{PERSISTENT}"'
    subject: str | None = None
    confirmation: str | None = None
    conditions: str | None = None
    statement: str | None = None
    attributes: str = ATTRIBUTES
    status: str = f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status>'
    extensions: str = ""
    context: str = PASSWORD
    now: datetime = START
    begins: timedelta = timedelta(minutes=-5)
    ends: timedelta = timedelta(minutes=5)
    confirmed: timedelta = timedelta(minutes=5)
    not_before: timedelta | None = None
    signed_in: timedelta = timedelta(0)
    session_ends: timedelta | None = timedelta(hours=8)
    session: str | None = "_s1"
    assertion_id: str = "_a1"
    response_id: str = "_r1"
    version: str = "2.0"

    def assertion(self) -> str:
        """Write the assertion."""
        at = stamp(self.now)
        issuer = "" if self.issuer is None else f"<saml:Issuer>{self.issuer}</saml:Issuer>"
        return (
            f'<saml:Assertion xmlns:saml="{SAML}" ID="{self.assertion_id}" Version="{self.version}"'
            f' IssueInstant="{at}">'
            f"{issuer}{self._subject()}{self._conditions()}{self._statement()}{self.attributes}</saml:Assertion>"
        )

    def response(self, inside: str | None = None) -> bytes:
        """Write the Response around it, or around something else."""
        to = self.request if self.response_to == "same" else self.response_to
        issuer = self.issuer if self.response_issuer == "same" else self.response_issuer
        head = attributes(
            ID=self.response_id,
            Version="2.0",
            IssueInstant=stamp(self.now),
            Destination=self.destination,
            InResponseTo=to,
        )
        said = "" if issuer is None else f"<saml:Issuer>{issuer}</saml:Issuer>"
        inner = self.assertion() if inside is None else inside
        return (
            f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}"{head}>'
            f"{said}{self.extensions}{self.status}{inner}</samlp:Response>"
        ).encode()

    def _subject(self) -> str:
        if self.subject is not None:
            return self.subject
        name = f"<saml:NameID{self.name_attributes}>{self.name}</saml:NameID>"
        return f"<saml:Subject>{name}{self._confirmation()}</saml:Subject>"

    def _confirmation(self) -> str:
        if self.confirmation is not None:
            return self.confirmation
        data = attributes(
            NotBefore=None if self.not_before is None else stamp(self.now + self.not_before),
            NotOnOrAfter=stamp(self.now + self.confirmed),
            Recipient=self.recipient,
            InResponseTo=self.request if self.confirmed_to == "same" else self.confirmed_to,
        )
        inner = f"<saml:SubjectConfirmationData{data}/>"
        return f'<saml:SubjectConfirmation Method="{BEARER}">{inner}</saml:SubjectConfirmation>'

    def _conditions(self) -> str:
        if self.conditions is not None:
            return self.conditions
        window = attributes(NotBefore=stamp(self.now + self.begins), NotOnOrAfter=stamp(self.now + self.ends))
        return f"<saml:Conditions{window}>{self.audience or ''}</saml:Conditions>"

    def _statement(self) -> str:
        if self.statement is not None:
            return self.statement
        head = attributes(
            AuthnInstant=stamp(self.now + self.signed_in),
            SessionIndex=self.session,
            SessionNotOnOrAfter=None if self.session_ends is None else stamp(self.now + self.session_ends),
        )
        context = f"<saml:AuthnContextClassRef>{self.context}</saml:AuthnContextClassRef>"
        return f"<saml:AuthnStatement{head}><saml:AuthnContext>{context}</saml:AuthnContext></saml:AuthnStatement>"


METHODS = {
    "sha256": (xmlsec.constants.TransformRsaSha256, xmlsec.constants.TransformSha256),
    "sha512": (xmlsec.constants.TransformRsaSha512, xmlsec.constants.TransformSha512),
    "sha1": (xmlsec.constants.TransformRsaSha1, xmlsec.constants.TransformSha1),
    "sha1-digest": (xmlsec.constants.TransformRsaSha256, xmlsec.constants.TransformSha1),
    "ecdsa": (xmlsec.constants.TransformEcdsaSha256, xmlsec.constants.TransformSha256),
}


@dataclass
class Idp:
    """One identity provider. `keys` stand in its metadata; `key` signs."""

    entity_id: str = "https://idp.test/entity"
    key: object = field(default_factory=lambda: rsa_key("idp"))
    keys: tuple[object, ...] = ()
    sso: str = "https://idp.test/sso"
    slo: str | None = "https://idp.test/slo"

    def metadata(self, *, valid_until: str | None = None, key_xml: str | None = None, extra: str = "") -> bytes:
        """Write its description."""
        described = "".join(key_descriptor(key) for key in self.keys or (self.key,)) if key_xml is None else key_xml
        head = attributes(entityID=self.entity_id, validUntil=valid_until, ID="_m1")
        bindings = "urn:oasis:names:tc:SAML:2.0:bindings:"
        logout = "".join(
            f'<md:SingleLogoutService Binding="{bindings}{name}" Location="{self.slo}"/>'
            for name in ("HTTP-Redirect", "HTTP-POST")
            if self.slo
        )
        login = "".join(
            f'<md:SingleSignOnService Binding="{bindings}{name}" Location="{self.sso}"/>'
            for name in ("HTTP-Redirect", "HTTP-POST")
        )
        return (
            f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"{head}>{extra}'
            f'<md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}">{described}{logout}{login}'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        ).encode()

    def signed(self, xml: bytes, *where: str, method: str = "sha256", key: object | None = None) -> bytes:
        """Sign the `assertion` and then the `response`, whichever is named; the assertion when none is."""
        root = etree.fromstring(xml)
        for what in ("assertion", "response"):
            if what in (where or ("assertion",)):
                element = (
                    root if what == "response" or root.tag.endswith("}Assertion") else root.find(f"{{{SAML}}}Assertion")
                )
                sign(element, key or self.key, method)
        return etree.tostring(root)

    def answer(self, says: Says | None = None, *where: str, **changes: object) -> Returned:
        """Post a signed answer."""
        return post(self.signed(replace(says or Says(), **changes).response(), *where))


def sign(
    element, key, method: str = "sha256", place: int | None = None, prefix: str | None = "ds", listed: str = ""
) -> None:
    """Put a genuine enveloped signature behind the Issuer; `listed` are prefixes to canonicalise inclusively."""
    signature_method, digest_method = METHODS[method]
    signature = xmlsec.template.create(element, xmlsec.constants.TransformExclC14N, signature_method, ns=prefix)
    behind = 1 if len(element) and element[0].tag == f"{{{SAML}}}Issuer" else 0
    element.insert(behind if place is None else place, signature)
    reference = xmlsec.template.add_reference(signature, digest_method, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    step = xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    if listed:
        name = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"
        etree.SubElement(step, name, {"PrefixList": listed}, {"ec": "http://www.w3.org/2001/10/xml-exc-c14n#"})
    context = xmlsec.SignatureContext()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.register_id(element, "ID")
    context.sign(signature)
    info = etree.SubElement(signature, f"{{{DS}}}KeyInfo")
    data = etree.SubElement(info, f"{{{DS}}}X509Data")
    text = base64.b64encode(certificate(key).public_bytes(Encoding.DER)).decode()
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = text


def post(xml: bytes, relay_state: str = "handle") -> Returned:
    """Post a message to the consumer."""
    return Returned(
        "POST", f"{US}/acs", "", {"SAMLResponse": base64.b64encode(xml).decode(), "RelayState": relay_state}
    )


def encrypted(assertion: bytes, key: rsa.RSAPublicKey, cipher: str = "aes256-gcm", wrap: str = "rsa-oaep-mgf1p") -> str:
    """Write an EncryptedAssertion for this key."""
    secret = secrets.token_bytes(32 if "256" in cipher else 16)
    if cipher.endswith("gcm"):
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(secret).encrypt(nonce, assertion, None)
        name = f"http://www.w3.org/2009/xmlenc11#{cipher}"
    else:
        first, gap = secrets.token_bytes(16), 16 - len(assertion) % 16
        maker = Cipher(algorithms.AES(secret), modes.CBC(first)).encryptor()
        sealed = first + maker.update(assertion + bytes(gap - 1) + bytes([gap])) + maker.finalize()
        name = f"{XENC}{cipher}"
    mask = padding.PKCS1v15() if wrap == "rsa-1_5" else padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    return encrypted_xml(name, f"{XENC}{wrap}", key.encrypt(secret, mask), sealed)


def encrypted_xml(cipher: str, wrap: str, wrapped: bytes, sealed: bytes) -> str:
    """Write the elements around the octets."""
    value = "<xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>"
    text = [value.format(base64.b64encode(each).decode()) for each in (wrapped, sealed)]
    digest = "" if "1_5" in wrap else f'<ds:DigestMethod xmlns:ds="{DS}" Algorithm="{DS}sha1"/>'
    method = f'<xenc:EncryptionMethod Algorithm="{wrap}">{digest}</xenc:EncryptionMethod>'
    key = f"<xenc:EncryptedKey>{method}{text[0]}</xenc:EncryptedKey>"
    return (
        f'<saml:EncryptedAssertion xmlns:saml="{SAML}"><xenc:EncryptedData xmlns:xenc="{XENC}" Type="{XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo xmlns:ds="{DS}">{key}</ds:KeyInfo>{text[1]}'
        "</xenc:EncryptedData></saml:EncryptedAssertion>"
    )
