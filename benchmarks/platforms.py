"""The platforms of the benchmarks, browser included; only sign-ins whose signatures and person are right count.

What lies between a platform's question and the answer is for the one who measures: nothing but redirects with a
session, a workplace without one.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import xmlsec
from joserfc import jwk, jwt
from lxml import etree

from benchmarks.visitor import Page, Visitor

CALLBACK, SECRET = "http://127.0.0.1/callback", "a-secret-for-the-benchmark"
ENTITY, ACS = "https://platform.example/metadata", "https://platform.example/acs"
DS, SAML = "{http://www.w3.org/2000/09/xmldsig#}", "{urn:oasis:names:tc:SAML:2.0:assertion}"
SP = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{ACS}" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""

Way = Callable[[Page], Page]
"""Leads the browser from the answer to the platform's question to the last page before the platform."""


def follow(visitor: Visitor, page: Page, *until: str) -> Page:
    """Go where the pages of the server lead, until one leads to one of these addresses or nowhere."""
    while page.status in {302, 303} and not page.location.startswith(until):
        page = visitor.get(page.location)
    return page


class OpenIdPlatform:
    """Signs one visitor in by code and PKCE, then asks userinfo."""

    def __init__(self, visitor: Visitor, issuer: str, way: Way | None = None) -> None:
        self.visitor = visitor
        self.metadata = json.loads(visitor.get(f"{issuer}/.well-known/openid-configuration").body)
        keys = json.loads(visitor.get(self.metadata["jwks_uri"]).body)["keys"]
        self.keys = jwk.KeySet.import_key_set({"keys": [key for key in keys if key["kty"] == "RSA"]})
        self.basic = "Basic " + base64.b64encode(f"bench:{SECRET}".encode()).decode()
        self.way = way or (lambda page: follow(visitor, page, CALLBACK))

    def sign_in(self) -> None:
        """Do it, and verify it."""
        nonce, verifier = secrets.token_hex(8), secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": "bench",
            "redirect_uri": CALLBACK,
            "scope": "openid email profile",
            "state": "s",
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        page = self.way(self.visitor.get(f"{self.metadata['authorization_endpoint']}?{urlencode(asked)}"))
        if page.status not in {302, 303} or not page.location.startswith(CALLBACK):
            raise ValueError(f"no code: {page.status} {page.body[:300]!r}")
        code = parse_qs(urlsplit(page.location).query)["code"][0]
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
        answer = self.visitor.post(self.metadata["token_endpoint"], fields, Authorization=self.basic)
        if answer.status != 200:
            raise ValueError(f"no tokens: {answer.status} {answer.body[:300]!r}")
        tokens = json.loads(answer.body)
        claims = jwt.decode(tokens["id_token"], self.keys, algorithms=["RS256"]).claims
        if claims["nonce"] != nonce or "bench" not in claims["aud"]:
            raise ValueError("not our ID token")
        bearer = f"Bearer {tokens['access_token']}"
        info = json.loads(self.visitor.get(self.metadata["userinfo_endpoint"], Authorization=bearer).body)
        if info["sub"] != claims["sub"] or not info["email"]:
            raise ValueError("not our person")


class SamlPlatform:
    """Signs one visitor in by an unsigned AuthnRequest and verifies every signature of the answer."""

    def __init__(
        self, visitor: Visitor, sso: str, certificate: bytes, *, signatures: int = 2, way: Way | None = None
    ) -> None:
        self.visitor, self.sso, self.signatures = visitor, sso, signatures
        self.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem)
        self.way = way or (lambda page: page)

    def sign_in(self) -> None:
        """Do it, and verify it."""
        request = f"_{secrets.token_hex(16)}"
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        message = (
            f'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{request}" Version="2.0" '
            f'IssueInstant="{now}" Destination="{self.sso}" AssertionConsumerServiceURL="{ACS}">'
            f'<saml:Issuer xmlns:saml="{SAML[1:-1]}">{ENTITY}</saml:Issuer></samlp:AuthnRequest>'
        )
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = base64.b64encode(deflate.compress(message.encode()) + deflate.flush()).decode()
        page = self.way(self.visitor.get(f"{self.sso}?{urlencode({'SAMLRequest': packed, 'RelayState': 'here'})}"))
        found = re.search(rb'name="SAMLResponse"[^>]*value="([^"]*)"', page.body)
        if found is None:
            raise ValueError(f"no response from {self.sso}: {page.status} {page.body[:300]!r}")
        self._verify(base64.b64decode(html.unescape(found.group(1).decode())), request)

    def _verify(self, response: bytes, request: str) -> None:
        root = etree.fromstring(response)
        assertion = root.find(f"{SAML}Assertion")
        if root.get("InResponseTo") != request or assertion is None:
            raise ValueError(f"not our answer: {response[:600]!r}")
        signed = [node for node in (root, assertion) if node.find(f"{DS}Signature") is not None]
        if len(signed) != self.signatures:
            raise ValueError(f"{len(signed)} signatures")
        for node in signed:
            context = xmlsec.SignatureContext()
            context.key = self.key
            context.register_id(node, "ID")
            context.verify(node.find(f"{DS}Signature"))
