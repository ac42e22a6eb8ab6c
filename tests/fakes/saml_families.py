"""Answers in the form that the usual identity providers give them: prefixes, order, fractions, types, what is signed.

Written after each product's documented or observed messages, with throw-away keys; the values are those of tests.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from sso_bridge.login.authenticate.contract import Returned
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import SAML, SAMLP, US, encrypted, sign

REQUEST = "_request"
XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
OK = "urn:oasis:names:tc:SAML:2.0:status:Success"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


@dataclass(frozen=True)
class Family:
    """A product: how it writes, how the workplace is configured for it, and who comes out."""

    entity_id: str
    write: Callable[[object, str], bytes]
    settings: Mapping[str, object]
    subject: str
    keys: Mapping[str, str] = field(default_factory=lambda: {"employee_number": "E1"})
    groups: frozenset[str] = frozenset()
    method: tuple[str, ...] = ("pwd",)

    def answer(self, key) -> Returned:
        """Post its answer, base64 in lines of 76 as many products write it."""
        text = base64.b64encode(self.write(key, self.entity_id)).decode()
        fields = {"SAMLResponse": "\r\n".join(textwrap.wrap(text, 76)), "RelayState": "handle"}
        return Returned("POST", f"{US}/acs", "", fields)


def entra(key, issuer: str) -> bytes:
    """Entra ID: default namespaces, milliseconds, attributes before the statement, only the assertion signed."""
    values = {
        "http://schemas.microsoft.com/identity/claims/tenantid": ["7d0c5f7a-0000-4000-8000-000000000000"],
        "http://schemas.microsoft.com/identity/claims/objectidentifier": ["0b1ec7aa-0000-4000-8000-000000000001"],
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups": ["g-1", "g-2"],
        "http://schemas.microsoft.com/claims/authnmethodsreferences": [
            "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
            "http://schemas.microsoft.com/claims/multipleauthn",
        ],
        CLAIMS + "name": ["ada@corp.test"],
        "employeeid": ["E1"],
    }
    stated = "".join(
        f'<Attribute Name="{name}">{"".join(f"<AttributeValue>{one}</AttributeValue>" for one in each)}</Attribute>'
        for name, each in values.items()
    )
    root = etree.fromstring(
        f'<samlp:Response ID="_8e8dc5f6" Version="2.0" IssueInstant="2026-11-02T09:00:00.481Z" Destination="{US}/acs" '
        f'InResponseTo="{REQUEST}" xmlns:samlp="{SAMLP}"><Issuer xmlns="{SAML}">{issuer}</Issuer><samlp:Status>'
        f'<samlp:StatusCode Value="{OK}"/></samlp:Status><Assertion ID="_bf9c623d" '
        f'IssueInstant="2026-11-02T09:00:00.468Z" Version="2.0" xmlns="{SAML}"><Issuer>{issuer}</Issuer><Subject>'
        f'<NameID Format="{PERSISTENT}">aBcD-1</NameID><SubjectConfirmation Method="{BEARER}"><SubjectConfirmationData '
        f'InResponseTo="{REQUEST}" NotOnOrAfter="2026-11-02T10:00:00.333Z" Recipient="{US}/acs"/></SubjectConfirmation>'
        '</Subject><Conditions NotBefore="2026-11-02T08:55:00.333Z" NotOnOrAfter="2026-11-02T10:00:00.333Z">'
        f"<AudienceRestriction><Audience>{US}/metadata</Audience></AudienceRestriction></Conditions><AttributeStatement>"
        f'{stated}</AttributeStatement><AuthnStatement AuthnInstant="2026-11-02T08:41:12.021Z" SessionIndex="_bf9c">'
        f"<AuthnContext><AuthnContextClassRef>{PASSWORD}</AuthnContextClassRef></AuthnContext></AuthnStatement>"
        "</Assertion></samlp:Response>"
    )
    sign(root[-1], key, prefix=None)
    return etree.tostring(root)


def adfs(key, issuer: str) -> bytes:
    """ADFS: default namespaces, seven fractional digits, Consent, Windows sign-in, only the assertion signed."""
    root = etree.fromstring(
        f'<samlp:Response ID="_4f2c" Version="2.0" IssueInstant="2026-11-02T09:00:00.1234567Z" Destination="{US}/acs" '
        f'Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" InResponseTo="{REQUEST}" xmlns:samlp="{SAMLP}">'
        f'<Issuer xmlns="{SAML}">{issuer}</Issuer><samlp:Status><samlp:StatusCode Value="{OK}"/></samlp:Status>'
        f'<Assertion ID="_9d1a" IssueInstant="2026-11-02T09:00:00.1234567Z" Version="2.0" xmlns="{SAML}">'
        f'<Issuer>{issuer}</Issuer><Subject><NameID Format="{PERSISTENT}">S-1-5-21-1-1104</NameID>'
        f'<SubjectConfirmation Method="{BEARER}"><SubjectConfirmationData InResponseTo="{REQUEST}" '
        f'NotOnOrAfter="2026-11-02T09:05:00.1234567Z" Recipient="{US}/acs"/></SubjectConfirmation></Subject>'
        '<Conditions NotBefore="2026-11-02T09:00:00.1234567Z" NotOnOrAfter="2026-11-02T10:00:00.1234567Z">'
        f"<AudienceRestriction><Audience>{US}/metadata</Audience></AudienceRestriction></Conditions>"
        f'<AttributeStatement><Attribute Name="{CLAIMS}upn"><AttributeValue>ada@corp.test</AttributeValue></Attribute>'
        '<Attribute Name="employeeNumber"><AttributeValue>E1</AttributeValue></Attribute>'
        '<Attribute Name="http://schemas.xmlsoap.org/claims/Group"><AttributeValue>Domain Users</AttributeValue>'
        "<AttributeValue>Sales</AttributeValue></Attribute></AttributeStatement>"
        '<AuthnStatement AuthnInstant="2026-11-02T08:59:59.987Z" SessionIndex="_9d1a"><AuthnContext>'
        "<AuthnContextClassRef>urn:federation:authentication:windows</AuthnContextClassRef></AuthnContext>"
        "</AuthnStatement></Assertion></samlp:Response>"
    )
    sign(root[-1], key)
    return etree.tostring(root)


def okta(key, issuer: str) -> bytes:
    """Okta: saml2 prefixes, typed values, both signed, with a list of inclusive prefixes."""
    root = etree.fromstring(
        f'<saml2p:Response Destination="{US}/acs" ID="id2891" InResponseTo="{REQUEST}" IssueInstant='
        f'"2026-11-02T09:00:00.211Z" Version="2.0" xmlns:saml2p="{SAMLP}" {XS}><saml2:Issuer Format='
        f'"urn:oasis:names:tc:SAML:2.0:nameid-format:entity" xmlns:saml2="{SAML}">{issuer}</saml2:Issuer>'
        f'<saml2p:Status><saml2p:StatusCode Value="{OK}"/></saml2p:Status><saml2:Assertion ID="id2892" '
        f'IssueInstant="2026-11-02T09:00:00.211Z" Version="2.0" xmlns:saml2="{SAML}"><saml2:Issuer Format='
        f'"urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{issuer}</saml2:Issuer><saml2:Subject><saml2:NameID '
        'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">00u1ab</saml2:NameID>'
        f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData InResponseTo="{REQUEST}" '
        f'NotOnOrAfter="2026-11-02T09:05:00.212Z" Recipient="{US}/acs"/></saml2:SubjectConfirmation></saml2:Subject>'
        '<saml2:Conditions NotBefore="2026-11-02T08:55:00.212Z" NotOnOrAfter="2026-11-02T09:05:00.212Z">'
        f"<saml2:AudienceRestriction><saml2:Audience>{US}/metadata</saml2:Audience></saml2:AudienceRestriction>"
        f'</saml2:Conditions><saml2:AuthnStatement AuthnInstant="2026-11-02T08:30:00.000Z" SessionIndex="id1690">'
        f"<saml2:AuthnContext><saml2:AuthnContextClassRef>{PASSWORD}</saml2:AuthnContextClassRef></saml2:AuthnContext>"
        f'</saml2:AuthnStatement><saml2:AttributeStatement><saml2:Attribute Name="employeeNumber" NameFormat="{BASIC}">'
        '<saml2:AttributeValue xsi:type="xs:string">E1</saml2:AttributeValue></saml2:Attribute>'
        f'<saml2:Attribute Name="groups" NameFormat="{BASIC}"><saml2:AttributeValue xsi:type="xs:string">Everyone'
        "</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement></saml2:Assertion></saml2p:Response>"
    )
    sign(root[-1], key, listed="xs")
    sign(root, key, listed="xs")
    return etree.tostring(root)


def shibboleth(key, issuer: str) -> bytes:
    """Shibboleth: the assertion encrypted by AES-128-GCM in a signed Response; names by number; a NameID as a value."""
    assertion = (
        f'<saml2:Assertion xmlns:saml2="{SAML}" {XS} ID="_5b2e" IssueInstant="2026-11-02T09:00:00.377Z" Version="2.0">'
        f'<saml2:Issuer>{issuer}</saml2:Issuer><saml2:Subject><saml2:NameID Format="{PERSISTENT}" '
        f'NameQualifier="{issuer}" SPNameQualifier="{US}/metadata">AAdzZWNyZXQx</saml2:NameID>'
        f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData Address="192.0.2.7" '
        f'InResponseTo="{REQUEST}" NotOnOrAfter="2026-11-02T09:05:00.381Z" Recipient="{US}/acs"/>'
        "</saml2:SubjectConfirmation></saml2:Subject>"
        '<saml2:Conditions NotBefore="2026-11-02T09:00:00.377Z" NotOnOrAfter="2026-11-02T09:05:00.377Z">'
        f"<saml2:AudienceRestriction><saml2:Audience>{US}/metadata</saml2:Audience></saml2:AudienceRestriction>"
        '</saml2:Conditions><saml2:AuthnStatement AuthnInstant="2026-11-02T08:58:11.102Z" SessionIndex="_2c8f" '
        'SessionNotOnOrAfter="2026-11-02T17:00:00.000Z"><saml2:SubjectLocality Address="192.0.2.7"/>'
        f"<saml2:AuthnContext><saml2:AuthnContextClassRef>{PASSWORD}</saml2:AuthnContextClassRef></saml2:AuthnContext>"
        "</saml2:AuthnStatement><saml2:AttributeStatement>"
        f'<saml2:Attribute FriendlyName="targetedID" Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.10" NameFormat="{URI}">'
        f'<saml2:AttributeValue><saml2:NameID Format="{PERSISTENT}">AAdzZWNyZXQx</saml2:NameID></saml2:AttributeValue>'
        f'</saml2:Attribute><saml2:Attribute FriendlyName="employeeNumber" Name="urn:oid:2.16.840.1.113730.3.1.3" '
        f'NameFormat="{URI}"><saml2:AttributeValue xsi:type="xs:string">E1</saml2:AttributeValue></saml2:Attribute>'
        "</saml2:AttributeStatement></saml2:Assertion>"
    )
    sealed = encrypted(assertion.encode(), rsa_key("opening").public_key(), "aes128-gcm")
    root = etree.fromstring(
        f'<saml2p:Response xmlns:saml2p="{SAMLP}" Destination="{US}/acs" ID="_0ad7" InResponseTo="{REQUEST}" '
        f'IssueInstant="2026-11-02T09:00:00.377Z" Version="2.0"><saml2:Issuer xmlns:saml2="{SAML}">{issuer}'
        f'</saml2:Issuer><saml2p:Status><saml2p:StatusCode Value="{OK}"/></saml2p:Status>{sealed}</saml2p:Response>'
    )
    sign(root, key)
    return etree.tostring(root)


def keycloak(key, issuer: str) -> bytes:
    """Keycloak: the Response signed, Extensions, no SessionNotOnOrAfter, attributes nobody asked for."""
    root = etree.fromstring(
        f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" Destination="{US}/acs" ID="ID_77d2" '
        f'InResponseTo="{REQUEST}" IssueInstant="2026-11-02T09:00:00.090Z" Version="2.0"><saml:Issuer>{issuer}'
        '</saml:Issuer><samlp:Extensions><kckey:KeyInfo xmlns:kckey="urn:keycloak:ext:key:1.0" Id="k"/>'
        f'</samlp:Extensions><samlp:Status><samlp:StatusCode Value="{OK}"/></samlp:Status><saml:Assertion '
        f'xmlns="{SAML}" ID="ID_77d3" IssueInstant="2026-11-02T09:00:00.090Z" Version="2.0"><saml:Issuer>{issuer}'
        f'</saml:Issuer><saml:Subject><saml:NameID Format="{PERSISTENT}">G-3f5e</saml:NameID><saml:SubjectConfirmation '
        f'Method="{BEARER}"><saml:SubjectConfirmationData InResponseTo="{REQUEST}" NotOnOrAfter='
        f'"2026-11-02T09:04:58.090Z" Recipient="{US}/acs"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions '
        'NotBefore="2026-11-02T08:59:58.090Z" NotOnOrAfter="2026-11-02T09:00:58.090Z"><saml:AudienceRestriction>'
        f"<saml:Audience>{US}/metadata</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
        '<saml:AuthnStatement AuthnInstant="2026-11-02T09:00:00.091Z" SessionIndex="c1::d2"><saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{PASSWORD}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        f'<saml:AttributeStatement><saml:Attribute FriendlyName="nr" Name="employeeNumber" NameFormat="{BASIC}">'
        f'<saml:AttributeValue {XS} xsi:type="xs:string">E1</saml:AttributeValue></saml:Attribute>'
        f'<saml:Attribute Name="Role" NameFormat="{BASIC}"><saml:AttributeValue {XS} xsi:type="xs:string">offline'
        "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"
    )
    sign(root, key, prefix="dsig")
    return etree.tostring(root)


def google(key, issuer: str) -> bytes:
    """Google Workspace: default namespace in the assertion, no attributes at all, the Response signed."""
    root = etree.fromstring(
        f'<saml2p:Response xmlns:saml2p="{SAMLP}" Destination="{US}/acs" ID="_c3b1" InResponseTo="{REQUEST}" '
        f'IssueInstant="2026-11-02T09:00:00Z" Version="2.0"><saml2:Issuer xmlns:saml2="{SAML}">{issuer}</saml2:Issuer>'
        f'<saml2p:Status><saml2p:StatusCode Value="{OK}"/></saml2p:Status><saml2:Assertion xmlns:saml2="{SAML}" '
        f'ID="_c3b2" IssueInstant="2026-11-02T09:00:00Z" Version="2.0"><saml2:Issuer>{issuer}</saml2:Issuer>'
        f'<saml2:Subject><saml2:NameID Format="{PERSISTENT}">104511</saml2:NameID><saml2:SubjectConfirmation '
        f'Method="{BEARER}"><saml2:SubjectConfirmationData InResponseTo="{REQUEST}" NotOnOrAfter='
        f'"2026-11-02T09:05:00Z" Recipient="{US}/acs"/></saml2:SubjectConfirmation></saml2:Subject><saml2:Conditions '
        'NotBefore="2026-11-02T08:55:00Z" NotOnOrAfter="2026-11-02T09:05:00Z"><saml2:AudienceRestriction>'
        f"<saml2:Audience>{US}/metadata</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>"
        '<saml2:AuthnStatement AuthnInstant="2026-11-02T08:12:00Z" SessionIndex="_c3b2"><saml2:AuthnContext>'
        "<saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml2:AuthnContextClassRef>"
        "</saml2:AuthnContext></saml2:AuthnStatement></saml2:Assertion></saml2p:Response>"
    )
    sign(root, key)
    return etree.tostring(root)


FAMILIES: Mapping[str, Family] = {
    "entra": Family(
        "https://sts.windows.net/7d0c5f7a-0000-4000-8000-000000000000/",
        entra,
        {"attributes": "entra", "subject": "http://schemas.microsoft.com/identity/claims/objectidentifier"},
        "0b1ec7aa-0000-4000-8000-000000000001",
        groups=frozenset({"g-1", "g-2"}),
        method=("pwd", "mfa"),
    ),
    "adfs": Family(
        "http://adfs.corp.test/adfs/services/trust",
        adfs,
        {"attributes": "adfs"},
        "S-1-5-21-1-1104",
        groups=frozenset({"Domain Users", "Sales"}),
        method=("wia",),
    ),
    "okta": Family(
        "http://www.okta.com/exk1",
        okta,
        {"attributes": "okta", "name_id_format": "unspecified"},
        "00u1ab",
        groups=frozenset({"Everyone"}),
    ),
    "shibboleth": Family("https://idp.corp.test/idp/shibboleth", shibboleth, {"attributes": "oid"}, "AAdzZWNyZXQx"),
    "keycloak": Family("https://keycloak.corp.test/realms/staff", keycloak, {}, "G-3f5e"),
    "google": Family("https://accounts.google.com/o/saml2?idpid=C1", google, {}, "104511", keys={}, method=()),
}
