"""Who it is and how they signed in, as the signed assertion says it: nothing is added, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sso_bridge.login.authenticate.saml_sp.conditions import Expected, moment
from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.saml.names import CLASSES, UNSPECIFIED, saml
from sso_bridge.login.saml.xml import Element, sendable, text_of

LONGEST: Final = 256
NO_CLASS: Final = CLASSES + "unspecified"
MFA: Final = ("mfa",)
METHODS: Final[dict[str, tuple[str, ...]]] = {
    CLASSES + "Password": ("pwd",),
    CLASSES + "PasswordProtectedTransport": ("pwd",),
    CLASSES + "TimeSyncToken": ("otp",),
    CLASSES + "Smartcard": ("sc",),
    CLASSES + "SmartcardPKI": ("sc",),
    CLASSES + "MobileTwoFactorContract": MFA,
    CLASSES + "MobileTwoFactorUnregistered": MFA,
    "urn:federation:authentication:windows": ("wia",),
    "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/windows": ("wia",),
    "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password": ("pwd",),
    "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/smartcard": ("sc",),
    "http://schemas.microsoft.com/claims/multipleauthn": MFA,
    "https://refeds.org/profile/mfa": MFA,
}
"""Class or method of a product -> RFC 8176 values; what is not listed says nothing we could pass on truthfully."""


@dataclass(frozen=True, slots=True)
class Name:
    """A NameID with everything that makes it a name."""

    value: str
    format: str
    qualifier: str
    for_whom: str

    def parts(self) -> dict[str, str]:
        """Return what a LogoutRequest must say again."""
        said = {"name": self.value, "format": self.format, "qualifier": self.qualifier, "sp_qualifier": self.for_whom}
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class SignedInThere:
    """The AuthnStatement: when, how, in which session, and until when at the latest."""

    at: datetime
    assurance: str
    index: str
    ends_at: datetime | None


def name_of(holder: Element, us: str) -> Name:
    """Return the one NameID of a Subject or LogoutRequest; SignInRefused when it cannot name anybody (SP-22)."""
    found = holder.findall(saml("NameID"))
    others = holder.findall(saml("EncryptedID")) + holder.findall(saml("BaseID"))
    if len(found) != 1 or others:
        raise refused("name", "not exactly one NameID in the open")
    with refusing("name"):
        value = text_of(found[0])
    if not value.strip() or len(value) > LONGEST or not sendable(value) or not value.isprintable():
        raise refused("name", "the NameID is empty, too long, or has control characters")
    for_whom = found[0].get("SPNameQualifier", "")
    if for_whom not in {"", us}:
        raise refused("name", "the NameID was made for another service provider")
    return Name(value, found[0].get("Format", UNSPECIFIED), found[0].get("NameQualifier", ""), for_whom)


def session_key(name: Name, index: str) -> str:
    """Return what we call a session of theirs: by index and name, so that an order for another person finds nothing."""
    return sha256(f"{index}\x1f{name.format}\x1f{name.qualifier}\x1f{name.value}".encode()).hexdigest()


def signed_in_there(assertion: Element, expected: Expected) -> SignedInThere:
    """Return the one AuthnStatement; SignInRefused when its moments are impossible or over."""
    found = assertion.findall(saml("AuthnStatement"))
    if len(found) != 1:
        raise refused("malformed", "not exactly one AuthnStatement")
    at, ends = moment(found[0], "AuthnInstant"), moment(found[0], "SessionNotOnOrAfter")
    if at is None or at > expected.now + expected.skew:
        raise refused("time", "the sign-in happened in the future; compare the clocks")
    if ends is not None and ends + expected.skew <= expected.now:
        raise refused("time", "the session at the workplace is over")
    index = found[0].get("SessionIndex", "")
    if len(index) > LONGEST or not index.isprintable():
        raise refused("malformed", "the SessionIndex cannot be used")
    return SignedInThere(at, _class(found[0]), index, ends)


def methods(assurance: str, stated: Iterable[str]) -> tuple[str, ...]:
    """Return the RFC 8176 methods that the class or the product's own attribute names; empty when neither is known."""
    found = [method for one in (assurance, *stated) for method in METHODS.get(one, ())]
    return tuple(dict.fromkeys(found))


def _class(statement: Element) -> str:
    """Return the authentication context class as it stands there; one by declaration has none that we know."""
    found = [node for context in statement.findall(saml("AuthnContext")) for node in context]
    classes = [node for node in found if node.tag == saml("AuthnContextClassRef")]
    with refusing("malformed"):
        said = text_of(classes[0]).strip() if classes else ""
    if len(said) > LONGEST - 1 or not said.isprintable():
        raise refused("malformed", "the authentication context cannot be used")
    return said or NO_CLASS
