"""What a platform calls a person: the NameID (SAML core 2.2.2, 8.3), chosen per platform (IDP-07)."""

from __future__ import annotations

import secrets
from typing import Final

from sso_bridge.login.asked import Released
from sso_bridge.login.respond.saml_idp.refusals import NameNotPossible, ValueNotSendable
from sso_bridge.login.respond.saml_idp.registry import SamlPlatform
from sso_bridge.login.respond.saml_idp.settings import NameIdKind
from sso_bridge.login.saml.names import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED
from sso_bridge.login.saml.xml import Element, sendable

FORMATS: Final[dict[NameIdKind, str]] = {
    "persistent": PERSISTENT,
    "email": EMAIL,
    "transient": TRANSIENT,
    "unspecified": UNSPECIFIED,
}
LONGEST: Final = 256
ANY: Final = frozenset({UNSPECIFIED, UNSPECIFIED.replace("SAML:1.1", "SAML:2.0")})
"""The second one is in no standard, but in many platforms."""


def wished(policy: Element | None, platform: SamlPlatform) -> str:
    """Return the format to use; raise NameNotPossible when the platform may not have what it asks for.

    The configured format always; besides it only formats that tell less: a pseudonym or a name for once.
    """
    configured = FORMATS[platform.settings.name_id]
    if policy is None:
        return configured
    if policy.get("SPNameQualifier") not in {None, "", platform.provider.entity_id}:
        raise NameNotPossible("the platform asks for names of another group of platforms")
    wish = policy.get("Format", UNSPECIFIED)
    if wish in ANY:
        return configured
    if wish not in {configured, PERSISTENT, TRANSIENT}:
        raise NameNotPossible(f"the platform asks for a NameID of format {wish[:100]!r}, configured is {configured!r}")
    return wish


def value_for(wish: str, released: Released) -> str:
    """Return the name in that format; raise NameNotPossible or ValueNotSendable. Never falls back to another one."""
    if wish == PERSISTENT:
        value: object = released.subject
    elif wish == TRANSIENT:
        value = "_" + secrets.token_hex(16)
    else:
        claim = "email" if wish == EMAIL else "preferred_username"
        value = released.claims.get(claim)
        if not value:
            raise NameNotPossible(f"the claim {claim!r} is empty or not released to this platform")
    if not isinstance(value, str) or value != value.strip() or not value:
        raise ValueNotSendable("the NameID is empty or has blanks around it")
    if len(value) > LONGEST or not sendable(value) or "\n" in value or "\t" in value:
        raise ValueNotSendable("the NameID has control characters or is too long")
    return value
