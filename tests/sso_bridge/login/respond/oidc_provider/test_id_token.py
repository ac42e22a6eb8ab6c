"""ID tokens as an independent JOSE implementation (PyJWT) reads them."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from sso_bridge.login.respond.oidc_provider.jose import Jose
from sso_bridge.login.respond.oidc_provider.lifetimes import Lifetimes
from tests.fakes.clock import START
from tests.fakes.openid_bridge import ISSUER, WIKI, OpenIdBridge, Ring


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


def as_wiki(bridge, **given):
    form = {"client_id": "wiki", "client_secret": "the secret of wiki", "redirect_uri": WIKI}
    return bridge.redeem(bridge.code(client_id="wiki", redirect_uri=WIKI, **given), auth=None, **form).json


def verified(bridge, token, audience="chat"):
    """Verify with the published JWKS; the clock of the tests is not the machine's."""
    keys = jwt.PyJWKSet.from_json(bridge.web.get("/oidc/jwks").text)
    header = jwt.get_unverified_header(token)
    lenient = {"verify_exp": False, "verify_iat": False, "require": ["iss", "sub", "aud", "exp", "iat"]}
    claims = jwt.decode(
        token, keys[header["kid"]], algorithms=["RS256", "ES256"], audience=audience, issuer=ISSUER, options=lenient
    )
    return header, claims


def test_rs256(bridge):
    """The default ID token verifies with the published key, and says all it must (OP-13)."""
    given = bridge.tokens(nonce="n-0S6_WzA2Mj")

    header, claims = verified(bridge, given["id_token"])

    assert {"alg": "RS256", "kid": "rsa-1", "typ": "JWT"} == header
    assert ("ada-at-chat", "n-0S6_WzA2Mj") == (claims["sub"], claims["nonce"])
    assert int(START.timestamp()) == claims["auth_time"] == claims["iat"]
    assert 0 < claims["exp"] - claims["iat"] <= 600
    assert (["pwd"], "urn:corp:password") == (claims["amr"], claims["acr"])


def test_es256(bridge):
    """A client that chose ES256 gets it (OP-13)."""
    header, claims = verified(bridge, as_wiki(bridge)["id_token"], "wiki")

    assert ("ES256", "ec-1", "wiki") == (header["alg"], header["kid"], claims["aud"])


def test_no_time_is_made_up(bridge):
    """What the workplace does not tell, the ID token does not either: no auth_time (OP-13)."""
    bridge.sign_in.who = replace(bridge.sign_in.who, dated=False)
    _, claims = verified(bridge, bridge.tokens()["id_token"])

    assert "auth_time" not in claims


def test_at_hash(bridge):
    """at_hash is the left half of the access token's SHA-256 (OP-13, OIDC Core 3.1.3.6)."""
    given = bridge.tokens()

    half = hashlib.sha256(given["access_token"].encode()).digest()[:16]
    assert base64.urlsafe_b64encode(half).rstrip(b"=").decode() == verified(bridge, given["id_token"])[1]["at_hash"]


@pytest.mark.parametrize("nonce", ["a b+%20&=?#/\\\"'<>", "n" * 400, "ünï漢🜁"])
def test_nonce_is_exact(bridge, nonce):
    """The nonce comes back byte for byte (OP-08)."""
    assert nonce == verified(bridge, bridge.tokens(nonce=nonce)["id_token"])[1]["nonce"]


def test_no_nonce(bridge):
    """Without a nonce there is none (OIDC Core 3.1.3.3)."""
    assert "nonce" not in verified(bridge, bridge.tokens(nonce=None)["id_token"])[1]


def test_refreshed(bridge, clock):
    """A refreshed ID token tells of the same sign-in, at the same time, without nonce (OIDC Core 12.2)."""
    first = bridge.tokens(scope="openid offline_access")
    clock.move(minutes=30)
    _, old = verified(bridge, first["id_token"])
    _, new = verified(bridge, bridge.refresh(first["refresh_token"]).json["id_token"])

    same = ("iss", "sub", "aud", "auth_time", "sid", "acr")
    assert {name: old[name] for name in same} == {name: new[name] for name in same}
    assert new["iat"] - old["iat"] == 1800
    assert "nonce" not in new


def test_key_roll_over(bridge):
    """When the next key takes over, new tokens verify with it and old ones still verify (IDP-08, CR-02)."""
    old = bridge.tokens()["id_token"]
    bridge.ring.names["oidc-rs256"].reverse()

    new = bridge.tokens()["id_token"]

    assert ("rsa-1", "rsa-2") == (verified(bridge, old)[0]["kid"], verified(bridge, new)[0]["kid"])


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", "", "rs256"])
def test_no_other_algorithm(algorithm):
    """The signer knows two algorithms (OP-13)."""
    with pytest.raises(ValueError, match="no ID token"):
        Jose(Ring(), ISSUER).sign(algorithm, {"sub": "x"})


@pytest.mark.parametrize("name", ["code", "access", "id_token", "refresh_idle", "refresh"])
def test_lifetimes_have_limits(name):
    """Nobody configures a code, access token, ID token or family that lives too long (OP-06, OP-13, OP-15, OP-16)."""
    for wrong in (timedelta(days=31), timedelta(0), timedelta(seconds=-1)):
        with pytest.raises(ValueError, match=name):
            Lifetimes(**{name: wrong})


def test_claims_in_the_id_token_by_request(bridge):
    """The claims parameter puts released claims, and nothing unreleased, into the ID token (OIDC Core 5.5)."""
    asks = {"id_token": {"email": None, "salary": {"essential": True}, "iss": {"value": "x"}}}

    _, claims = verified(bridge, bridge.tokens(claims=json.dumps(asks), scope="openid")["id_token"])

    assert "ada@corp.test" == claims["email"]
    assert not {"salary", "groups", "name"} & set(claims)
