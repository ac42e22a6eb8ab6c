"""The only place where XML from outside becomes a tree: one parse, by one hardened parser, within limits.

The tree that comes out is the tree whose signature is checked and the tree that is read (SP-10). Surprises of lxml:
`resolve_entities=False` still builds entity nodes, so any `<!` is refused before parsing; comments split `.text`, so
values are read by `text_of` only; `xml:id` becomes an ID in libxml2 by itself, so it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from sso_bridge.errors import BadRequest

Element = etree._Element  # noqa: SLF001 - lxml has no public names for them
Comment = etree._Comment  # noqa: SLF001

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
DECLARED = re.compile(rb"\A<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([A-Za-z0-9._-]+)[\"']")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much XML one kind of document may hold (SP-12)."""

    size: int
    elements: int
    depth: int
    namespaces: int
    attributes: int = 64


MESSAGE = Limits(size=256 * 1024, elements=2000, depth=32, namespaces=256)
METADATA = Limits(size=10 * 1024 * 1024, elements=100_000, depth=64, namespaces=100_000)


def parse_message(raw: bytes) -> Element:
    """Return the root of a protocol message; raise BadRequest on anything a message has no use for.

    Besides the limits: no DTD, comment, CDATA or processing instruction anywhere, every `ID` only once (SP-05).
    """
    if b"<!" in raw:
        raise BadRequest("the message has a DTD, a comment or a CDATA section")
    root = _parse(raw, MESSAGE)
    names = [node.get("ID") for node in root.iter() if node.get("ID") is not None]
    if len(names) != len(set(names)):
        raise BadRequest("an ID occurs twice")
    return root


def parse_again(octets: bytes) -> Element:
    """Return the root of what was written from a tree that `parse_message` gave; its limits hold for it already."""
    try:
        return etree.fromstring(octets, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadRequest("the signed element cannot be read again") from error


def parse_metadata(raw: bytes) -> Element:
    """Return the root of a metadata document; comments are allowed, but not inside values (see `text_of`)."""
    if b"<!DOCTYPE" in raw.upper() or b"<!ENTITY" in raw.upper():
        raise BadRequest("the metadata has a DTD")
    return _parse(raw, METADATA)


def text_of(element: Element) -> str:
    """Return the whole text of an element that may hold nothing but text (SP-11); raise BadRequest otherwise."""
    if len(element) or element.get(NIL) is not None:
        raise BadRequest(f"{local(element)} holds more than text")
    return element.text or ""


def local(element: Element) -> str:
    """Return the name without its namespace, for sentences about it."""
    return etree.QName(element).localname


def sendable(value: str) -> bool:
    """Return whether a text may stand in XML as it is: no control characters, no half of a surrogate pair (IDP-04)."""
    return not FORBIDDEN.search(value)


def _parse(raw: bytes, limits: Limits) -> Element:
    """Return the root after the checks that can be made on bytes, the parse, and the walk."""
    if len(raw) > limits.size:
        raise BadRequest("the document is too long")
    if raw.count(b"<") > 2 * limits.elements + 1 or raw.count(b"xmlns") > limits.namespaces:
        raise BadRequest("the document has too many elements or namespaces")
    if b"\0" in raw or ((declared := DECLARED.match(raw)) and declared[1].lower() != b"utf-8"):
        raise BadRequest("the document is not UTF-8")
    try:
        raw.decode("utf-8")
        root = etree.fromstring(raw, _parser())
    except (etree.XMLSyntaxError, UnicodeDecodeError, ValueError) as error:
        raise BadRequest("the document is not well-formed XML") from error
    _walk(root, limits)
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, dtd_validation=False, attribute_defaults=False,
        no_network=True, huge_tree=False, recover=False, remove_comments=False, remove_pis=False, collect_ids=False,
    )  # fmt: skip


def _walk(root: Element, limits: Limits) -> None:
    """Refuse what exceeds the limits, and nodes that are no elements (outside metadata's comments)."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadRequest("the document has a DTD")
    beside = [*root.itersiblings(), *root.itersiblings(preceding=True)]
    if any(not isinstance(node, Comment) for node in beside):
        raise BadRequest("the document has a processing instruction")
    stack, count = [(root, 1)], 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if isinstance(node, Comment):
            continue
        if not isinstance(node.tag, str):
            raise BadRequest("the document has a processing instruction or an entity")
        if count > limits.elements or depth > limits.depth:
            raise BadRequest("the document has too many elements or is too deep")
        if len(node.attrib) > limits.attributes or node.get(XML_ID) is not None:
            raise BadRequest(f"{local(node)} has too many attributes or an xml:id")
        stack.extend((child, depth + 1) for child in node)
