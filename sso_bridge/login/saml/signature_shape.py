"""The gate before any signature code: what an XML signature may look like at all (SP-02, SP-06, SP-07, SP-09).

Allow-lists only. Nothing here decides trust; it makes sure that the signature library is never given a transform,
an algorithm or a reference that could make it slow, curious or lenient.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.names import ds
from sso_bridge.login.saml.xml import Element, text_of

EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA: Final = frozenset(f"http://www.w3.org/2001/04/xmldsig-more#rsa-sha{bits}" for bits in (256, 384, 512))
ECDSA: Final = frozenset(f"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha{bits}" for bits in (256, 384))
METHODS: Final = RSA | ECDSA
DIGESTS: Final = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
MOST_PREFIXES: Final = 8
"""Each one is looked up at every element: 65 kB with a long list kept libxml2 busy for 36 s."""
ONCE_EACH: Final = ("SignedInfo", "SignatureValue", "Reference", "DigestValue", "SignatureMethod")
INCLUSIVE: Final = f"{{{EXCLUSIVE}}}InclusiveNamespaces"


def enveloped_signature(root: Element) -> Element | None:
    """Return the one signature of this message, None when it has none; raise BadRequest on any other shape."""
    found = signatures(root, (root,))
    if not found and next(root.iter("{http://www.w3.org/2000/09/xmldsig#}*"), None) is not None:
        raise BadRequest("a part of a signature without a signature")
    return found[0] if found else None


def signatures(root: Element, owners: Collection[Element]) -> tuple[Element, ...]:
    """Return the signatures of a document, each the child of one of `owners`; raise BadRequest on any other shape."""
    found = tuple(root.iter(ds("Signature")))
    for place, signature in enumerate(found):
        owner = signature.getparent()
        if owner is None or owner not in owners or any(owner is other.getparent() for other in found[:place]):
            raise BadRequest("a signature where none belongs")
        _check_parts(signature)
        _check_signed_info(owner, signature[0])
    for tag in ONCE_EACH:
        if sum(1 for _ in root.iter(ds(tag))) != len(found):
            raise BadRequest(f"not exactly one {tag} in each signature")
    return found


def _check_parts(signature: Element) -> None:
    """SignedInfo, SignatureValue, then at most a KeyInfo; each only there (XML signature 4.2; SP-09)."""
    parts = [child.tag for child in signature]
    if parts not in ([ds("SignedInfo"), ds("SignatureValue")], [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")]):
        raise BadRequest("a signature with unusual parts")
    if not text_of(signature[1]).strip():
        raise BadRequest("an empty signature value")


def _check_signed_info(root: Element, info: Element) -> None:
    """One reference to the element that carries the signature, listed algorithms, at most two transforms."""
    if [child.tag for child in info] != [ds("CanonicalizationMethod"), ds("SignatureMethod"), ds("Reference")]:
        raise BadRequest("a SignedInfo with unusual parts")
    canonical, method, reference = info
    if method.get("Algorithm") not in METHODS or len(method):
        raise BadRequest("a signature algorithm that is not accepted")
    _check_transform(canonical, frozenset({EXCLUSIVE}))
    name = root.get("ID")
    if not name or reference.get("URI") != f"#{name}" or reference.get("Type") is not None:
        raise BadRequest("the signature refers to something else than its own element")
    if [child.tag for child in reference] != [ds("Transforms"), ds("DigestMethod"), ds("DigestValue")]:
        raise BadRequest("a Reference with unusual parts")
    transforms, digest, value = reference
    for step in transforms:
        if step.tag != ds("Transform"):
            raise BadRequest("something else than a transform")
        _check_transform(step, frozenset({ENVELOPED, EXCLUSIVE}))
    if [step.get("Algorithm") for step in transforms] not in ([ENVELOPED, EXCLUSIVE], [ENVELOPED]):
        raise BadRequest("transforms other than enveloped-signature and exclusive canonicalisation")
    if digest.get("Algorithm") not in DIGESTS or len(digest) or not text_of(value).strip():
        raise BadRequest("a digest that is not accepted")


def _check_transform(step: Element, allowed: frozenset[str]) -> None:
    """One listed algorithm, with at most a short InclusiveNamespaces and nothing else inside."""
    if step.get("Algorithm") not in allowed or (step.text or "").strip():
        raise BadRequest("a transform or canonicalisation that is not accepted")
    if len(step) > 1 or any(child.tag != INCLUSIVE or len(child) for child in step):
        raise BadRequest("a transform with something inside")
    if any(len(child.get("PrefixList", "").split()) > MOST_PREFIXES for child in step):
        raise BadRequest("a transform with too many prefixes")
