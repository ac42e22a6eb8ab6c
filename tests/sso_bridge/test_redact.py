"""Secrets do not get written down."""

from __future__ import annotations

import pytest

from sso_bridge.redact import HIDDEN, is_secret_name, redact


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
    ],
)
def test_hidden(name: str) -> None:
    """AD-12: what goes under a secret's name is hidden, however deep."""
    assert {"a": [{name: HIDDEN}]} == redact({"a": ({name: "hunter2"},)})


@pytest.mark.parametrize(
    "name", ["token_id", "person", "token_endpoint", "kid", "unit", "status", "key_id", "state", "code"]
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
