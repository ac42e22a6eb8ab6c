"""Forged JWTs wherever we read one: the id_token_hint of an authorization request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.fakes.openid_bridge import ISSUER, OpenIdBridge, made

GOOD = {"iss": ISSUER, "sub": "ada-at-chat", "aud": "chat", "iat": 1, "exp": 4_000_000_000}
HEADER = {"alg": "RS256", "kid": "rsa-1", "typ": "JWT"}


def b64(data: bytes | dict) -> str:
    raw = json.dumps(data).encode() if isinstance(data, dict) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header=(), claims=(), key="rsa-1", algorithm="RS256") -> str:
    """Sign with PyJWT, which is not what the product uses."""
    private = (
        made(key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) if isinstance(key, str) else key
    )
    return jwt.encode(GOOD | dict(claims), private, algorithm=algorithm, headers=HEADER | dict(header))


def by_hmac(key: bytes, **header) -> str:
    """Sign with HMAC under some public thing."""
    text = f"{b64(HEADER | {'alg': 'HS256'} | header)}.{b64(GOOD)}"
    return f"{text}.{b64(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def unsigned(name: str) -> str:
    return f"{b64(HEADER | {'alg': name})}.{b64(GOOD)}."


def flipped(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def swapped(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{b64(GOOD | {'sub': 'boss'})}.{signature}"


def public(name: str = "rsa-1", form=PublicFormat.SubjectPublicKeyInfo, encoding=Encoding.PEM) -> bytes:
    return made(name).public_key().public_bytes(encoding, form)


def own_jwk(key) -> dict:
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))


ATTACKER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
EVIL = "http://127.0.0.1:9/keys"
FORGERIES = {
    "none": lambda: unsigned("none"),
    "nOnE": lambda: unsigned("nOnE"),
    "empty alg": lambda: unsigned(""),
    "none with signature": lambda: unsigned("none") + signed().rpartition(".")[2],
    "HS256 with the public PEM": lambda: by_hmac(public()),
    "HS256 with the public DER": lambda: by_hmac(public(encoding=Encoding.DER)),
    "HS256 with the PKCS1 PEM": lambda: by_hmac(public(form=PublicFormat.PKCS1)),
    "HS256 with the JWK": lambda: by_hmac(json.dumps(own_jwk(made("rsa-1"))).encode()),
    "HS256 with an empty key": lambda: by_hmac(b""),
    "HS256 with the client secret": lambda: by_hmac(b"the secret of wiki"),
    "attacker's key": lambda: signed(key=ATTACKER),
    "attacker's key in jwk": lambda: signed({"jwk": own_jwk(ATTACKER)}, key=ATTACKER),
    "attacker's key, no kid": lambda: jwt.encode(GOOD, ATTACKER, algorithm="RS256"),
    "jku": lambda: signed({"jku": EVIL, "kid": "evil"}, key=ATTACKER),
    "jku on a good token": lambda: signed({"jku": EVIL}),
    "x5u": lambda: signed({"x5u": EVIL}),
    "x5c": lambda: signed({"x5c": ["MIIB"]}),
    "unknown crit": lambda: signed({"crit": ["x"], "x": 1}),
    "b64 false": lambda: signed({"crit": ["b64"], "b64": False}),
    "kid path": lambda: by_hmac(b"", kid="../../../../dev/null"),
    "kid SQL": lambda: signed({"kid": "x' UNION SELECT 'a"}, key=ATTACKER),
    "kid list": lambda: f"{b64(HEADER | {'kid': ['rsa-1']})}.{b64(GOOD)}.{b64(b'x' * 256)}",
    "kid of the other kind": lambda: signed({"kid": "ec-1"}),
    "RS512": lambda: signed({"alg": "RS512"}, algorithm="RS512"),
    "PS256": lambda: signed({"alg": "PS256"}, algorithm="PS256"),
    "ES256 by another key": lambda: signed({"alg": "ES256", "kid": "ec-1"}, key=CURVE, algorithm="ES256"),
    "ES256 of zeros": lambda: f"{b64({'alg': 'ES256', 'kid': 'ec-1'})}.{b64(GOOD)}.{b64(bytes(64))}",
    "flipped signature": lambda: flipped(signed()),
    "stripped signature": lambda: signed().rpartition(".")[0] + ".",
    "two parts": lambda: signed().rpartition(".")[0],
    "swapped payload": lambda: swapped(signed()),
    "five parts": lambda: signed() + ".a.b",
    "oversize": lambda: signed(claims={"x": "a" * 20_000}),
    "deep header": lambda: f"{b64(b'[' * 4000)}.{b64(GOOD)}.{b64(b'x')}",
    "list as header": lambda: f"{b64(b'[1]')}.{b64(GOOD)}.{b64(b'x')}",
    "not base64": lambda: "!!.??.**",
    "other issuer": lambda: signed(claims={"iss": "https://other.test"}),
    "issuer with a slash": lambda: signed(claims={"iss": ISSUER + "/"}),
    "other audience": lambda: signed(claims={"aud": "wiki"}),
    "several audiences": lambda: signed(claims={"aud": ["chat", "wiki"]}),
    "no subject": lambda: _without("sub"),
    "logout token": lambda: signed(claims={"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
    "access token type": lambda: signed({"typ": "at+jwt"}),
}


def _without(claim: str) -> str:
    claims = {name: value for name, value in GOOD.items() if name != claim}
    return jwt.encode(claims, made("rsa-1"), algorithm="RS256", headers=HEADER)


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


def test_the_genuine_one(bridge):
    """The token all forgeries derive from is accepted, also long after its end (OIDC Core 3.1.2.1)."""
    assert "code" in bridge.back(id_token_hint=signed())
    assert "code" in bridge.back(id_token_hint=signed(claims={"exp": 1}))
    assert "code" in bridge.back(id_token_hint=signed({"alg": "ES256", "kid": "ec-2"}, key="ec-2", algorithm="ES256"))


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_forged(bridge, forge):
    """A forged, foreign or dressed-up token is refused within a second, and nobody is looked up by it (OP-14)."""
    token = forge()
    began = time.process_time()

    told = bridge.back(id_token_hint=token)

    assert "invalid_request" == told["error"]
    assert time.process_time() - began < 1
    assert [] == bridge.sign_in.asked


def test_hint_of_somebody_else(bridge):
    """A true hint that names another person than the one signed in gives no code (OP-14, OP-18)."""
    hint = signed(claims={"sub": "boss"})

    assert "login_required" == bridge.back(id_token_hint=hint, prompt="none")["error"]
    assert "login_required" == bridge.back(id_token_hint=hint)["error"]


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_forged_as_bearer_or_assertion(bridge, forge):
    """A JWT is no access token, no refresh token and no client assertion here (OP-11, OP-15)."""
    token = forge()

    assert bridge.userinfo(token).status_code in {400, 401}
    assert bridge.refresh(token).status_code in {400, 413}
    assert 400 == bridge.token(None, grant_type="authorization_code", client_assertion=token).status_code


def test_retired_key_still_reads_and_removed_key_does_not(bridge):
    """A hint signed by a key that left the ring is no hint of ours any more (IDP-08)."""
    hint = signed({"kid": "rsa-2"}, key="rsa-2")
    assert "code" in bridge.back(id_token_hint=hint)

    bridge.ring.names["oidc-rs256"].remove("rsa-2")

    assert "invalid_request" == bridge.back(id_token_hint=hint)["error"]
