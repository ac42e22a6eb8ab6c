"""What a directory's answer to a bind means: the audit gets the exact reason, people one sentence (LD-07).

Active Directory hides it in the message (`data 533`), OpenLDAP in the password policy control (draft-behera-ldap-
password-policy 6.2). A bind that succeeds for an account that must change its password first is no sign-in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # noqa: S105  the name of a control

INVALID_CREDENTIALS = 49
ACCOUNT_RESULTS = frozenset({19, 49, 50, 53})
"""Results that speak of this account: constraint violation, invalid credentials, no rights, unwilling to perform."""

SUB_CODES = {
    "525": "unknown_user",
    "52e": "wrong_password",
    "530": "not_at_this_hour",
    "531": "not_at_this_workstation",
    "532": "password_expired",
    "533": "account_disabled",
    "701": "account_expired",
    "773": "password_must_change",
    "775": "account_locked",
}
SAID = (("inactivated", "account_disabled"), ("retry limit", "account_locked"))
"""389 Directory Server says in words what others say in numbers."""

POLICY_ERRORS = {0: "password_expired", 1: "account_locked", 2: "password_must_change"}

SEQUENCE, ERROR, LONG_FORM = 0x30, 0x81, 0x80
_DATA = re.compile(r"\bdata ([0-9a-f]{3})\b")


@dataclass(frozen=True, slots=True)
class Bound:
    """The answer to a bind as a person; `who` is what "Who am I?" said afterwards, empty when it is not offered."""

    code: int
    message: str = ""
    policy: bytes = b""
    who: str = ""


def refusal_of(bound: Bound) -> str:
    """Return why the bind is no sign-in; empty when it is one."""
    policy = POLICY_ERRORS.get(policy_error(bound.policy), "")
    if bound.code == 0:
        return policy
    if bound.code != INVALID_CREDENTIALS:
        said = bound.message.casefold()
        return next((reason for words, reason in SAID if words in said), "") or policy or "account_refused"
    found = _DATA.search(bound.message)
    return policy or SUB_CODES.get(found[1] if found else "", "wrong_password")


def policy_error(value: bytes) -> int:
    """Return the error of a password policy response, -1 when it has none or cannot be read.

    PasswordPolicyResponseValue ::= SEQUENCE { warning [0] CHOICE OPTIONAL, error [1] ENUMERATED OPTIONAL }
    """
    tag, inner, _ = _element(value)
    while tag == SEQUENCE and inner:
        part, said, inner = _element(inner)
        if part == ERROR and len(said) == 1:
            return said[0]
    return -1


def _element(value: bytes) -> tuple[int, bytes, bytes]:
    """Return tag, contents and what follows (X.690 8.1); nothing of it when it is cut short.

    Lengths come in the short and in the long form: 389 Directory Server writes four octets for the smallest number.
    """
    size, start = (value[1], 2) if len(value) > 1 else (0, len(value) + 1)
    if size > LONG_FORM:
        start += size - LONG_FORM
        size = int.from_bytes(value[2:start])
    if size == LONG_FORM or start + size > len(value):
        return -1, b"", b""
    return value[0], value[start : start + size], value[start + size :]
