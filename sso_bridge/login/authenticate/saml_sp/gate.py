"""The strict gate before any SAML code: one hardened parse, limits, allow-lists, the one legal shape.

The tree that leaves it is the tree whose signature is checked (SP-10). What is refused here python3-saml would accept,
or would not survive: transforms that run for minutes, second assertions, second references (decision 0310).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.saml.bindings import by_post
from sso_bridge.login.saml.names import SAMLP, saml, samlp
from sso_bridge.login.saml.signature_shape import signatures
from sso_bridge.login.saml.xml import Element, parse_message

NCNAME: Final = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.-]{0,255}\Z", re.ASCII)
ASSERTIONS: Final = (saml("Assertion"), saml("EncryptedAssertion"))
HEAD: Final = (saml("Issuer"), "{http://www.w3.org/2000/09/xmldsig#}Signature", samlp("Extensions"), samlp("Status"))
"""What may stand before the assertion, in this order (SAML core 3.2.2, 3.3.3)."""


@dataclass(frozen=True, slots=True)
class Message:
    """A Response of legal shape; nothing in it is believed yet. `assertion` is missing from refusals."""

    root: Element
    assertion: Element | None

    @property
    def encrypted(self) -> bool:
        """Return whether the assertion still has to be decrypted."""
        return self.assertion is not None and self.assertion.tag == saml("EncryptedAssertion")


def opened(returned: Returned) -> Message:
    """Return the Response a browser brought; SignInRefused for anything else (SP-02 to SP-12, SP-29)."""
    if returned.method != "POST" or "SAMLResponse" in returned.query or "SAMLResponse" not in returned.fields:
        raise refused("binding", "an answer comes by POST, in the body and nowhere else")
    with refusing("malformed"):
        received = by_post(tuple(returned.fields.items()), ("SAMLResponse",))
        root = parse_message(received.xml)
        found = [child for child in root if child.tag in ASSERTIONS]
        _check_frame(root)
        signatures(root, (root, *found))
    _check_assertions(root, found)
    check_ids(root)
    return Message(root, found[0] if found else None)


def check_assertion(root: Element) -> None:
    """Check a decrypted assertion as one that came in the open is checked: it may hold no other one."""
    if root.tag != saml("Assertion") or sum(1 for _ in _assertions(root)) != 1:
        raise refused("assertions", "what was encrypted is not exactly one assertion")
    with refusing("malformed"):
        signatures(root, (root,))
    check_ids(root)


def check_ids(root: Element) -> None:
    """Refuse a second attribute, of whatever name, that could be taken for the ID of a signed element (SP-05)."""
    names = {node.get("ID") for node in root.iter()} - {None}
    for node in root.iter():
        for name, value in node.attrib.items():
            if name != "ID" and value in names and str(name).rpartition("}")[2].lower() == "id":
                raise refused("malformed", "an ID is given by an attribute that is not `ID`")


def _check_frame(root: Element) -> None:
    """Check that it is a Response of version 2.0 with a usable ID, its parts each once and in order."""
    if root.tag != samlp("Response"):
        raise refused("malformed", "the message is no Response")
    if root.get("Version") != "2.0" or not NCNAME.match(root.get("ID", "")):
        raise refused("malformed", "the version is not 2.0, or there is no usable ID")
    parts = [child.tag for child in root if child.tag not in ASSERTIONS]
    places = [HEAD.index(tag) if tag in HEAD else -1 for tag in parts]
    if -1 in places or places != sorted(set(places)) or samlp("Status") not in parts:
        raise refused("malformed", "the Response has parts that are unknown, repeated, missing or out of order")
    if sum(1 for node in root.iter(f"{{{SAMLP}}}*") if node.tag in {samlp("Response"), samlp("Status")}) > 2:  # noqa: PLR2004
        raise refused("malformed", "a Response or Status inside the Response")


def _check_assertions(root: Element, found: list[Element]) -> None:
    """At most one, in its one legal place: last, directly below the root (SP-04)."""
    if len(list(_assertions(root))) != len(found) or len(found) > 1:
        raise refused("assertions", "the Response must hold exactly one assertion, in its place")
    if found and root[-1] is not found[0]:
        raise refused("assertions", "the assertion is not in its place")


def _assertions(root: Element) -> Iterator[Element]:
    """Yield everything called an assertion, in whatever namespace: nobody else may read another one."""
    for node in root.iter():
        name = str(node.tag).rpartition("}")[2]
        if name in {"Assertion", "EncryptedAssertion"}:
            yield node
