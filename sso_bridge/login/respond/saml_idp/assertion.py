"""The Assertion (SAML core 2.3.3, profiles 4.1.4.2): who signed in, when, how, for whom and for how long.

Values are set through the XML library only, so that no text can become markup (IDP-04).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from lxml import etree

from sso_bridge.login.asked import SignedIn
from sso_bridge.login.respond.saml_idp.attributes import Attribute
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider
from sso_bridge.login.saml.moments import written
from sso_bridge.login.saml.names import BEARER, PERSISTENT, SAML, TRANSIENT, saml
from sso_bridge.login.saml.xml import Element

EARLIER: Final = timedelta(seconds=60)
"""How far a platform's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who the answer is for: entity id, return address, and the request it answers (empty: nobody asked)."""

    entity_id: str
    location: str
    in_response_to: str


@dataclass(frozen=True, slots=True)
class NameId:
    """What the platform calls the person."""

    format: str
    value: str


def new_id() -> str:
    """Return a random name of 128 bits that is a legal xs:ID (SAML core 1.3.4)."""
    return "_" + secrets.token_hex(16)


def session_index(session_id: str, entity_id: str) -> str:
    """Return what one platform calls a session; two platforms cannot compare theirs (SAML core 2.7.2)."""
    return "_" + sha256(f"{session_id}\x1f{entity_id}".encode()).hexdigest()[:32]


def build_assertion(
    us: IdentityProvider,
    to: Addressee,
    who: SignedIn,
    name_id: NameId,
    attributes: Iterable[Attribute],
    now: datetime,
) -> Element:
    """Return the assertion, not signed yet."""
    until = written(now + us.answer_lifetime)
    root = etree.Element(
        saml("Assertion"), {"Version": "2.0", "ID": new_id(), "IssueInstant": written(now)}, {"saml": SAML}
    )
    etree.SubElement(root, saml("Issuer")).text = us.entity_id
    _add_subject(root, us, to, name_id, until)
    conditions = etree.SubElement(
        root, saml("Conditions"), {"NotBefore": written(now - EARLIER), "NotOnOrAfter": until}
    )
    restriction = etree.SubElement(conditions, saml("AudienceRestriction"))
    etree.SubElement(restriction, saml("Audience")).text = to.entity_id
    _add_statement(root, who, to)
    _add_attributes(root, attributes)
    return root


def _add_subject(root: Element, us: IdentityProvider, to: Addressee, name_id: NameId, until: str) -> None:
    """Add the name and the one bearer confirmation; a pseudonym is qualified by both sides (core 8.3.7)."""
    subject = etree.SubElement(root, saml("Subject"))
    name = etree.SubElement(subject, saml("NameID"), {"Format": name_id.format})
    if name_id.format in {PERSISTENT, TRANSIENT}:
        name.set("NameQualifier", us.entity_id)
        name.set("SPNameQualifier", to.entity_id)
    name.text = name_id.value
    confirmation = etree.SubElement(subject, saml("SubjectConfirmation"), {"Method": BEARER})
    data = etree.SubElement(
        confirmation, saml("SubjectConfirmationData"), {"NotOnOrAfter": until, "Recipient": to.location}
    )
    if to.in_response_to:
        data.set("InResponseTo", to.in_response_to)


def _add_statement(root: Element, who: SignedIn, to: Addressee) -> None:
    """Add the real sign-in: its moment and class, not the moment of this answer (IDP-03)."""
    statement = etree.SubElement(
        root,
        saml("AuthnStatement"),
        {
            "AuthnInstant": written(who.authenticated_at),
            "SessionIndex": session_index(who.session_id, to.entity_id),
            "SessionNotOnOrAfter": written(who.ends_at),
        },
    )
    context = etree.SubElement(statement, saml("AuthnContext"))
    etree.SubElement(context, saml("AuthnContextClassRef")).text = who.assurance


def _add_attributes(root: Element, attributes: Iterable[Attribute]) -> None:
    """Add the attributes; an empty statement would not be legal (core 2.7.3)."""
    statement: Element | None = None
    for attribute in attributes:
        if statement is None:
            statement = etree.SubElement(root, saml("AttributeStatement"))
        described = {"Name": attribute.name, "NameFormat": attribute.format}
        if attribute.friendly != attribute.name:
            described["FriendlyName"] = attribute.friendly
        node = etree.SubElement(statement, saml("Attribute"), described)
        for value in attribute.values:
            etree.SubElement(node, saml("AttributeValue")).text = value
