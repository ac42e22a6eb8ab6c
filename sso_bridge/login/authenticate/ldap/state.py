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
        return policy or next((reason for words, reason in SAID if words in said), "account_refused")
    found = _DATA.search(bound.message)
    return policy or SUB_CODES.get(found[1] if found else "", "wrong_password")


def policy_error(value: bytes) -> int:
    """Return the error of a password policy response, -1 when it has none or cannot be read.

    PasswordPolicyResponseValue ::= SEQUENCE { warning [0] CHOICE OPTIONAL, error [1] ENUMERATED OPTIONAL }
    """
    if len(value) < 2 or value[0] != 0x30:  # noqa: PLR2004  a tag and a length
        return -1
    rest = value[2:]
    while len(rest) > 2:  # noqa: PLR2004
        tag, size = rest[0], rest[1]
        if tag == 0x81 and size == 1:  # noqa: PLR2004  [1] of one octet
            return rest[2]
        rest = rest[2 + size :]
    return -1
