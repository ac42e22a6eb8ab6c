"""Grants and tokens in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.clock import START
from tests.fakes.openid_bridge import OpenIdBridge

OFFLINE = "openid offline_access"


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


@pytest.mark.parametrize("what", ["session", "person"])
def test_revoke_all_of(bridge, what):
    """Everything of one session or one person can be ended in one statement, and stays ended (SE-04, SE-05)."""
    given, code = bridge.tokens(scope=OFFLINE), bridge.code()

    if what == "session":
        bridge.grants.revoke_session("s-1")
    else:
        bridge.grants.revoke_person(1)

    assert not bridge.alive(given["access_token"])
    assert "invalid_grant" == bridge.refresh(given["refresh_token"]).json["error"]
    assert "invalid_grant" == bridge.redeem(code).json["error"]


def test_others_are_left_alone(bridge):
    """Ending another session or person changes nothing here (SE-05)."""
    given = bridge.tokens()

    bridge.grants.revoke_session("s-2")
    bridge.grants.revoke_person(2)

    assert bridge.alive(given["access_token"])


def test_prune(bridge, store):
    """Grants that ended are forgotten with their tokens; living ones are not."""
    short, long = bridge.tokens(), bridge.tokens(scope=OFFLINE)

    assert 1 == bridge.grants.prune(START + timedelta(days=1))

    with store.reading() as rows:
        assert 2 == rows.exec_driver_sql("SELECT count(*) FROM openid_token").scalar_one()
    assert not bridge.alive(short["access_token"])
    assert bridge.alive(long["access_token"])


def test_refusal_keeps_its_mark(bridge, store):
    """A code that was refused is used up although the answer was an error (OP-06)."""
    code = bridge.code()

    bridge.redeem(code, redirect_uri="https://evil.test")

    with store.reading() as rows:
        (row,) = rows.exec_driver_sql("SELECT code_used_at, revoked_at FROM openid_grant").all()
    assert all(row)


def test_a_failed_refresh_keeps_nothing(bridge, store):
    """A refresh that breaks in the middle uses nothing up: the transaction is lost as a whole (OP-16)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    bridge.sign_in.released, kept = object(), bridge.sign_in.released

    assert 500 == bridge.refresh(token).status_code

    bridge.sign_in.released = kept
    assert 200 == bridge.refresh(token).status_code
