"""Twisted XML signatures on posted requests: the gate refuses them before any signature code sees them."""

from __future__ import annotations

import copy
import time

import pytest
from lxml import etree

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.signature_shape import INCLUSIVE, MOST_PREFIXES, enveloped_signature
from tests.fakes.saml_bridge import SamlBridge
from tests.fakes.saml_platform import SamlPlatform, ec_key, key_descriptor, rsa_key

DS = "{http://www.w3.org/2000/09/xmldsig#}"
WIKI = SamlPlatform(requests_signed="true")
BOMB = (
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
    '<xsl:variable name="a" select="document(&#34;http://127.0.0.1:9/&#34;)"/></xsl:template></xsl:stylesheet>'
)


@pytest.fixture
def bridge(tmp_path) -> SamlBridge:
    """The wiki signs its requests."""
    return SamlBridge(tmp_path, {"wiki": WIKI})


def first(root, tag):
    """Give the first element of the signature namespace with that name."""
    return next(root.iter(DS + tag))


def add(parent, tag, text="", **attributes):
    """Add an element of the signature namespace."""
    node = etree.SubElement(parent, DS + tag, attributes)
    node.text = text or None
    return node


def moved_into_extensions(root):
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(first(root, "Signature"))
    root.append(extensions)


def with_algorithm(tag, algorithm):
    return lambda root: first(root, tag).set("Algorithm", algorithm)


def with_uri(uri):
    return lambda root: first(root, "Reference").set("URI", uri)


def without_uri(root):
    del first(root, "Reference").attrib["URI"]


def doubled(tag):
    def twist(root):
        node = first(root, tag)
        node.addnext(copy.deepcopy(node))

    return twist


def dropped(tag):
    def twist(root):
        node = first(root, tag)
        node.getparent().remove(node)

    return twist


def emptied(tag):
    def twist(root):
        first(root, tag).text = ""

    return twist


def more_transforms(count):
    def twist(root):
        for _ in range(count):
            add(first(root, "Transforms"), "Transform", Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")

    return twist


def one_transform(algorithm, inner=""):
    def twist(root):
        step = add(first(root, "Transforms"), "Transform", Algorithm=algorithm)
        if inner:
            step.append(etree.fromstring(inner))

    return twist


def many_references(root):
    for _ in range(500):
        doubled("Reference")(root)


def comment_in_digest(root):
    first(root, "DigestValue").insert(0, etree.Comment("x"))


def element_in_digest(root):
    etree.SubElement(first(root, "DigestValue"), "x")


def signed_info_in_object(root):
    add(first(root, "Signature"), "Object").append(copy.deepcopy(first(root, "SignedInfo")))


def digest_in_extensions(root):
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    add(extensions, "DigestValue", first(root, "DigestValue").text)
    root.append(extensions)


def truncated_hmac(root):
    with_algorithm("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")(root)
    add(first(root, "SignatureMethod"), "HMACOutputLength", "0")


def changed_content(root):
    root.set("ForceAuthn", "true")


def relative_namespace(root):
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(etree.fromstring('<x xmlns="relative/name"/>'))
    root.append(extensions)


def digest_of_nothing(root):
    first(root, "DigestValue").text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def many_prefixes(root):
    text = " ".join(f"n{number}" for number in range(230)) * 50
    for name in ("CanonicalizationMethod", "Transform"):
        step = first(root, name) if name != "Transform" else list(root.iter(DS + name))[-1]
        etree.SubElement(step, INCLUSIVE, PrefixList=text)


def retrieval(root):
    info = add(first(root, "Signature"), "KeyInfo")
    add(info, "RetrievalMethod", URI="http://127.0.0.1:9/key")
    first(root, "SignatureValue").text = "AAAA"


TWISTS = {
    "moved away": moved_into_extensions,
    "empty URI": with_uri(""),
    "no URI": without_uri,
    "xpointer": with_uri("#xpointer(/)"),
    "http": with_uri("http://127.0.0.1:9/"),
    "file": with_uri("file:///etc/passwd"),
    "another element": with_uri("#_other"),
    "two references": doubled("Reference"),
    "500 references": many_references,
    "two SignedInfo": doubled("SignedInfo"),
    "two signatures": doubled("Signature"),
    "two values": doubled("SignatureValue"),
    "no SignedInfo": dropped("SignedInfo"),
    "no Reference": dropped("Reference"),
    "no value": dropped("SignatureValue"),
    "no digest": dropped("DigestValue"),
    "no transforms": dropped("Transforms"),
    "empty value": emptied("SignatureValue"),
    "empty digest": emptied("DigestValue"),
    "600 transforms": more_transforms(600),
    "three transforms": more_transforms(1),
    "XSLT": one_transform("http://www.w3.org/TR/1999/REC-xslt-19991116", BOMB),
    "XPath": one_transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<XPath>count(//.|//@*)</XPath>"),
    "base64": one_transform("http://www.w3.org/2000/09/xmldsig#base64"),
    "inclusive c14n": with_algorithm("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    "RSA-SHA1": with_algorithm("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    "RSA-MD5": with_algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
    "HMAC": with_algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    "no algorithm": with_algorithm("SignatureMethod", "none"),
    "SHA-1 digest": with_algorithm("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
    "truncated HMAC": truncated_hmac,
    "comment in digest": comment_in_digest,
    "element in digest": element_in_digest,
    "SignedInfo in Object": signed_info_in_object,
    "digest elsewhere": digest_in_extensions,
    "changed content": changed_content,
    "relative namespace": relative_namespace,
    "digest of nothing": digest_of_nothing,
    "many prefixes": many_prefixes,
    "key by address": retrieval,
    "stray KeyInfo": lambda root: add(root, "KeyInfo"),
}


FOR_THE_LIBRARY = {"changed content", "relative namespace", "digest of nothing", "key by address", "stray KeyInfo"}
"""Well-formed signatures over something else: the gate lets them pass, the signature library finds out."""


@pytest.mark.parametrize("kind", TWISTS)
def test_twisted_signature(bridge, kind):
    """Anything but one plain reference to the request itself is refused at once (SP-02, SP-06, SP-07, SP-09)."""
    genuine = WIKI.enveloped(WIKI.request())
    root = etree.fromstring(genuine)
    TWISTS[kind](root)
    started = time.process_time()

    with pytest.raises(BadRequest):
        bridge.post(etree.tostring(root))

    assert time.process_time() - started < 1
    assert bridge.post(genuine)


@pytest.mark.parametrize("kind", sorted(TWISTS.keys() - FOR_THE_LIBRARY))
def test_no_signature_code_sees_it(kind):
    """The gate itself refuses it, so that nothing depends on what the signature library thinks of it (SP-06, SP-07)."""
    root = etree.fromstring(WIKI.enveloped(WIKI.request()))
    TWISTS[kind](root)

    with pytest.raises(BadRequest):
        enveloped_signature(root)


@pytest.mark.parametrize(("method", "digest"), [("RsaSha1", "Sha256"), ("RsaSha256", "Sha1")])
def test_really_signed_with_sha1(bridge, method, digest):
    """The platform's own key over the genuine request, with an algorithm that is not on the list (SP-06)."""
    with pytest.raises(BadRequest, match="not accepted"):
        bridge.post(WIKI.enveloped(WIKI.request(), method, digest))


def test_few_prefixes(bridge):
    """A short InclusiveNamespaces is legal, and nothing else is inside a transform (SP-07)."""
    root = etree.fromstring(WIKI.enveloped(WIKI.request()))
    step = list(root.iter(DS + "Transform"))[-1]
    etree.SubElement(step, INCLUSIVE, PrefixList="saml samlp")

    assert enveloped_signature(root) is not None

    step[0].set("PrefixList", " ".join(f"n{each}" for each in range(MOST_PREFIXES + 1)))
    with pytest.raises(BadRequest, match="too many prefixes"):
        enveloped_signature(root)


def test_key_in_the_message_is_ignored(bridge):
    """A forger's own certificate or key value in KeyInfo is never used, before or behind the genuine one (SP-08)."""
    mallory = SamlPlatform(key=rsa_key("mallory"))
    forged = etree.fromstring(mallory.enveloped(WIKI.request()))
    genuine = etree.fromstring(WIKI.enveloped(WIKI.request()))
    for root in (forged, genuine):
        info = etree.fromstring(
            key_descriptor(mallory.key).replace("<md:KeyDescriptor", '<md:KeyDescriptor xmlns:md="x"')
        )
        first(root, "Signature").append(info[0])

    with pytest.raises(BadRequest):
        bridge.post(etree.tostring(forged))

    assert bridge.post(etree.tostring(genuine))


def test_elliptic_keys_and_several_keys(tmp_path):
    """EC keys work by both bindings, and any one of several registered keys will do (SP-06, SP-28)."""
    keys = key_descriptor(rsa_key("wiki")) + key_descriptor(ec_key("wiki"))
    signing = SamlPlatform(key=ec_key("wiki"), key_descriptors=keys, requests_signed="true")
    algorithm = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    bridge = SamlBridge(tmp_path, {"wiki": signing})

    assert bridge.redirect(signing.signed_query(signing.request(), "here", algorithm)).platform == "wiki"
    assert bridge.post(signing.enveloped(signing.request())).platform == "wiki"
    assert bridge.post(WIKI.enveloped(WIKI.request())).platform == "wiki"
