"""A new password instead of an expired one, where the directory lets people choose it themselves.

Whoever changes it proves the old one to the directory, which counts wrong ones as it does at a sign-in. In a Windows
domain that is one change of `unicodePwd` which names both (MS-ADTS 3.1.1.3.1.5.1): the only way in for people who may
not bind before they have changed it. Elsewhere people bind and ask (RFC 3062), which a password that has fully expired
does not allow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sso_bridge.errors import NewPasswordRefused, SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.ldap.account import Unreadable, refusal_in
from sso_bridge.login.authenticate.ldap.people import People
from sso_bridge.login.authenticate.ldap.servers import Unreachable
from sso_bridge.login.authenticate.ldap.state import ACCOUNT_RESULTS, Bound, policy_error, refusal_of
from sso_bridge.login.authenticate.ldap.wire import NO_SUCH_OBJECT, SUCCESS, Entry

LONGEST = 256
MAY_CHANGE = frozenset({"", "password_expired", "password_must_change"})
"""States in which a person may still choose a new password; in the others an administrator has to act."""

WINDOWS_ERRORS = {
    "00000056": "wrong_password",
    "00000533": "account_disabled",
    "00000775": "account_locked",
    "00000701": "account_expired",
}
RULES_BROKEN = frozenset({"0000052d"})
NOT_ALLOWED = "may_not_change_password"
POLICY_RULES = {5: "too simple", 6: "too short", 7: "changed too recently", 8: "used before", 9: "too long"}
"""Errors of a password policy response that speak of the new password (draft-behera-ldap-password-policy 6.2)."""

_ERROR = re.compile(r"^\s*([0-9A-Fa-f]{8})\b")


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it: `reason` as of a refused sign-in, or why the new password will not do; both empty: changed."""

    reason: str = ""
    refused: NewPasswordRefused | None = None


def refuse_unusable(username: str, old: str, new: str) -> None:
    """Refuse what no directory may be asked; SignInRefused or NewPasswordRefused."""
    if not old.strip() or "\x00" in old or not username.strip():
        raise SignInRefused("empty_password")
    if not new.strip() or len(new) > LONGEST or not new.isprintable():
        raise NewPasswordRefused("it is empty, too long, or holds a character that no keyboard has")
    if new == old:
        raise NewPasswordRefused("it is the old one")


def change(people: People, entry: Entry | None, account: str, old: str, new: str, now: datetime) -> Changed:
    """Ask the directory to change the password of `account`; WorkplaceDown.

    `account` is somebody who does not exist when there is no `entry`: an unknown name costs the same steps (LD-09).
    """
    try:
        if people.flavour.windows:
            return _in_windows(people, entry, account, old, new, now)
        bound, answer = people.wire.change_own_password(account, old, new)
    except Unreachable as why:
        raise WorkplaceDown(str(why)) from None
    if bound.code != SUCCESS:
        if bound.code not in ACCOUNT_RESULTS:
            raise WorkplaceDown(f"the directory answered the bind with result {bound.code}")
        return Changed(refusal_of(bound))
    return _told(answer)


def _in_windows(people: People, entry: Entry | None, account: str, old: str, new: str, now: datetime) -> Changed:
    state = people.wire.read(account, people.flavour.state) if entry is not None else None
    try:
        reason = refusal_in(state, people.flavour, now) if state is not None else "unknown_user"
    except Unreadable as what:
        raise WorkplaceDown(f"the service account cannot read {what}, which tells who is disabled") from None
    if reason not in MAY_CHANGE:
        return Changed(reason)
    return _told(people.wire.replace_unicode_password(account, old, new))


def _told(answer: Bound) -> Changed:
    if answer.code == SUCCESS:
        return Changed()
    found = _ERROR.match(answer.message)
    number = found[1].casefold() if found else ""
    if number in WINDOWS_ERRORS:
        return Changed(WINDOWS_ERRORS[number])
    rule = POLICY_RULES.get(policy_error(answer.policy), "")
    if rule or number in RULES_BROKEN or answer.code == 19:  # noqa: PLR2004  constraintViolation
        return Changed(refused=NewPasswordRefused(rule or "it does not follow the rules of the directory"))
    if answer.code == NO_SUCH_OBJECT:
        return Changed("unknown_user")
    return Changed(NOT_ALLOWED)
