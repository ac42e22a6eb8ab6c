"""A little service provider with throw-away keys: asks, signs, and reads nothing."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import quote_plus

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from tests.fakes.clock import START

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SSO = "https://bridge.test/saml/sso"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Give the key of that name, made once per process."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Give the elliptic key of that name."""
    return ec.generate_private_key(ec.SECP256R1())


def certificate(key, ends: datetime = START + timedelta(days=365)) -> x509.Certificate:
    """Give a self-signed certificate."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "platform.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(ends - timedelta(days=400)).not_valid_after(ends)
    return builder.sign(key, hashes.SHA256())


def key_descriptor(key, use: str = "signing", ends: datetime = START + timedelta(days=365)) -> str:
    """Give a KeyDescriptor; an empty use leaves the attribute out."""
    text = base64.b64encode(certificate(key, ends).public_bytes(Encoding.DER)).decode()
    use = f' use="{use}"' if use else ""
    return (
        f'<md:KeyDescriptor{use}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


@dataclass
class SamlPlatform:
    """One platform. `keys` go into the metadata; `key` signs."""

    entity_id: str = "https://wiki.test/sp"
    acs: str = "https://wiki.test/acs"
    second: str = "https://wiki.test/second"
    key: object = field(default_factory=lambda: rsa_key("wiki"))
    key_descriptors: str | None = None
    requests_signed: str = "false"

    def metadata(self, extra: str = "") -> bytes:
        """Give the metadata; `extra` stands before the addresses."""
        keys = key_descriptor(self.key, "") if self.key_descriptors is None else self.key_descriptors
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity_id}">
  <!-- made by hand -->
  <md:SPSSODescriptor AuthnRequestsSigned="{self.requests_signed}" WantAssertionsSigned="true"
      protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}{extra}
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
      Location="https://wiki.test/artifact" index="0"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="{self.acs}" index="1"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="{self.second}" index="2"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>""".encode()

    def request(self, inner: str = "", *, issuer: str | None = None, at: datetime = START, **attributes) -> bytes:
        """Give an AuthnRequest; a None attribute is left out, `inner` follows the Issuer."""
        written = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        wanted = {"ID": "_q1", "Version": "2.0", "IssueInstant": written, "Destination": SSO, **attributes}
        head = "".join(f' {name}="{value}"' for name, value in wanted.items() if value is not None)
        if issuer is None:
            issuer = f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
        return (
            '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
            f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"{head}>{issuer}{inner}</samlp:AuthnRequest>'
        ).encode()

    def query(self, request: bytes, relay_state: str | None = None) -> bytes:
        """Give an unsigned query string."""
        packed = quote_plus(base64.b64encode(deflated(request)))
        return f"SAMLRequest={packed}{'' if relay_state is None else '&RelayState=' + quote_plus(relay_state)}".encode()

    def signed_query(self, request: bytes, relay_state: str | None = None, algorithm: str = RSA_SHA256) -> bytes:
        """Give a query string signed with our key, whatever the algorithm says."""
        query = self.query(request, relay_state) + b"&SigAlg=" + quote_plus(algorithm).encode()
        return query + b"&Signature=" + quote_plus(base64.b64encode(self.over(query))).encode()

    def over(self, octets: bytes) -> bytes:
        """Give the raw signature of octets."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self.key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def enveloped(self, request: bytes, method: str = "", digest: str = "Sha256") -> bytes:
        """Give the request with a genuine enveloped signature behind its Issuer."""
        root = etree.fromstring(request)
        usual = "RsaSha256" if isinstance(self.key, rsa.RSAPrivateKey) else "EcdsaSha256"
        algorithm, hashed = (getattr(xmlsec.constants, f"Transform{name}") for name in (method or usual, digest))
        signature = xmlsec.template.create(root, xmlsec.constants.TransformExclC14N, algorithm, ns="ds")
        root.insert(1, signature)
        reference = xmlsec.template.add_reference(signature, hashed, uri=f"#{root.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        context = xmlsec.SignatureContext()
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        context.register_id(root, "ID")
        context.sign(signature)
        return etree.tostring(root)


def deflated(plain: bytes) -> bytes:
    """Give raw DEFLATE."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


def form(message: bytes, **more: str) -> list[tuple[str, str]]:
    """Give the fields of a posted form."""
    return [("SAMLRequest", base64.b64encode(message).decode()), *more.items()]
