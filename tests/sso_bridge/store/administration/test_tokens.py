"""API tokens in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from sso_bridge.admin.tokens import TokenRefused
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.tokens import api_token
from tests.fakes.clock import FakeClock


@pytest.fixture
def tokens(store: Store, clock: FakeClock) -> Tokens:
    """No tokens yet."""
    return Tokens(store, clock)


def test_shown_once(tokens: Tokens, store: Store) -> None:
    """AD-05: a token has 256 random bits and a prefix, and the database holds only its SHA-256."""
    kept, text = tokens.create("ci", "operator", scopes=["hr", "admin"], created_by="cli")

    assert text.startswith("ssob_")
    assert 43 == len(text.removeprefix(f"ssob_{kept.id}_"))
    with store.reading() as connection:
        assert text.removeprefix(f"ssob_{kept.id}_") not in str(connection.execute(select(api_token)).one())
    assert ("operator", ("admin", "hr")) == (kept.role, kept.scopes)
    assert [kept] == tokens.all()
    assert kept == tokens.by_id(kept.id)


def test_use_is_noted(tokens: Tokens, clock: FakeClock) -> None:
    """AD-05: the last use is shown, to the minute."""
    kept, text = tokens.create("ci", "viewer", created_by="cli")
    assert tokens.check(text) == kept
    first = clock.now

    clock.move(seconds=59)
    tokens.check(text)
    assert first == tokens.all()[0].last_used_at

    clock.move(seconds=1)
    tokens.check(text)
    assert clock.now == tokens.all()[0].last_used_at


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.upper(), lambda t: " " + t])
def test_wrong_text(tokens: Tokens, change) -> None:
    """A token that differs in any character opens nothing."""
    _, text = tokens.create("ci", "viewer", created_by="cli")

    assert tokens.check(change(text)) is None


@pytest.mark.parametrize("text", ["", "ssob_", "ssob_0000000000000000_" + "A" * 43, "é" * 50, "\x00", "x" * 100_000])
def test_nonsense(tokens: Tokens, text: str) -> None:
    """Nonsense is no token, whatever its length or alphabet."""
    assert tokens.check(text) is None


def test_id_of_another(tokens: Tokens) -> None:
    """The secret part of one token with the id of another opens nothing."""
    (one, first), (two, _) = (tokens.create(name, "viewer", created_by="cli") for name in "ab")

    assert tokens.check(first.replace(one.id, two.id)) is None


def test_expires_and_is_revoked(tokens: Tokens, clock: FakeClock) -> None:
    """AD-05: a token ends at its date, and at once when revoked."""
    kept, text = tokens.create("a", "owner", lifetime=timedelta(days=1), created_by="cli")
    other, other_text = tokens.create("b", "owner", created_by="cli")

    assert tokens.revoke(other.id)
    assert not tokens.revoke(other.id)
    assert not tokens.revoke("unknown")
    assert tokens.check(other_text) is None
    clock.move(days=1)
    assert tokens.check(text) is None
    assert not kept.is_good(clock.now)


def test_no_broader_tokens(tokens: Tokens) -> None:
    """AD-04, AD-05: a token cannot make one with a stronger role or a scope it has not; an equal one it can."""
    maker, _ = tokens.create("maker", "operator", scopes=["admin"], created_by="cli")

    tokens.create("equal", "operator", scopes=["admin"], created_by=f"token:{maker.id}", by=maker)
    for role, scopes in (("owner", ["admin"]), ("viewer", ["hr"]), ("operator", ["admin", "scim"])):
        with pytest.raises(TokenRefused, match="more than itself"):
            tokens.create("broader", role, scopes=scopes, created_by="x", by=maker)


def test_bound_to_a_source(tokens: Tokens) -> None:
    """AD-04, AD-05: a token for SCIM knows its one HR source, and makes none for another or for all."""
    bound, text = tokens.create("okta", "operator", scopes=["scim"], created_by="cli", source="okta")

    assert "okta" == tokens.check(text).source == tokens.by_id(bound.id).source
    tokens.create("same", "operator", scopes=["scim"], created_by="x", by=bound, source="okta")
    for source in ("entra", ""):
        with pytest.raises(TokenRefused, match="makes none for others"):
            tokens.create("other", "viewer", scopes=["scim"], created_by="x", by=bound, source=source)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "root"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"lifetime": timedelta(days=366)},
        {"lifetime": timedelta(0)},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"source": "okta"},
        {"source": "okta", "scopes": ["admin", "scim"]},
    ],
)
def test_refused(tokens: Tokens, wrong: dict) -> None:
    """AD-05: an unknown role or scope, an endless life or a name that is none is refused."""
    with pytest.raises(TokenRefused):
        tokens.create(**{"name": "a", "role": "viewer", "created_by": "cli"} | wrong)
