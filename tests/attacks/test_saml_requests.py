"""Forged, twisted and oversized AuthnRequests: each is refused locally, within a second, and nothing is issued."""

from __future__ import annotations

import base64
import time
import tracemalloc
import zlib
from urllib.parse import quote_plus

import pytest

from sso_bridge.errors import BadRequest, BridgeError
from sso_bridge.login.saml.bindings import by_post, by_redirect
from sso_bridge.login.saml.xml import parse_message
from tests.fakes.saml_bridge import SamlBridge
from tests.fakes.saml_platform import RSA_SHA256, SamlPlatform, deflated, form, rsa_key

WIKI = SamlPlatform()
SIGNING = SamlPlatform(requests_signed="true")
DSIG = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'


@pytest.fixture
def bridge(tmp_path) -> SamlBridge:
    """Two platforms: the wiki, which need not sign, and the forum, whose address the wiki may not use."""
    forum = SamlPlatform("https://forum.test/sp", "https://forum.test/acs", "https://forum.test/2", rsa_key("forum"))
    return SamlBridge(tmp_path, {"wiki": WIKI, "forum": forum})


@pytest.fixture
def strict(tmp_path) -> SamlBridge:
    """The wiki has registered that it signs its requests."""
    return SamlBridge(tmp_path, {"wiki": SIGNING})


def refused_quickly(act, *arguments) -> BridgeError:
    """Run it; it must refuse with a 4xx within a second."""
    started = time.process_time()

    with pytest.raises(BridgeError) as caught:
        act(*arguments)

    assert time.process_time() - started < 1
    assert 400 <= caught.value.status < 500
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        "https://wiki.test/acs/",
        "https://wiki.test/acsx",
        "https://wiki.test/acs?x=1",
        "https://wiki.test/acs#x",
        "https://evil@wiki.test/acs",
        "https://wiki.test:443/acs",
        "https://wiki.test:8443/acs",
        "https://WIKI.test/acs",
        "https://wiki.test/ACS",
        "http://wiki.test/acs",
        "https://wiki.test/x/../acs",
        "https://wiki.test/%61cs",
        "https://wiki.test/acs&#10;",
        "https://wiki.test/acs ",
        " https://wiki.test/acs",
        "https://wiki.test.evil.test/acs",
        "https://forum.test/acs",
        "https://wiki.test/artifact",
        "javascript:alert(1)",
        "//wiki.test/acs",
        "",
    ],
)
def test_return_address_that_is_not_registered(bridge, address):
    """Nothing is ever issued to an address that is not registered for this platform, letter by letter (IDP-01)."""
    request = WIKI.request(AssertionConsumerServiceURL=address)

    refused_quickly(bridge.redirect, WIKI.query(request))


@pytest.mark.parametrize(
    "attributes",
    [
        {"AssertionConsumerServiceIndex": "9"},
        {"AssertionConsumerServiceIndex": "0"},
        {"AssertionConsumerServiceIndex": "-1"},
        {"AssertionConsumerServiceIndex": "01"},
        {"AssertionConsumerServiceIndex": "1", "AssertionConsumerServiceURL": "https://wiki.test/acs"},
        {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
        {"Version": "1.1"},
        {"Version": None},
        {"ID": None},
        {"ID": "1 2"},
        {"IssueInstant": None},
        {"IssueInstant": "yesterday"},
        {"IssueInstant": "2026-02-30T09:00:00Z"},
        {"IssueInstant": "2026-11-02T10:00:00Z"},
        {"IssueInstant": "2025-11-02T09:00:00Z"},
        {"Destination": ""},
        {"Destination": "https://bridge.test/saml/sso/"},
        {"Destination": "https://bridge.test/saml/sso?x"},
        {"Destination": "https://evil.test/saml/sso"},
        {"ForceAuthn": "maybe"},
        {"IsPassive": "TRUE"},
    ],
    ids=str,
)
def test_envelope_that_is_wrong(bridge, attributes):
    """Unknown index, wrong version, moment, destination or flag: a local page, nothing issued (IDP-01)."""
    refused_quickly(bridge.redirect, WIKI.query(WIKI.request(**attributes)))


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "<saml:Issuer/>",
        "<saml:Issuer>https://unknown.test/sp</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/sp </saml:Issuer>",
        "<saml:Issuer>https://wiki.test/SP</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/sp/</saml:Issuer>",
        "<saml:Issuer>https://w\u0456ki.test/sp</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/<x/>sp</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/sp<x/>.evil.test</saml:Issuer>",
        '<saml:Issuer xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">https://wiki.test/sp</saml:Issuer>',
        "<saml:Issuer>https://wiki.test/<!-- x -->sp</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/sp<!-- x -->.evil.test</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/sp<?x y?>.evil.test</saml:Issuer>",
        "<saml:Issuer>https://wiki.test/<?x y?>sp</saml:Issuer>",
        "<saml:Issuer><![CDATA[https://wiki.test/sp]]></saml:Issuer>",
        '<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">https://wiki.test/sp</saml:Issuer>',
        '<saml:Issuer NameQualifier="x">https://wiki.test/sp</saml:Issuer>',
        "<saml:Issuer>https://wiki.test/sp</saml:Issuer><saml:Issuer>https://forum.test/sp</saml:Issuer>",
        "<samlp:Extensions/><saml:Issuer>https://wiki.test/sp</saml:Issuer>",
    ],
)
def test_issuer_that_is_not_exactly_known(bridge, issuer):
    """A missing, unknown or look-alike Issuer is refused; markup never changes a value (IDP-01, SP-11)."""
    refused_quickly(bridge.redirect, WIKI.query(WIKI.request(issuer=issuer)))


def test_unsigned_although_promised(strict):
    """A platform that registered signed requests is not asked for by unsigned ones, by either binding (IDP-02)."""
    request = SIGNING.request()

    refused_quickly(strict.redirect, SIGNING.query(request))
    refused_quickly(strict.post, request)


def _another_key(query: bytes) -> bytes:
    return SamlPlatform(key=rsa_key("mallory")).signed_query(SIGNING.request())


def _another_message(query: bytes) -> bytes:
    other = SIGNING.signed_query(SIGNING.request(ID="_q2"))
    return query.split(b"&SigAlg")[0] + b"&SigAlg" + other.split(b"&SigAlg")[1]


def _signed_by_sha1(query: bytes) -> bytes:
    return SIGNING.signed_query(SIGNING.request(), algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1")


TWISTS = {
    "another key": _another_key,
    "another message's signature": _another_message,
    "garbage": lambda query: query.split(b"&Signature=")[0] + b"&Signature=AAAA",
    "empty": lambda query: query.split(b"&Signature=")[0] + b"&Signature=",
    "no base64": lambda query: query.split(b"&Signature=")[0] + b"&Signature=%21%21",
    "signature left out": lambda query: query.split(b"&Signature=")[0],
    "algorithm left out": lambda query: query.replace(b"SigAlg=", b"SigAlgo="),
    "SHA-1": _signed_by_sha1,
    "no algorithm": lambda query: query.replace(quote_plus(RSA_SHA256).encode(), b"none"),
    "HMAC": lambda query: query.replace(quote_plus("rsa-sha256").encode(), b"hmac-sha256"),
    "another family": lambda query: query.replace(b"rsa-sha256", b"ecdsa-sha256"),
    "RelayState added": lambda query: query + b"&RelayState=x",
    "re-encoded": lambda query: query.replace(b"%2F", b"%2f").replace(b"%2B", b"%2b").replace(b"%3D", b"%3d"),
    "encoded name": lambda query: query.replace(b"Signature=", b"Sig%6Eature="),
    "encoded request name": lambda query: query.replace(b"SAMLRequest=", b"SAML%52equest="),
    "request twice": lambda query: query + b"&" + SIGNING.query(SIGNING.request(ID="_evil")),
    "request first twice": lambda query: SIGNING.query(SIGNING.request(ID="_evil")) + b"&" + query,
    "encoded second request": lambda query: query + b"&SAML%52equest=" + b"AAAA",
    "signature twice": lambda query: query + b"&Signature=AAAA",
    "SAMLResponse beside it": lambda query: query + b"&SAMLResponse=AAAA",
    "SAMLResponse signed instead": lambda query: query.replace(b"SAMLRequest=", b"SAMLResponse="),
    "artifact beside it": lambda query: query + b"&SAMLart=AAAA",
    "unknown encoding": lambda query: query + b"&SAMLEncoding=urn%3Ax",
}


@pytest.mark.parametrize("twist", TWISTS)
def test_redirect_signature_that_is_twisted(strict, twist):
    """The signature covers the octets as received, each name once and plain; anything else is refused (IDP-02)."""
    genuine = SIGNING.signed_query(SIGNING.request())
    twisted = TWISTS[twist](genuine)

    assert strict.redirect(genuine)
    assert twisted != genuine
    refused_quickly(strict.redirect, twisted)


def test_bad_signature_where_none_is_needed(bridge):
    """A signature that is there must verify, also when the platform need not sign (IDP-02)."""
    query = WIKI.signed_query(WIKI.request())
    forged = SamlPlatform(key=rsa_key("mallory")).enveloped(WIKI.request())

    refused_quickly(bridge.redirect, query + b"&RelayState=x")
    refused_quickly(bridge.post, forged)


def test_signature_of_a_platform_without_keys(tmp_path):
    """With no registered key, a signature is refused rather than skipped (MD-02, SP-01)."""
    bridge = SamlBridge(tmp_path, {"wiki": SamlPlatform(key_descriptors="")})

    refused_quickly(bridge.redirect, WIKI.signed_query(WIKI.request()))
    refused_quickly(bridge.post, WIKI.enveloped(WIKI.request()))


def test_request_of_one_platform_signed_by_another(strict):
    """Only the keys of the platform that the Issuer names count (SP-24)."""
    forum = SamlPlatform("https://forum.test/sp", "https://forum.test/acs", key=rsa_key("forum"))
    strict.register("forum", forum.metadata())
    claimed = SamlPlatform(key=rsa_key("forum"))

    refused_quickly(strict.redirect, claimed.signed_query(SIGNING.request()))
    refused_quickly(strict.post, claimed.enveloped(SIGNING.request()))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"&&&",
        b"SAMLRequest",
        b"SAMLRequest=",
        b"SAMLRequest=%21",
        b"SAMLRequest=AAAA",
        b"RelayState=x",
        b"SAMLRequest=%ff%fe",
        b"SAMLRequest=" + base64.b64encode(b"plain, not deflated"),
        WIKI.query(WIKI.request()) + b"&RelayState=%ff",
        WIKI.query(WIKI.request()) + b"&RelayState=%00",
        WIKI.query(WIKI.request()) + b"&RelayState=" + b"x" * 20_000,
        b"SAMLRequest=" + quote_plus(base64.b64encode(deflated(WIKI.request()) + b"more")).encode(),
        b"SAMLRequest=" + quote_plus(base64.b64encode(deflated(WIKI.request())[:-3])).encode(),
    ],
)
def test_query_that_is_no_message(bridge, raw):
    """Whatever arrives by Redirect, the answer is a 4xx (SP-29, TM-02)."""
    refused_quickly(bridge.redirect, raw)


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("SAMLRequest", "")],
        [("SAMLRequest", "!!!")],
        [("SAMLRequest", "äöü")],
        [("SAMLRequest", base64.b64encode(deflated(WIKI.request())).decode())],
        [*form(WIKI.request()), *form(WIKI.request())],
        [*form(WIKI.request()), ("RelayState", "a"), ("RelayState", "b")],
        [*form(WIKI.request()), ("SAMLResponse", "AAAA")],
        [*form(WIKI.request()), ("RelayState", "\0")],
        [("SAMLRequest", "A" * 600_000)],
    ],
    ids=range(10),
)
def test_form_that_is_no_message(bridge, fields):
    """Whatever is posted, the answer is a 4xx; no field counts twice (SP-29)."""
    refused_quickly(lambda: bridge.idp.read(by_post(fields)))


def _many(text: str, count: int) -> str:
    return text * count


BOMBS = {
    "doctype": b"<!DOCTYPE x>" + WIKI.request(),
    "external doctype": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + WIKI.request(),
    "entity": b'<!DOCTYPE x [<!ENTITY e "https://wiki.test/sp">]>'
    + WIKI.request(issuer="<saml:Issuer>&e;</saml:Issuer>"),
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(20))
    + b"]><x>&a19;</x>",
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>' + WIKI.request(),
    "undeclared entity": WIKI.request("<samlp:Extensions>&e;</samlp:Extensions>"),
    "comment": WIKI.request("<!-- x -->"),
    "processing instruction": WIKI.request("<samlp:Extensions><?x y?></samlp:Extensions>"),
    "style sheet": b'<?xml-stylesheet href="http://127.0.0.1:9/"?>' + WIKI.request(),
    "instruction behind": WIKI.request() + b"<?x y?>",
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>' + WIKI.request(),
    "UTF-16": b"\xff\xfe" + WIKI.request().decode().encode("utf-16-le"),
    "latin-1": b'<?xml version="1.0" encoding="iso-8859-1"?>' + WIKI.request("\u00e9"),
    "broken UTF-8": WIKI.request().replace(b"wiki", b"wi\xffki"),
    "NUL": WIKI.request().replace(b"Version", b"\0Version"),
    "character reference to NUL": WIKI.request("<samlp:Extensions>&#0;</samlp:Extensions>"),
    "two roots": WIKI.request() + WIKI.request(),
    "trailing octets": WIKI.request() + b"x",
    "cut short": WIKI.request()[:-5],
    "empty": b"",
    "not XML": b"hello",
    "another root": b"<x/>",
    "blanks": b" " * 250_000,
    "too long": WIKI.request("<samlp:Extensions>" + _many(" ", 300_000) + "</samlp:Extensions>"),
    "nested": WIKI.request("<samlp:Extensions>" + _many("<x>", 30_000) + _many("</x>", 30_000) + "</samlp:Extensions>"),
    "33 deep": WIKI.request("<samlp:Extensions>" + _many("<x>", 33) + _many("</x>", 33) + "</samlp:Extensions>"),
    "2001 elements": WIKI.request("<samlp:Extensions>" + _many("<x/>", 2001) + "</samlp:Extensions>"),
    "attributes": WIKI.request(**{f"a{number}": "" for number in range(25_000)}),
    "namespaces": WIKI.request(**{f"xmlns:n{number}": "u" for number in range(15_000)}),
    "long attribute": WIKI.request(ID="a" * 200_000),
    "same ID twice": WIKI.request('<samlp:Extensions><x ID="_q1"/></samlp:Extensions>'),
    "xml:id": WIKI.request('<samlp:Extensions><x xml:id="_q1"/></samlp:Extensions>'),
    "request within": WIKI.request("<samlp:Extensions><samlp:AuthnRequest/></samlp:Extensions>"),
    "unknown part": WIKI.request("<x/>"),
    "XInclude": WIKI.request('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
    "a Response": b'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
}


@pytest.mark.parametrize("kind", BOMBS)
def test_hostile_xml(bridge, kind):
    """No DTD, entity, comment, instruction, foreign encoding or excess gets in (SP-05, SP-10, SP-11, SP-12)."""
    if kind != "too long":
        refused_quickly(bridge.redirect, WIKI.query(BOMBS[kind]))
    refused_quickly(bridge.post, BOMBS[kind])


READ_FURTHER = {"another root", "a Response", "unknown part", "request within", "XInclude", "long attribute"}
"""Sound XML that is no request of ours: the parser has nothing against it."""


@pytest.mark.parametrize("kind", sorted(BOMBS.keys() - READ_FURTHER))
def test_no_tree_is_made_of_it(kind):
    """The one parser refuses it, whatever the message would be taken for afterwards (SP-05, SP-10, SP-12)."""
    refused_quickly(parse_message, BOMBS[kind])


def test_inflation_bomb(bridge):
    """200 MB of zeros in 200 kB stop at the limit, in flat memory (SP-12)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(200)) + packer.flush()

    query = b"SAMLRequest=" + quote_plus(base64.b64encode(packed)).encode()

    tracemalloc.start()
    refused_quickly(by_redirect, query)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 * 2**20


def test_wrapped_requests_stay_refused(strict):
    """A genuine signed request inside another one, in any place, is never the one that is checked (SP-02, SP-03)."""
    genuine = SIGNING.enveloped(SIGNING.request()).decode()
    evil = {"ID": "_evil", "AssertionConsumerServiceURL": "https://wiki.test/second"}

    for inner in (
        f"<samlp:Extensions>{genuine}</samlp:Extensions>",
        f"<ds:Signature {DSIG}><ds:Object>{genuine}</ds:Object></ds:Signature>",
        genuine,
        f'<samlp:Scoping><samlp:IDPList><x xmlns="urn:x">{genuine}</x></samlp:IDPList></samlp:Scoping>',
    ):
        assert isinstance(refused_quickly(strict.post, SIGNING.request(inner, **evil)), BadRequest)
