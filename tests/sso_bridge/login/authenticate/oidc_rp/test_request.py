"""What a platform's wish becomes on the way to the provider."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.fakes.openid_workplace import CALLBACK, OpenIdWorkplace, asked
from tests.lab.lying_op import CLIENT, LyingOp


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


def test_plain(op):
    """Without wishes only what the code flow needs is asked."""
    given = asked(OpenIdWorkplace(op).begin("h-7"))

    assert {"state", "nonce", "code_challenge"} < given.keys()
    for name in ("state", "nonce", "code_challenge"):
        given.pop(name)
    assert {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "code_challenge_method": "S256",
    } == given


def test_wishes(op):
    """Age, strength, hint and languages are passed up as they are."""
    given = asked(
        OpenIdWorkplace(op).begin(max_age=0, acr_values=("gold", "silver"), login_hint="ada", ui_locales=("nl", "en"))
    )

    assert ("0", "gold silver", "ada", "nl en") == tuple(
        given[name] for name in ("max_age", "acr_values", "login_hint", "ui_locales")
    )
    assert "prompt" not in given


def test_force(op):
    """A forced sign-in asks for a prompt, and for the time of the sign-in, so that it can be checked (OP-18)."""
    given = asked(OpenIdWorkplace(op).begin(force=True))

    assert ("login", "0") == (given["prompt"], given["max_age"])


def test_configured(op):
    """The workplace's own `acr_values` are asked unless the platform wants others; so is its way back."""
    workplace = OpenIdWorkplace(op, {"acr_values": ("mfa",), "response_mode": "form_post", "scopes": ("openid",)})

    given, other = asked(workplace.begin()), asked(workplace.begin(acr_values=("gold",)))

    assert ("mfa", "gold", "form_post", "openid") == (
        given["acr_values"],
        other["acr_values"],
        given["response_mode"],
        given["scope"],
    )


def test_asks_when_it_was(op):
    """Where the provider takes wishes about claims, the time of the sign-in is asked for."""
    honest = op.metadata
    op.metadata = lambda: honest() | {"claims_parameter_supported": True}

    given = asked(OpenIdWorkplace(op).begin())

    assert '{"id_token":{"auth_time":{"essential":true}}}' == given["claims"]


def test_address_with_a_query(op):
    """An authorization endpoint may have a query of its own."""
    honest = op.metadata
    op.metadata = lambda: honest() | {"authorization_endpoint": f"{op.issuer}/authorize?tenant=a"}

    query = urlsplit(OpenIdWorkplace(op).begin().answer.url).query

    assert query.startswith("tenant=a&")


@pytest.mark.parametrize("handle", ["h" * 80, "a b+c/d=&?#%", "ü"])
def test_handle_comes_back(op, handle):
    """The handle comes back byte for byte."""
    workplace = OpenIdWorkplace(op)

    assert handle == workplace.party.handle_of(workplace.visit(workplace.begin(handle)))
