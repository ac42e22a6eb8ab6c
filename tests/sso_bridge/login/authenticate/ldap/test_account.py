"""What an entry says about its account, in three kinds of directories (LD-07)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sso_bridge.login.authenticate.ldap.account import Unreadable, refusal_in
from sso_bridge.login.authenticate.ldap.flavours import FLAVOURS
from sso_bridge.login.authenticate.ldap.wire import Entry

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)  # a Monday
FINE = {"userAccountControl": "512", "msDS-User-Account-Control-Computed": "0", "accountExpires": "0"}


def ticks(moment: datetime) -> str:
    """Return the time as Windows writes it."""
    return str(int((moment - datetime(1601, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 10)


def entry(**values: str | bytes) -> Entry:
    """Return somebody with these attributes."""
    raw = {name: value if isinstance(value, bytes) else value.encode() for name, value in values.items()}
    return Entry("cn=x", {name.lower(): (value,) for name, value in raw.items()})


def windows(**values: str | bytes) -> str:
    """Return the reason for an account of Active Directory."""
    return refusal_in(entry(**{**FINE, **values}), FLAVOURS["active_directory"], NOW)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, ""),
        ({"userAccountControl": "514"}, "account_disabled"),
        ({"userAccountControl": str(512 + 2 + 65536)}, "account_disabled"),
        ({"msDS-User-Account-Control-Computed": "16"}, "account_locked"),
        ({"lockoutTime": ticks(NOW - timedelta(days=3))}, ""),
        ({"accountExpires": ticks(NOW - timedelta(seconds=1))}, "account_expired"),
        ({"accountExpires": ticks(NOW + timedelta(seconds=1))}, ""),
        ({"accountExpires": str(2**63 - 1)}, ""),
        ({"accountExpires": str(2**63 - 2)}, ""),
        ({"msDS-User-Account-Control-Computed": str(0x800000), "pwdLastSet": "0"}, "password_must_change"),
        ({"msDS-User-Account-Control-Computed": str(0x800000), "pwdLastSet": "131"}, "password_expired"),
        ({"userAccountControl": "514", "msDS-User-Account-Control-Computed": "16"}, "account_disabled"),
        ({"logonHours": bytes(21)}, "not_at_this_hour"),
        ({"logonHours": b"\xff" * 21}, ""),
        ({"logonHours": b""}, ""),
        ({"logonHours": bytes([0, 0, 0, 0, 0b10]) + bytes(16)}, ""),
        ({"logonHours": bytes([0, 0, 0, 0, 0b101]) + bytes(16)}, "not_at_this_hour"),
    ],
)
def test_windows(values: dict[str, str | bytes], reason: str):
    """Bits, times and hours of Active Directory; a lock that has run out is none."""
    assert reason == windows(**values)


@pytest.mark.parametrize("name", ["userAccountControl", "msDS-User-Account-Control-Computed"])
@pytest.mark.parametrize("value", ["", "many"])
def test_what_cannot_be_read(name: str, value: str):
    """Nobody is let in because the service account may not read who is disabled (TM-02)."""
    with pytest.raises(Unreadable):
        windows(**{name: value})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, ""),
        ({"pwdAccountLockedTime": "000001010000Z"}, "account_locked"),
        ({"pwdAccountLockedTime": "20261102080000Z"}, "account_locked"),
        ({"pwdReset": "TRUE"}, "password_must_change"),
        ({"pwdReset": "FALSE"}, ""),
        ({"pwdEndTime": "20261102092959Z"}, "account_expired"),
        ({"pwdEndTime": "20261102093001.5Z"}, ""),
        ({"pwdEndTime": "some day"}, "account_expired"),
        ({"pwdStartTime": "20261102093001Z"}, "account_expired"),
        ({"shadowExpire": "20000"}, "account_expired"),
        ({"shadowExpire": "-1"}, ""),
        ({"shadowExpire": "99999999999999999999"}, ""),
    ],
)
@pytest.mark.parametrize("kind", ["rfc2307", "rfc2307bis"])
def test_openldap(kind: str, values: dict[str, str], reason: str):
    """The password policy of OpenLDAP and the dates of shadow accounts."""
    assert reason == refusal_in(entry(**values), FLAVOURS[kind], NOW)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, ""),
        ({"nsAccountLock": "TRUE"}, "account_disabled"),
        ({"nsAccountLock": "false"}, ""),
        ({"accountUnlockTime": "20261102093001Z"}, "account_locked"),
        ({"accountUnlockTime": "19700101000000Z"}, "account_locked"),
        ({"accountUnlockTime": "20261102092959Z"}, ""),
        ({"passwordExpirationTime": "20261102092959Z"}, "password_expired"),
        ({"passwordExpirationTime": "20261102093001Z"}, ""),
        ({"passwordExpirationTime": "19700101000000Z"}, "password_must_change"),
        ({"passwordExpirationTime": "19700101000001Z"}, ""),
        ({"pwdReset": "TRUE"}, "password_must_change"),
        ({"krbPrincipalExpiration": "20261102092959Z"}, "account_expired"),
    ],
)
def test_389ds(values: dict[str, str], reason: str):
    """The operational attributes of 389 Directory Server and FreeIPA."""
    assert reason == refusal_in(entry(**values), FLAVOURS["389ds"], NOW)
