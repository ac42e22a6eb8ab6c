"""The validation of an answer on one page: gate, status, signature, the signed part, conditions, who it is.

Nothing of the message is believed before its step, and after `signed` nothing but signed bytes is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.authenticate.saml_sp import decryption, gate, status
from sso_bridge.login.authenticate.saml_sp.conditions import Expected, check_assertion, check_envelope
from sso_bridge.login.authenticate.saml_sp.evidence import signed_part
from sso_bridge.login.authenticate.saml_sp.gate import Message
from sso_bridge.login.authenticate.saml_sp.library import Library
from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.saml.names import saml
from sso_bridge.login.saml.xml import Element, parse_message


@dataclass(frozen=True, slots=True)
class Believed:
    """An assertion that passed every check. `until` is how long its `id` must be remembered (SP-21)."""

    assertion: Element
    id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Opener:
    """Our keys that open assertions, and whether the older ciphers are allowed here."""

    keys: Callable[[], Sequence[rsa.RSAPrivateKey]]
    legacy: bool = False


def validated(returned: Returned, expected: Expected, library: Library, opener: Opener) -> Believed:
    """Return the assertion of this answer; SignInRefused, or PageNeeded and AssuranceNotMet for these statuses."""
    message = gate.opened(returned)
    # Before the costly checks, and before an unknown key makes us ask the peer: is it an answer to us at all?
    check_envelope(message.root, expected, signed=False)
    if not status.is_success(message.root):
        raise status.refusal(message.root)
    if message.assertion is None:
        raise refused("assertions", "there is no assertion in the Response")
    assertion = _signed(message, message.assertion, expected, library, opener)
    until = check_assertion(assertion, expected)
    return Believed(assertion, assertion.get("ID", ""), until)


def _signed(message: Message, found: Element, expected: Expected, library: Library, opener: Opener) -> Element:
    """Return the assertion as it was signed: by itself, or as a part of the signed Response."""
    plain = _decrypted(message, found, library, opener) if message.encrypted else found
    signed = library.check(message, plain)
    around = signed_part(message.root) if "Response" in signed else message.root
    check_envelope(around, expected, signed="Response" in signed)
    if "Assertion" in signed:
        return signed_part(plain)
    return plain if message.encrypted else around.findall(saml("Assertion"))[0]


def _decrypted(message: Message, found: Element, library: Library, opener: Opener) -> Element:
    """Return the decrypted assertion as a document of its own, through the same parser and the same gate (SP-23)."""
    sealed = decryption.sealed(found)
    if sealed.legacy:
        if not opener.legacy:
            raise refused("encryption", "an old cipher that is not switched on: see allow_legacy_encryption")
        library.check_response(message)
    plain = decryption.decrypted(sealed, opener.keys())
    with refusing("malformed"):
        root = parse_message(plain)
    gate.check_assertion(root)
    return root
