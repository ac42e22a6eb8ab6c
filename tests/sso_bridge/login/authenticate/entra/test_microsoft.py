"""What msal is given, what it must not keep, and what comes of Entra's bad days."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.secrets import SecretMissing
from tests.fakes.entra import CLIENT, TENANT, EntraWorkplace, FakeEntra
from tests.fakes.workplaces import SECRET
from tests.lab.lying_op import JWT, rsa_key

TOKEN = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        yield net


@pytest.fixture
def entra(net, clock) -> FakeEntra:
    return FakeEntra(clock, net)


@pytest.fixture
def certificate(tmp_path) -> x509.Certificate:
    """A certificate over our key, written beside the settings."""
    key, name = rsa_key(5), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bridge")])
    start = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    (tmp_path / "bridge.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return signed


def pem() -> str:
    form = serialization.PrivateFormat.PKCS8
    return rsa_key(5).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def test_secret(entra):
    """The secret goes in the form to the token endpoint, with code and verifier."""
    EntraWorkplace(entra).sign_in()

    (form,) = entra.forms
    assert (SECRET, "code-1", "authorization_code") == (form["client_secret"], form["code"], form["grant_type"])
    challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert len(challenge) == 32
    assert "offline_access" not in form["scope"]


def test_certificate(entra, certificate, tmp_path):
    """With a certificate we sign an assertion instead, under its SHA-256 thumbprint, and send no secret."""
    settings = {"client_secret": "", "certificate": tmp_path / "bridge.pem", "private_key": "file:key.pem"}
    EntraWorkplace(entra, settings, {"secret": lambda _reference: pem()}).sign_in()

    (form,) = entra.forms
    head = jwt.get_unverified_header(form["client_assertion"])
    told = jwt.decode(form["client_assertion"], certificate.public_key(), ["PS256"], audience=TOKEN)
    assert (CLIENT, CLIENT) == (told["iss"], told["sub"])
    assert {"PS256", "JWT"} == {head["alg"], head["typ"]}
    assert "x5t#S256" in head
    assert "client_secret" not in form


def test_nothing_is_kept(entra):
    """msal keeps no token of the person, and the note of the way there none either (RP-05)."""
    workplace = EntraWorkplace(entra)
    away = workplace.begin()
    workplace.party.finish(workplace.back(), away.note)

    app = workplace.party._microsoft._app.now()
    assert {} == app.token_cache._cache
    assert not any(beginning in repr(away.note) for beginning in JWT)


@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_busy(entra, status):
    """Throttling and outages are told as such, and the next person is served as soon as Entra is back."""
    workplace = EntraWorkplace(entra)
    entra.token = lambda _form: (status, {"Retry-After": "120", "Content-Type": "text/html"}, "<html>busy</html>")
    with pytest.raises(WorkplaceDown, match=f"Entra at .* answered {status}"):
        workplace.sign_in()

    entra.token = None
    assert workplace.sign_in()


def test_page_instead_of_an_answer(entra):
    """A page of a proxy is no answer, and its text is written nowhere."""
    entra.token = lambda _form: (200, {"Content-Type": "text/html"}, "<html>secret</html>")

    with pytest.raises(WorkplaceDown, match="gave no JSON") as caught:
        EntraWorkplace(entra).sign_in()

    assert "secret" not in str(caught.value)


def test_cannot_be_reached(net, entra):
    """A line that is down is told by its kind."""
    workplace = EntraWorkplace(entra)
    workplace.begin()
    net.replace("POST", TOKEN, body=requests.ConnectTimeout("https://login/?code=secret"))

    with pytest.raises(WorkplaceDown, match=r"Entra at .* took too long"):
        workplace.sign_in()


ERRORS = {
    "invalid_client": (WorkplaceDown, "AADSTS7000215"),
    "unauthorized_client": (WorkplaceDown, "see client_id"),
    "temporarily_unavailable": (WorkplaceDown, "temporarily_unavailable"),
    "invalid_grant": (SignInRefused, "invalid_grant"),
    "interaction_required": (SignInRefused, "interaction_required"),
    "strange\r\nthing": (SignInRefused, "an error of its own"),
}


@pytest.mark.parametrize("error", ERRORS)
def test_refused(entra, error):
    """Entra's error decides whose fault it is; of its long text only the number is kept."""
    kind, words = ERRORS[error]
    told = {"error": error, "error_description": "AADSTS7000215: for ada@corp.example", "error_codes": [7000215]}
    entra.token = lambda _form: (400, {"Content-Type": "application/json"}, json.dumps(told))

    with pytest.raises(kind, match=words) as caught:
        EntraWorkplace(entra).sign_in()

    assert "ada" not in caught.value.cause


def test_answer_without_tokens(entra):
    """An answer without an ID token signs nobody in."""
    entra.token = lambda _form: (200, {"Content-Type": "application/json"}, '{"token_type": "Bearer"}')

    with pytest.raises(SignInRefused) as caught:
        EntraWorkplace(entra).sign_in()

    assert "id_token_missing" == caught.value.reason


def test_own_secret_missing(entra, tmp_path):
    """A secret or certificate of ours that is not there is told, and not by a guess."""

    def nothing(_reference: str) -> str:
        raise SecretMissing("env:X is not set")

    with pytest.raises(WorkplaceDown, match="env:X is not set"):
        EntraWorkplace(entra, given={"secret": nothing}).begin()
    settings = {"client_secret": "", "certificate": tmp_path / "no.pem", "private_key": "file:key.pem"}
    with pytest.raises(WorkplaceDown, match=r"no\.pem cannot be read"):
        EntraWorkplace(entra, settings).begin()
    (tmp_path / "no.pem").write_text("not a certificate")
    with pytest.raises(WorkplaceDown, match="credential is not usable"):
        EntraWorkplace(entra, settings, {"secret": lambda _reference: pem()}).begin()


def test_new_secret_is_used(entra, clock):
    """A replaced secret is used a quarter of an hour later, without a restart (CR-02)."""
    secrets = iter(["old", "new"])
    workplace = EntraWorkplace(entra, given={"secret": lambda _reference: next(secrets)})
    workplace.sign_in()
    clock.move(minutes=15)
    workplace.sign_in()

    assert ["old", "new"] == [form["client_secret"] for form in entra.forms]
