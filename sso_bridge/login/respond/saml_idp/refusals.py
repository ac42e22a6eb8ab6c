"""Refusals of this protocol, and which status tells a platform about a refusal (SAML core 3.2.2.2)."""

from __future__ import annotations

from typing import Final

from sso_bridge.errors import (
    AssuranceNotMet,
    BridgeError,
    LoginRequired,
    NotForYou,
    PersonInactive,
    SignInRefused,
    UnknownPerson,
)
from sso_bridge.login.asked import Asked
from sso_bridge.login.saml.names import (
    AUTHN_FAILED,
    INVALID_NAME_ID_POLICY,
    NO_AUTHN_CONTEXT,
    NO_PASSIVE,
    REQUEST_DENIED,
    REQUESTER,
    RESPONDER,
    UNKNOWN_PRINCIPAL,
)


class NameNotPossible(BridgeError):
    """The platform asked for a kind of NameID that it may not have, or the person has no such name."""

    code = "name_not_possible"
    status = 403
    sentence = "This platform asks for a name of you that we cannot give."


class SomebodyElse(BridgeError):
    """The platform named a person in its request, and another one is signed in (SAML core 3.4.1)."""

    code = "somebody_else"
    status = 403
    sentence = "The platform expected somebody else to sign in."


class ValueNotSendable(BridgeError):
    """A fact about the person cannot be written into an answer: control characters, or far too long."""

    code = "value_not_sendable"
    status = 403
    sentence = "Your data in the staff register has an error that keeps you from signing in here."


class Answerable(BridgeError):
    """The request is refused, but it is genuine and has a registered return address: `asked` can be answered."""

    def __init__(self, asked: Asked, why: BridgeError) -> None:
        self.asked, self.why = asked, why
        super().__init__(why.cause)


STATUSES: Final[dict[type[BridgeError], tuple[str, str]]] = {
    LoginRequired: (RESPONDER, NO_PASSIVE),
    AssuranceNotMet: (RESPONDER, NO_AUTHN_CONTEXT),
    NameNotPossible: (REQUESTER, INVALID_NAME_ID_POLICY),
    SomebodyElse: (RESPONDER, UNKNOWN_PRINCIPAL),
    NotForYou: (RESPONDER, REQUEST_DENIED),
    UnknownPerson: (RESPONDER, REQUEST_DENIED),
    PersonInactive: (RESPONDER, REQUEST_DENIED),
    SignInRefused: (RESPONDER, AUTHN_FAILED),
}
"""What may be told to a platform. Everything else is ours or the browser's trouble: a local page says so."""
