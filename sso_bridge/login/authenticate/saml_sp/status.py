"""What the identity provider says instead of an assertion (SAML core 3.2.2.2)."""

from __future__ import annotations

from typing import Final

from sso_bridge.errors import AssuranceNotMet, BridgeError, PageNeeded
from sso_bridge.login.authenticate.saml_sp.refusals import refused
from sso_bridge.login.saml.names import NO_AUTHN_CONTEXT, NO_PASSIVE, STATUS, SUCCESS, samlp
from sso_bridge.login.saml.xml import Element

LONGEST: Final = 200
HINTS: Final = {
    "InvalidNameIDPolicy": "it cannot give the NameID we ask for: see name_id_format and its claim rules",
    "RequestDenied": "it does not let this person use us: see who is assigned there",
    "UnknownPrincipal": "it does not know the person",
    "AuthnFailed": "the person could not sign in there",
    "UnsupportedBinding": "it does not answer by POST",
    "RequestUnsupported": "it does not take the request: see request_binding",
    "VersionMismatch": "it takes us for another version of SAML",
    "Requester": "it finds our request wrong: is our metadata up to date there?",
    "Responder": "it failed by itself: see its log",
}


def codes(root: Element) -> tuple[str, ...]:
    """Return the status codes of a response, outer first; SignInRefused when there is not exactly one Status."""
    found = root.findall(samlp("Status"))
    first = found[0].findall(samlp("StatusCode")) if len(found) == 1 else []
    if len(first) != 1:
        raise refused("malformed", "not exactly one Status with a code")
    second = first[0].findall(samlp("StatusCode"))
    if len(second) > 1:
        raise refused("malformed", "more than one second status code")
    return tuple(node.get("Value", "") for node in (*first, *second))


def is_success(root: Element) -> bool:
    """Return whether the top level, and nothing below it, says Success (SP-13)."""
    return codes(root)[0] == SUCCESS


def refusal(root: Element) -> BridgeError:
    """Return what this status means for the sign-in; a message inside is the peer's text and goes nowhere."""
    found = codes(root)
    if NO_PASSIVE in found:
        return PageNeeded("the identity provider would have to show a page")
    if NO_AUTHN_CONTEXT in found:
        return AssuranceNotMet("the identity provider cannot sign people in as strongly as was asked")
    names = [one.removeprefix(STATUS)[:LONGEST] for one in found]
    hint = next((HINTS[name] for name in reversed(names) if name in HINTS), "")
    return refused("status", f"the identity provider answered {' / '.join(names)}{': ' if hint else ''}{hint}")
