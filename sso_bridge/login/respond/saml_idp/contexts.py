"""Which sign-ins satisfy a RequestedAuthnContext (SAML core 3.3.2.2.1)."""

from __future__ import annotations

from typing import Final

from sso_bridge.errors import AssuranceNotMet, BadRequest
from sso_bridge.login.saml.names import CLASSES

RANKS: Final = {
    CLASSES + "unspecified": 0,
    CLASSES + "Password": 1,
    CLASSES + "PasswordProtectedTransport": 2,
    CLASSES + "Kerberos": 3,
    CLASSES + "X509": 4,
    CLASSES + "TLSClient": 4,
    CLASSES + "TimeSyncToken": 5,
    "https://refeds.org/profile/mfa": 5,
    "http://schemas.microsoft.com/claims/multipleauthn": 5,
    CLASSES + "Smartcard": 5,
    CLASSES + "SmartcardPKI": 6,
}
"""Weak to strong; only classes that a workplace can truthfully state."""

COMPARISONS: Final = frozenset({"exact", "minimum", "maximum", "better"})


def acceptable(requested: tuple[str, ...], comparison: str) -> tuple[str, ...]:
    """Return every class that would do, preferred first; raise AssuranceNotMet when none can.

    A class we do not know has no rank: it satisfies itself (except under `better`) and nothing else does.
    """
    if comparison not in COMPARISONS:
        raise BadRequest("an unknown comparison")
    ranks = [RANKS[one] for one in requested if one in RANKS]
    if comparison == "exact":
        return requested
    if comparison == "better":
        fitting = [one for one, rank in RANKS.items() if len(ranks) == len(requested) and rank > max(ranks)]
    elif comparison == "minimum":
        fitting = [one for one, rank in RANKS.items() if ranks and rank >= min(ranks)]
    else:
        fitting = [one for one, rank in RANKS.items() if ranks and rank <= max(ranks)]
    known = requested if comparison != "better" else ()
    chosen = tuple(dict.fromkeys((*known, *fitting)))
    if not chosen:
        raise AssuranceNotMet("no sign-in can be better than what was asked")
    return chosen
