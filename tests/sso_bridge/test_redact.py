"""Secrets do not get written down."""

from __future__ import annotations

import pytest

from sso_bridge.redact import HIDDEN, is_secret_name, redact, scrub


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "bindPassword",
        "client_secret",
        "access_token",
        "Authorization",
        "Set-Cookie",
        "SAMLResponse",
        "code_verifier",
        "nonce",
        "assertion",
        "apikey",
        "api_key",
        "private_key",
        "platforms.chat.login.client_secret",
    ],
)
def test_hidden(name: str) -> None:
    """AD-12: what goes under a secret's name is hidden, however deep."""
    assert {"a": [{name: HIDDEN}]} == redact({"a": ({name: "hunter2"},)})


@pytest.mark.parametrize(
    "name",
    [
        "token_id",
        "person",
        "token_endpoint",
        "kid",
        "unit",
        "status",
        "key_id",
        "state",
        "code",
        "platforms.chat.login.token_auth_method",
        "platforms.chat.login.id_token_claims",
        "workplaces.office.assertion_audience",
        "groups.secretaries.members",
        "platforms.token-board.title",
    ],
)
def test_shown(name: str) -> None:
    """Names that only sound alike stay readable."""
    assert not is_secret_name(name)


def test_bytes_and_depth() -> None:
    """Bytes are never written down, and nesting has an end."""
    deep: list[object] = []
    deep.append(deep)

    assert HIDDEN == redact(b"x")
    assert HIDDEN in str(redact(deep))


@pytest.mark.parametrize(
    "text",
    [
        "got eyJhbGciOiJSUzI1NiJ9.hunter2hunter2.sig",
        "Authorization: Bearer hunter2hunter2",
        "token ssob_hunter2",
        "postgresql://u:hunter2@h/d",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        "GET /callback?code=hunter2&x=1",
        "GET /acs?a=b&SAMLResponse=hunter2",
    ],
)
def test_shapes(text: str) -> None:
    """AD-12: a token, key or password inside a sentence is hidden by its shape."""
    assert "hunter2" not in scrub(text)
    assert HIDDEN in scrub(text)


def test_sentence_stays() -> None:
    """An ordinary sentence is not touched."""
    assert "user 7 at https://a.example:8443/x?y=z" == scrub("user 7 at https://a.example:8443/x?y=z")
