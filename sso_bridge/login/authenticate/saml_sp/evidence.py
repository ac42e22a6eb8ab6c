"""What was signed, and nothing else: the canonical bytes of an element, parsed once more (SP-03).

The signature library says yes or no about a tree. Which bytes it said yes to is worked out here a second time, by
another road, and their digest must be the one that stands in the signature; everything is then read from these bytes.
A canonicalisation that fails, or comes to nothing, has another digest and is refused (SP-09).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final

from lxml import etree

from sso_bridge.errors import BadRequest
from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.saml.names import ds
from sso_bridge.login.saml.signature import decoded
from sso_bridge.login.saml.signature_shape import EXCLUSIVE, INCLUSIVE
from sso_bridge.login.saml.xml import Element, parse_again, text_of

HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashlib.sha256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}


def signed_part(element: Element) -> Element:
    """Return the element as it was signed, as a document of its own; its signature must have been verified before."""
    with refusing("signature"):
        return parse_again(signed_octets(element))


def signed_octets(element: Element) -> bytes:
    """Return the canonical bytes of the element, whose digest is the one that was signed."""
    signature = element.find(ds("Signature"))
    if signature is None:
        raise refused("signature", "the element is not signed")
    reference = signature[0][2]
    with refusing("signature"):
        copy = parse_again(etree.tostring(element, with_tail=False, encoding="utf-8"))
        _drop_signature(copy)
        octets = _canonical(copy, reference)
        stated = decoded(text_of(reference[2]), "digest")
    made = HASHES[reference[1].get("Algorithm", "")](octets).digest()
    if not octets or not hmac.compare_digest(made, stated):
        raise refused("signature", "what would be read is not what was signed")
    return octets


def _drop_signature(copy: Element) -> None:
    """Take the enveloped signature out, as the transform of that name does; the text behind it stays."""
    signature = copy.find(ds("Signature"))
    if signature is None:
        return
    if signature.tail:
        before = signature.getprevious()
        if before is None:
            copy.text = (copy.text or "") + signature.tail
        else:
            before.tail = (before.tail or "") + signature.tail
        signature.tail = None
    copy.remove(signature)


def _canonical(copy: Element, reference: Element) -> bytes:
    """Return the canonical form that the reference asks for; the gate has listed which there can be."""
    steps = [step for step in reference[0] if step.get("Algorithm") == EXCLUSIVE]
    prefixes = [
        name for step in steps for child in step.iter(INCLUSIVE) for name in child.get("PrefixList", "").split()
    ]
    try:
        return etree.tostring(
            copy, method="c14n", exclusive=bool(steps), with_comments=False, inclusive_ns_prefixes=prefixes or None
        )
    except etree.LxmlError as error:
        raise BadRequest("the signed element has no canonical form") from error
