"""What an entry itself says about its account, for sign-ins that no password of the directory is part of (LD-07).

A bind tells the state by its answer (`state.py`); a ticket or an assertion comes past the directory, and whoever was
locked out an hour ago would still walk in. Reasons are the same as those of a bind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sso_bridge.login.authenticate.ldap.flavours import Flavour
from sso_bridge.login.authenticate.ldap.wire import Entry

DISABLED = 0x2
LOCKED = 0x10
PASSWORD_EXPIRED = 0x800000
NEVER = {0, 2**63 - 1}
WEEK = 21
"""Octets of `logonHours`: one bit for each hour of a week that begins on Sunday at midnight, UTC."""

_WINDOWS = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


class Unreadable(Exception):
    """The service account may not read what tells the state; the text names the attribute."""


def refusal_in(entry: Entry, flavour: Flavour, now: datetime) -> str:
    """Return why this account may not be used now, empty when it may; Unreadable when nobody can know."""
    return _LOOKS[flavour.policy](entry, now)


def _windows(entry: Entry, now: datetime) -> str:
    control, computed = _number(entry, "userAccountControl"), _number(entry, "msDS-User-Account-Control-Computed")
    if control is None or computed is None:
        raise Unreadable("userAccountControl")
    expires = _number(entry, "accountExpires")
    hours = entry.first("logonHours")
    if control & DISABLED:
        return "account_disabled"
    if computed & LOCKED:
        return "account_locked"
    if expires is not None and expires not in NEVER and _windows_time(expires) <= now:
        return "account_expired"
    if computed & PASSWORD_EXPIRED:
        return "password_must_change" if _number(entry, "pwdLastSet") == 0 else "password_expired"
    return "" if len(hours) != WEEK or _hour_allowed(hours, now) else "not_at_this_hour"


def _hour_allowed(hours: bytes, now: datetime) -> bool:
    utc = now.astimezone(UTC)
    hour = utc.isoweekday() % 7 * 24 + utc.hour
    return bool(hours[hour // 8] >> hour % 8 & 1)


def _openldap(entry: Entry, now: datetime) -> str:
    # A lock that has run out stays written until the next right password: refusing then is the safe reading.
    if entry.text("pwdAccountLockedTime"):
        return "account_locked"
    start, end = _generalized(entry, "pwdStartTime"), _generalized(entry, "pwdEndTime")
    if (start is not None and now < start) or (end is not None and end <= now):
        return "account_expired"
    day = _number(entry, "shadowExpire")
    if day is not None and day >= 0 and _UNIX + timedelta(days=min(day, 2_000_000)) <= now:
        return "account_expired"
    return "password_must_change" if entry.text("pwdReset").upper() == "TRUE" else ""


def _netscape(entry: Entry, now: datetime) -> str:
    if entry.text("nsAccountLock").casefold() == "true":
        return "account_disabled"
    unlock, password = _generalized(entry, "accountUnlockTime"), _generalized(entry, "passwordExpirationTime")
    if unlock is not None and (unlock == _UNIX or now < unlock):
        return "account_locked"
    principal = _generalized(entry, "krbPrincipalExpiration")
    if principal is not None and principal <= now:
        return "account_expired"
    if password == _UNIX or entry.text("pwdReset").upper() == "TRUE":
        return "password_must_change"
    # Where passwords do not expire the directory writes the first second of 1970.
    return "password_expired" if password is not None and _UNIX + timedelta(days=1) < password <= now else ""


def _number(entry: Entry, attribute: str) -> int | None:
    text = entry.text(attribute)
    return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else None


def _windows_time(value: int) -> datetime:
    return _WINDOWS + timedelta(microseconds=min(value // 10, 2 * 10**17))


def _generalized(entry: Entry, attribute: str) -> datetime | None:
    """Return a GeneralizedTime (RFC 4517 3.3.13) as directories write it; one that cannot be read is long ago."""
    text = entry.text(attribute)
    if not text:
        return None
    read: Callable[[str, str], datetime] = datetime.strptime
    try:
        return read(text.partition(".")[0].removesuffix("Z"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return _UNIX


_LOOKS = {"windows": _windows, "389ds": _netscape, "openldap": _openldap}
