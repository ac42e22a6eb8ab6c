"""What userinfo tells, and to whom."""

from __future__ import annotations

import pytest

from sso_bridge.login.asked import Released
from tests.fakes.openid_bridge import OpenIdBridge


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email"}),
        ("openid groups", {"groups"}),
        ("openid profile", {"name", "title", "groups"}),
        ("openid profile email", {"name", "title", "groups", "email"}),
        ("openid address phone", set()),
    ],
)
def test_claims_by_scope(bridge, scope, names):
    """A scope shows its claims, as far as the platform's release list has them, and `groups` is one of them (OP-12)."""
    told = bridge.userinfo(bridge.tokens(scope=scope)["access_token"]).json

    assert {"sub", *names} == set(told)
    assert "ada-at-chat" == told["sub"]


def test_groups_are_a_list(bridge):
    """Group names travel as a JSON list."""
    assert ["all", "sales"] == bridge.userinfo(bridge.tokens(scope="openid groups")["access_token"]).json["groups"]


def test_claims_by_name(bridge):
    """The claims parameter shows a released claim without its scope (OIDC Core 5.5)."""
    tokens = bridge.tokens(scope="openid", claims='{"userinfo":{"email":{"essential":true},"phone_number":null}}')

    assert {"sub", "email"} == set(bridge.userinfo(tokens["access_token"]).json)


def test_mapping_cannot_state_who_signs_in(bridge):
    """A mapped claim named like one of the protocol's is not sent (OP-13)."""
    bridge.sign_in.released = Released("ada-at-chat", {"sub": "boss", "iss": "x", "aud": "x", "exp": 1, "name": "Ada"})

    told = bridge.userinfo(bridge.tokens()["access_token"]).json

    assert {"sub": "ada-at-chat", "name": "Ada"} == told


def test_answers_are_not_kept_by_anybody(bridge):
    """Token and userinfo answers are JSON, with their length, and not to be stored (OP-21)."""
    token = bridge.redeem(bridge.code())
    info = bridge.userinfo(token.json["access_token"])

    for answer in (token, info):
        assert "no-store" == answer.headers["Cache-Control"]
        assert "application/json" == answer.content_type
        assert answer.headers["Content-Length"]


def test_something_breaks_inside(bridge):
    """A failure of ours is a JSON server_error without a word about it (OP-21)."""
    tokens = bridge.tokens()
    bridge.ring.names.clear()

    answer = bridge.redeem(bridge.code())

    assert (500, {"error": "server_error"}) == (answer.status_code, answer.json)
    assert tokens
