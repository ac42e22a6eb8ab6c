"""Logout messages of an identity provider: signed, in time, for us, from it, and about somebody (SP-30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sso_bridge.errors import BadRequest
from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.authenticate.saml_sp import status
from sso_bridge.login.authenticate.saml_sp.conditions import Expected, check_issuer, moment
from sso_bridge.login.authenticate.saml_sp.gate import NCNAME, check_ids
from sso_bridge.login.authenticate.saml_sp.provider import IdentityProvider
from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.authenticate.saml_sp.statement import LONGEST, Name, name_of
from sso_bridge.login.saml.bindings import Kind, Received, by_post, by_redirect
from sso_bridge.login.saml.names import REDIRECT, SUCCESS, ds, saml, samlp
from sso_bridge.login.saml.signature import check_detached, check_enveloped
from sso_bridge.login.saml.xml import Element, parse_message, text_of

LIFE: Final = timedelta(minutes=5)
"""How long after it was issued a logout message is taken."""
ROOTS: Final[dict[Kind, str]] = {"SAMLRequest": samlp("LogoutRequest"), "SAMLResponse": samlp("LogoutResponse")}
PARTS: Final[dict[Kind, frozenset[str]]] = {
    "SAMLRequest": frozenset(
        {saml("Issuer"), ds("Signature"), samlp("Extensions"), saml("NameID"), samlp("SessionIndex")}
    ),
    "SAMLResponse": frozenset({saml("Issuer"), ds("Signature"), samlp("Extensions"), samlp("Status")}),
}
MOST_SESSIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Order:
    """A checked LogoutRequest. No `indexes` means every session of that name."""

    id: str
    name: Name
    indexes: tuple[str, ...]
    relay_state: str
    binding: str


def kind_of(returned: Returned) -> str:
    """Return `SAMLRequest` or `SAMLResponse`, empty when there is neither; nothing is checked."""
    return next((kind for kind in ROOTS if kind in returned.fields), "")


def read_order(returned: Returned, provider: IdentityProvider, expected: Expected) -> Order:
    """Return the order; SignInRefused when it cannot be trusted."""
    received, root = _read(returned, "SAMLRequest", provider, expected)
    ends = moment(root, "NotOnOrAfter")
    if ends is not None and ends + expected.skew <= expected.now:
        raise refused("time", "the LogoutRequest has ended")
    with refusing("malformed"):
        indexes = tuple(text_of(node).strip() for node in root.findall(samlp("SessionIndex")))
    if len(indexes) > MOST_SESSIONS or any(not one or len(one) > LONGEST for one in indexes):
        raise refused("malformed", "a SessionIndex cannot be used")
    name = name_of(root, expected.us.entity_id)
    return Order(root.get("ID", ""), name, indexes, received.relay_state or "", received.binding)


def read_answer(returned: Returned, provider: IdentityProvider, expected: Expected) -> bool:
    """Return whether all of it ended there; SignInRefused when the answer cannot be trusted, or is not to ours."""
    _, root = _read(returned, "SAMLResponse", provider, expected)
    if expected.request is None or root.get("InResponseTo") != expected.request:
        raise refused("in_response_to", "the LogoutResponse answers another request than ours")
    return status.codes(root) == (SUCCESS,)


def _read(returned: Returned, kind: Kind, provider: IdentityProvider, expected: Expected) -> tuple[Received, Element]:
    """Return the message after every check that both kinds share; the order is that of their cost."""
    with refusing("malformed"):
        if returned.method == "POST":
            received = by_post(tuple(returned.fields.items()), (kind,))
        else:
            received = by_redirect(returned.query.encode("ascii", "replace"), (kind,))
        root = parse_message(received.xml)
        _check_frame(root, kind)
        check_ids(root)
    check_issuer(root, expected, required=True)
    _check_signature(root, received, provider)
    issued = moment(root, "IssueInstant")
    if issued is None or issued > expected.now + expected.skew or expected.now - expected.skew > issued + LIFE:
        raise refused("time", "the logout message is too old or from the future; compare the clocks")
    if root.get("Destination") != expected.us.sls:
        raise refused("destination", "the logout message was meant for another address")
    return received, root


def _check_frame(root: Element, kind: Kind) -> None:
    """Check kind, version and ID; no part may be unknown, and only SessionIndex may be repeated."""
    if root.tag != ROOTS[kind] or root.get("Version") != "2.0" or not NCNAME.match(root.get("ID", "")):
        raise BadRequest("the message is no logout message of version 2.0 with a usable ID")
    tags = [child.tag for child in root]
    once = [tag for tag in tags if tag != samlp("SessionIndex")]
    if not PARTS[kind].issuperset(tags) or len(once) != len(set(once)):
        raise BadRequest("the logout message has parts that are unknown or repeated")


def _check_signature(root: Element, received: Received, provider: IdentityProvider) -> None:
    """Refuse an unsigned message, and one that is not signed by a key of this identity provider."""
    ours = tuple(key.key for key in provider.signing)
    with refusing("signature"):
        if received.binding == REDIRECT:
            if received.detached is None or root.find(ds("Signature")) is not None:
                raise BadRequest("the message by Redirect is not signed in its query")
            check_enveloped(root, ())
            check_detached(received.detached, ours)
        elif not check_enveloped(root, ours):
            raise BadRequest("the logout message is not signed")
