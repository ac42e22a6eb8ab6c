"""The keys of a provider change while people sign in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.oidc_rp.jose import read_keys
from tests.fakes.openid_workplace import OpenIdWorkplace
from tests.lab.lies import Said
from tests.lab.lying_op import LyingOp, jwk_of, rsa_key


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


@pytest.fixture
def workplace(op) -> OpenIdWorkplace:
    return OpenIdWorkplace(op)


def test_new_key(workplace, op):
    """A key that was never seen is looked for once, and known from then on (IDP-08)."""
    workplace.sign_in()
    op.rotate()
    workplace.sign_in()
    workplace.sign_in()

    assert 2 == op.counts["/jwks"]


def test_key_changes_on_the_way(workplace, op):
    """The provider changes its key between our request and our question for the token, and again before it answers."""
    workplace.sign_in()
    away = workplace.begin()
    back = workplace.visit(away)
    op.rotate()

    assert workplace.party.finish(back, away.note).subject.value == "ada-0001"


def test_signed_just_before_the_change(workplace, op, clock):
    """A token signed with the old key is accepted when the old key has left the document meanwhile."""
    workplace.sign_in()
    clock.move(minutes=8)
    honest = op.signed

    def signed_then_rotated(claims, **header):
        op.signed, made = honest, honest(claims, **header)
        op.rotate()
        clock.move(minutes=3)
        workplace.sign_in()  # by somebody else, under the new key
        return made

    op.signed = signed_then_rotated

    assert workplace.sign_in().subject.value == "ada-0001"


def test_old_key_long_after(workplace, op, clock):
    """What is signed later with a key that was given up is refused, and after a while the key is forgotten."""
    workplace.sign_in()
    old = op.current
    op.rotate()
    workplace.sign_in()
    clock.move(minutes=2)
    op.current = old
    op.keys = {old: rsa_key(0)}
    document = {"keys": [jwk_of(rsa_key(1), "key-1")]}
    op.jwks = lambda: document

    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in()

    assert "id_token_key" == caught.value.reason


def test_every_sign_in_another_key(workplace, op, clock):
    """A new key every second, for a minute: every sign-in succeeds (IDP-08)."""
    for _ in range(60):
        clock.move(seconds=1)
        op.rotate()
        assert workplace.sign_in()

    assert op.counts["/jwks"] <= 61


def test_same_name_new_key(workplace, op):
    """A provider that gives its new key the old one's name is understood as well."""
    workplace.sign_in()
    op.keys = {"key-0": rsa_key(1)}

    assert workplace.sign_in()


def test_one_look_for_all_threads(workplace, op):
    """Eight sign-ins at the moment of a change look for the new key once."""
    workplace.sign_in()
    op.rotate()
    with ThreadPoolExecutor(8) as threads:
        logins = list(threads.map(lambda number: workplace.sign_in(login_hint=str(number)), range(8)))

    assert 8 == len(logins)
    assert 2 == op.counts["/jwks"]


def test_document_gone(workplace, op, clock):
    """Keys that are known work on while the document cannot be had or is empty; a new one cannot be known (TM-02)."""
    workplace.sign_in()
    for lie in ("keys 404", "no keys", "keys page", "keys of HMAC"):
        clock.move(minutes=11)
        op.lie = lie
        assert workplace.sign_in()

    op.rotate()
    clock.move(minutes=11)
    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in()
    assert "id_token_key" == caught.value.reason


def test_no_document_ever(workplace, op):
    """Without any keys nobody can sign in, and the cause is told."""
    op.lie = "keys 404"

    with pytest.raises(WorkplaceDown, match=r"key document at .* answered 404"):
        workplace.sign_in()


def test_token_without_key_name(workplace, op):
    """With one key of the kind its name may be missing; with two the token says too little."""
    honest = op.signed
    op.signed = lambda claims, **header: honest(claims, **header | {"kid": None})
    assert workplace.sign_in()

    op.keys["key-9"] = rsa_key(2)
    with pytest.raises(SignInRefused) as caught:
        OpenIdWorkplace(op).sign_in()
    assert "id_token_key" == caught.value.reason


def test_only_keys_that_can_be_used():
    """Weak, secret, broken, encrypting and foreign keys are passed over; private parts are not taken (RP-03, MD-04)."""
    good = jwk_of(rsa_key(0), "good")
    curve = jwk_of(ec.generate_private_key(ec.SECP256R1()), "curve")
    foreign = jwk_of(ec.generate_private_key(ec.SECP256K1()), "k1")
    listed = [
        good,
        curve,
        foreign,
        jwk_of(rsa_key(7, 1024), "weak"),
        {**good, "kid": "enc", "use": "enc"},
        {**good, "kid": "ops", "key_ops": ["encrypt"]},
        {**good, "kid": "hmac", "alg": "HS256"},
        {**good, "kid": ["list"]},
        {**good, "kid": "broken", "n": "!!"},
        {**good, "kid": "short", "n": "AQAB"},
        {**good, "kid": "number", "n": 7},
        {"kty": "oct", "k": "AAAA", "kid": "oct"},
        {**curve, "kid": "off-curve", "x": curve["y"]},
        "text",
        None,
    ]

    keys = read_keys({"keys": listed})

    assert ["good", "curve"] == [key.kid for key in keys]
    assert ("ES256",) == keys[1].algorithms
    assert [] == read_keys({"keys": {"kty": "RSA"}}) == read_keys({})


def test_curve_keys(workplace, op):
    """A provider that signs with an elliptic curve is understood, and only by the algorithm of the curve."""
    import jwt  # noqa: PLC0415  the provider's, not ours

    key = ec.generate_private_key(ec.SECP256R1())
    document = {"keys": [jwk_of(key, "curve")]}
    op.jwks = lambda: document
    op.signed = lambda claims, **_: jwt.encode(claims, key, algorithm="ES256", headers={"kid": "curve"})

    assert workplace.sign_in()


def test_document_too_long(workplace, op):
    """A document of megabytes is not read."""
    honest = op.answer
    op.answer = lambda method, path, *rest: (
        Said(200, b" " * 2_000_000 + b"{}") if path == "/jwks" else honest(method, path, *rest)
    )

    with pytest.raises(WorkplaceDown, match="too long"):
        workplace.sign_in()
