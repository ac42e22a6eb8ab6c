"""A platform asks for a sign-in: AuthnRequest (SAML core 3.4.1, profiles 4.1.4.1), in the order of the standard.

Refusals before the return address is known to be registered are local (`BadRequest`, `UnknownPlatform`); later ones
are `Answerable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sso_bridge.errors import AssuranceNotMet, BadRequest, BridgeError
from sso_bridge.login.asked import Asked
from sso_bridge.login.respond.saml_idp import contexts, name_id
from sso_bridge.login.respond.saml_idp.platform import Consumer, ServiceProvider
from sso_bridge.login.respond.saml_idp.refusals import Answerable, SomebodyElse
from sso_bridge.login.respond.saml_idp.registry import Platforms, SamlPlatform
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider
from sso_bridge.login.saml.bindings import Received
from sso_bridge.login.saml.moments import read
from sso_bridge.login.saml.names import ENTITY, POST, REDIRECT, ds, saml, samlp
from sso_bridge.login.saml.signature import check_detached, check_enveloped
from sso_bridge.login.saml.xml import Element, local, parse_message, text_of

LONGEST: Final = 256
MOST_CLASSES: Final = 32
NCNAME: Final = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.-]{0,255}\Z", re.ASCII)
ORDER: Final = (
    saml("Issuer"),
    ds("Signature"),
    samlp("Extensions"),
    saml("Subject"),
    samlp("NameIDPolicy"),
    saml("Conditions"),
    samlp("RequestedAuthnContext"),
    samlp("Scoping"),
)


def read_request(received: Received, platforms: Platforms, us: IdentityProvider, now: datetime) -> Asked:
    """Return what is asked, or raise; nothing of the message is used before its signature has been checked."""
    root = parse_message(received.xml)
    _check_shape(root)
    platform = platforms.by_entity(_issuer(root))
    try:
        return _asked(root, received, platform, us, now)
    except BadRequest as wrong:
        wrong.platform = platform.name
        raise


def _asked(root: Element, received: Received, platform: SamlPlatform, us: IdentityProvider, now: datetime) -> Asked:
    signed = _check_signature(root, received, platform.provider)
    _check_envelope(root, us, now, signed=signed)
    consumer = _consumer(root, platform.provider)
    asked = Asked(
        protocol="saml",
        platform=platform.name,
        force=_flag(root, "ForceAuthn"),
        passive=_flag(root, "IsPassive"),
        details={"id": root.get("ID"), "acs": consumer.location, "relay_state": received.relay_state},
    )
    return _with_wishes(asked, root, platform)


def _check_shape(root: Element) -> None:
    """Refuse all but an AuthnRequest whose parts are each there once, in the order of the schema."""
    if root.tag != samlp("AuthnRequest"):
        raise BadRequest("the message is no AuthnRequest")
    places = [ORDER.index(child.tag) if child.tag in ORDER else -1 for child in root]
    if -1 in places or places != sorted(set(places)):
        raise BadRequest("the request has parts that are unknown, repeated or out of order")
    if sum(1 for _ in root.iter(samlp("AuthnRequest"))) != 1:
        raise BadRequest("a request inside the request")


def _issuer(root: Element) -> str:
    """Return who says to have sent this, character by character (IDP-01)."""
    issuer = root.find(saml("Issuer"))
    if issuer is None:
        raise BadRequest("the request has no Issuer")
    qualified = {"NameQualifier", "SPNameQualifier", "SPProvidedID"} & set(issuer.keys())
    if issuer.get("Format") not in {None, ENTITY} or qualified:
        raise BadRequest("the Issuer is no entity id")
    return text_of(issuer)


def _check_signature(root: Element, received: Received, provider: ServiceProvider) -> bool:
    """Return whether the request was signed; a signature that is there must verify, a promised one must be there."""
    if received.binding == REDIRECT:
        if root.find(ds("Signature")) is not None:
            raise BadRequest("a signature inside a message by Redirect")
        check_enveloped(root, ())
        signed = received.detached is not None
        if received.detached is not None:
            check_detached(received.detached, provider.signing_keys)
    else:
        signed = check_enveloped(root, provider.signing_keys)
    if provider.requests_signed and not signed:
        raise BadRequest("the platform signs its requests, and this one is not signed")
    return signed


def _check_envelope(root: Element, us: IdentityProvider, now: datetime, *, signed: bool) -> None:
    """Version, ID, IssueInstant and Destination (SAML core 3.2.1; a signed message names its Destination)."""
    if root.get("Version") != "2.0":
        raise BadRequest("the version is not 2.0")
    if not NCNAME.match(root.get("ID", "")):
        raise BadRequest("the request has no usable ID")
    issued = read(root.get("IssueInstant", ""))
    if issued > now + us.skew or issued < now - us.skew - us.request_lifetime:
        raise BadRequest("the request is too old or from the future; compare the clocks")
    destination = root.get("Destination")
    if destination != us.sso_url and (signed or destination is not None):
        raise BadRequest("the request was meant for another address")


def _consumer(root: Element, provider: ServiceProvider) -> Consumer:
    """Return the registered address to answer to: the exact one asked for, the indexed one, or the default (IDP-01)."""
    location, index = root.get("AssertionConsumerServiceURL"), root.get("AssertionConsumerServiceIndex")
    if index is not None and (location is not None or root.get("ProtocolBinding") is not None):
        raise BadRequest("a return address by index and by value")
    if root.get("ProtocolBinding") not in {None, POST}:
        raise BadRequest("a binding for the answer that is not HTTP-POST")
    if location is None and index is None:
        return provider.default_consumer
    for consumer in provider.consumers:
        if consumer.binding == POST and (consumer.location == location or str(consumer.index) == index):
            return consumer
    raise BadRequest("the return address is not registered")


def _flag(root: Element, name: str) -> bool:
    """Return an xs:boolean attribute; absent is false."""
    value = root.get(name)
    if value not in {None, "true", "1", "false", "0"}:
        raise BadRequest(f"{name} is neither true nor false")
    return value in {"true", "1"}


def _with_wishes(asked: Asked, root: Element, platform: SamlPlatform) -> Asked:
    """Return the request with its wishes about the answer; one that can never be granted is `Answerable`."""
    try:
        classes, comparison = _contexts(root)
        wishes: dict[str, Any] = {
            "name_id": name_id.wished(root.find(samlp("NameIDPolicy")), platform),
            "subject": _subject(root),
        }
        acr_values = contexts.acceptable(classes, comparison) if classes else ()
    except (BadRequest, Answerable):
        raise
    except BridgeError as why:
        raise Answerable(asked, why) from why
    return Asked(
        protocol=asked.protocol,
        platform=asked.platform,
        force=asked.force,
        passive=asked.passive,
        acr_values=acr_values,
        login_hint=wishes["subject"] or "",
        details={**asked.details, **wishes},
    )


def _contexts(root: Element) -> tuple[tuple[str, ...], str]:
    """Return the requested classes and how they are compared; declarations cannot be met."""
    wanted = root.find(samlp("RequestedAuthnContext"))
    if wanted is None:
        return (), "exact"
    if any(child.tag != saml("AuthnContextClassRef") for child in wanted):
        raise AssuranceNotMet("the platform asks for an authentication context by declaration")
    classes = tuple(text_of(child).strip() for child in wanted)
    if not classes or not all(classes):
        raise BadRequest("the requested authentication context is empty")
    if len(classes) > MOST_CLASSES or max(map(len, classes)) > LONGEST:
        raise BadRequest("the requested authentication context is too long")
    return classes, wanted.get("Comparison", "exact")


def _subject(root: Element) -> str | None:
    """Return the name the platform expects; it never decides who is asserted, only whether (IDP-05)."""
    subject = root.find(saml("Subject"))
    if subject is None:
        return None
    names: Iterator[Element] = (child for child in subject if child.tag != saml("SubjectConfirmation"))
    name = next(names, None)
    if name is None:
        return None
    if name.tag != saml("NameID") or next(names, None) is not None:
        raise SomebodyElse(f"the platform names its subject by {local(name)}")
    expected = text_of(name).strip()
    if not expected or len(expected) > LONGEST:
        raise BadRequest("the subject of the request is empty or too long")
    return expected
