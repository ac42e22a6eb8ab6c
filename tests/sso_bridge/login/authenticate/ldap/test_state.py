"""What a directory's answer means."""

from __future__ import annotations

import pytest

from sso_bridge.login.authenticate.ldap.names import same_dn
from sso_bridge.login.authenticate.ldap.state import SUB_CODES, Bound, policy_error, refusal_of

AD = "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {}, v2580"
LOCKED, EXPIRED, MUST_CHANGE = (bytes.fromhex(f"30038101{code}") for code in ("01", "00", "02"))
WARNED = bytes.fromhex("3005a003800105")


@pytest.mark.parametrize("code", SUB_CODES)
def test_active_directory(code: str):
    """Each sub-code of Active Directory has a reason of its own for the audit (LD-07)."""
    assert SUB_CODES[code] == refusal_of(Bound(49, AD.format(code)))


@pytest.mark.parametrize(
    ("bound", "reason"),
    [
        (Bound(0), ""),
        (Bound(0, policy=WARNED), ""),
        (Bound(0, policy=MUST_CHANGE), "password_must_change"),
        (Bound(49), "wrong_password"),
        (Bound(49, AD.format("999")), "wrong_password"),
        (Bound(49, policy=LOCKED), "account_locked"),
        (Bound(49, policy=EXPIRED), "password_expired"),
        (Bound(53, "unwilling"), "account_refused"),
    ],
)
def test_reasons(bound: Bound, reason: str):
    """Result 0 without a policy error is a sign-in; nothing else is (LD-03, LD-07)."""
    assert reason == refusal_of(bound)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("308400000003810100", 0),
        ("30840000000ea0840000000580030151808101 02", 2),
        ("3081038101 01", 1),
        ("3003810102", 2),
    ],
)
def test_long_and_short_lengths(value: str, error: int):
    """389 Directory Server writes every length in five octets, others in one; both are read (LD-07)."""
    assert error == policy_error(bytes.fromhex(value))


@pytest.mark.parametrize(
    "value",
    [
        *(b"", b"0", b"0\x03\x81", b"\xff" * 9, b"0\x80\x81\x05", bytes(300)),
        *(b"0\x84\xff\xff\xff\xff\x81\x01\x00", b"0\x84\x00\x00", b"0\x88" + b"\x00" * 8),
    ],
)
def test_unreadable_control(value: bytes):
    """A control that is no BER says nothing, and does no harm."""
    assert -1 == policy_error(value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("uid=a,dc=x", "UID=a, DC=x", True),
        ("uid=a,dc=x", "uid=b,dc=x", False),
        ("uid=a\\,b,dc=x", "uid=a\\2cb,dc=x", True),
        ("uid=a,dc=x", "uid=a,dc=x,dc=y", False),
    ],
)
def test_same_dn(one: str, other: str, same: object):
    """Names are compared as distinguished names, not as prefixes (LD-03)."""
    assert same == same_dn(one, other)


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (53, "Account inactivated. Contact system administrator.", "account_disabled"),
        (19, "Exceed password retry limit. Contact system administrator to reset.", "account_locked"),
        (53, "something else", "account_refused"),
    ],
)
def test_words_of_389(code: int, message: str, reason: str):
    """389 Directory Server tells the state in words (LD-07)."""
    assert reason == refusal_of(Bound(code, message))
