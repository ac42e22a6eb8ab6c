"""How we prove to the provider who we are."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import jwt
import pytest
import requests

from sso_bridge.errors import WorkplaceDown
from sso_bridge.outgoing import OutgoingRefused, open_session
from sso_bridge.secrets import SecretMissing
from tests.fakes.openid_workplace import OpenIdWorkplace
from tests.fakes.workplaces import OwnKeys
from tests.lab.lying_op import CLIENT, SECRET, LyingOp


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


def test_secret_with_signs(op):
    """A secret with signs of its own is form-encoded in the header, as the standard has it (RFC 6749 2.3.1)."""
    seen: list[str] = []
    honest = op.token
    op.token = lambda form, authorization: seen.append(authorization) or honest(form, authorization)

    OpenIdWorkplace(op).sign_in()

    assert f"{CLIENT}:s3cret%2Fwith%2Bsigns%3Aand+%25" == base64.b64decode(seen[0].split()[1]).decode()
    assert all("client_secret" not in form for form in op.sent)


def test_secret_in_the_body(op):
    """`client_secret_post` sends it in the form, and in no header."""
    OpenIdWorkplace(op, {"client_auth": "client_secret_post"}).sign_in()

    form = next(form for form in op.sent if "code" in form)
    assert (CLIENT, SECRET) == (form["client_id"], form["client_secret"])


@pytest.mark.parametrize(("audience", "path"), [("issuer", ""), ("token_endpoint", "/token")])
def test_own_key(op, clock, audience, path):
    """`private_key_jwt` signs a short assertion, new each time, for the issuer or the token endpoint (RFC 7523 3)."""
    keys = OwnKeys()
    workplace = OpenIdWorkplace(
        op, {"client_auth": "private_key_jwt", "client_secret": "", "assertion_audience": audience}, {"keys": keys}
    )
    workplace.sign_in()
    workplace.sign_in()

    forms = [form for form in op.sent if "code" in form]
    public = keys.signing("workplace").private_key.public_key()
    options = {"verify_exp": False, "verify_iat": False}
    told = [
        jwt.decode(form["client_assertion"], public, ["RS256"], audience=op.issuer + path, options=options)
        for form in forms
    ]
    assert "ours-1" == jwt.get_unverified_header(forms[0]["client_assertion"])["kid"]
    assert (CLIENT, CLIENT, 60) == (told[0]["iss"], told[0]["sub"], told[0]["exp"] - told[0]["iat"])
    assert int(clock().timestamp()) == told[0]["iat"]
    assert told[0]["jti"] != told[1]["jti"]
    assert "client_secret" not in forms[0]


def test_secret_missing(op):
    """A reference that leads nowhere is told as what it is, and nobody is asked."""

    def nothing(_reference: str) -> str:
        raise SecretMissing("env:X is not set")

    with pytest.raises(WorkplaceDown, match="our own secret is missing: env:X is not set"):
        OpenIdWorkplace(op, given={"secret": nothing}).sign_in()

    assert 0 == op.counts["/token"]


def test_wrong_secret(op):
    """A secret the provider does not know is our fault, not the person's."""
    with pytest.raises(WorkplaceDown, match="invalid_client"):
        OpenIdWorkplace(op, given={"secret": lambda _reference: "old"}).sign_in()


class Line:
    """The session for outgoing calls, whose line to the token endpoint is bad."""

    def __init__(self, error: Exception) -> None:
        self.session, self.error = open_session(["127.0.0.0/8"]), error

    def get(self, url: str, **given: object) -> requests.Response:
        return self.session.get(url, **given)

    def post(self, url: str, **given: object) -> requests.Response:
        raise self.error


BAD_LINES = {
    "took too long": requests.ReadTimeout("https://op/token?code=secret-code"),
    "certificate is not trusted": requests.exceptions.SSLError("secret-code"),
    "cannot be reached": requests.ConnectionError("secret-code"),
    "too slow": OutgoingRefused("the answer is too slow"),
}


@pytest.mark.parametrize("words", BAD_LINES)
def test_bad_line(op, words):
    """A time-out, a wrong certificate and a dead line are told apart, without what was on the line (TM-02, AD-12)."""
    with pytest.raises(WorkplaceDown, match=words) as caught:
        OpenIdWorkplace(op, given={"outgoing": Line(BAD_LINES[words])}).sign_in()

    assert "secret-code" not in caught.value.cause


def test_code_and_verifier_go_once(op):
    """The code is traded with its verifier and address by POST, and shown nowhere else."""
    workplace = OpenIdWorkplace(op)
    away = workplace.begin()
    workplace.party.finish(workplace.visit(away), away.note)

    (form,) = [form for form in op.sent if "code" in form]
    assert {"grant_type", "code", "redirect_uri", "code_verifier"} == form.keys()
    assert away.note["verifier"] == form["code_verifier"]
