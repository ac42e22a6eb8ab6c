"""Orders to end sessions that do not come from the provider, or not in time."""

from __future__ import annotations

from collections.abc import Iterator

import jwt
import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.contract import Returned
from tests.fakes.openid_workplace import GOODBYE, OpenIdWorkplace
from tests.lab.lies import b64
from tests.lab.lying_op import LyingOp, rsa_key

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


@pytest.fixture
def workplace(op) -> OpenIdWorkplace:
    return OpenIdWorkplace(op)


def order(workplace, token):
    return workplace.party.logout_order(Returned("POST", GOODBYE, "", {"logout_token": token}))


def test_genuine(workplace, op):
    """The order of the provider names the person and the session; either alone will do (SE-07)."""
    both, person, session = (order(workplace, op.logout_token(**more)) for more in ({}, {"sid": None}, {"sub": None}))

    assert ("ada-0001", op.issuer, ("sid-1",)) == (both.subject.value, both.subject.qualifier, both.sessions)
    assert (both.subject, ()) == (person.subject, person.sessions)
    assert (None, ("sid-1",)) == (session.subject, session.sessions)
    assert both.subject == workplace.sign_in().subject
    assert workplace.party.answer_order(both, ended=True) is None


def by_attacker(op) -> str:
    claims = jwt.decode(op.logout_token(), options={"verify_signature": False})
    return jwt.encode(claims, rsa_key(99), algorithm="RS256", headers={"kid": op.current, "typ": "logout+jwt"})


def stamp(op) -> int:
    return int(op.clock().timestamp())


FORGED = {
    "another key": ("logout_signature", by_attacker),
    "no signature": ("logout_algorithm", lambda op: f"{b64({'alg': 'none'})}.{op.logout_token().split('.')[1]}.AA"),
    "another issuer": ("logout_issuer", lambda op: op.logout_token(iss="https://evil.example")),
    "another audience": ("logout_audience", lambda op: op.logout_token(aud="chat")),
    "no event": ("logout_type", lambda op: op.logout_token(events=None)),
    "another event": ("logout_type", lambda op: op.logout_token(events={"http://other": {}})),
    "event is a list": ("logout_type", lambda op: op.logout_token(events=[EVENT])),
    "with a nonce": ("logout_type", lambda op: op.logout_token(nonce="n")),
    "of nobody": ("logout_subject", lambda op: op.logout_token(sub=None, sid=None)),
    "of a list": ("logout_subject", lambda op: op.logout_token(sub=["ada-0001"])),
    "empty session": ("logout_session", lambda op: op.logout_token(sid="")),
    "without id": ("logout_jti", lambda op: op.logout_token(jti=None)),
    "without end": ("logout_exp", lambda op: op.logout_token(exp=None)),
    "without beginning": ("logout_iat", lambda op: op.logout_token(iat=None)),
    "valid for a day": ("logout_lifetime", lambda op: op.logout_token(exp=stamp(op) + 86_400)),
    "issued long ago": ("logout_lifetime", lambda op: op.logout_token(iat=stamp(op) - 86_400)),
    "expired": ("logout_expired", lambda op: op.logout_token(exp=stamp(op) - 61)),
    "from the future": ("logout_expired", lambda op: op.logout_token(iat=stamp(op) + 61)),
    "an ID token": ("logout_type", lambda op: op.signed(op.claims({"nonce": "n"}, "a") | {"jti": "1"})),
    "an access token": ("logout_type", lambda op: op.signed({"sub": "ada-0001"}, typ="at+jwt")),
    "empty": ("logout_shape", lambda op: ""),
    "oversize": ("logout_shape", lambda op: op.logout_token(more="a" * 20_000)),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged(workplace, op, name):
    """A forged, foreign, late or dressed-up order ends nothing (SE-07, RP-03, OP-14)."""
    reason, forge = FORGED[name]

    with pytest.raises(SignInRefused) as caught:
        order(workplace, forge(op))

    assert reason == caught.value.reason


def test_replayed(workplace, op):
    """The same order counts once (SE-07)."""
    token = op.logout_token()
    order(workplace, token)

    with pytest.raises(SignInRefused) as caught:
        order(workplace, token)

    assert "logout_replay" == caught.value.reason


def test_strangers_do_not_wear_the_provider_out(workplace, op, clock):
    """Any number of orders under made-up keys leads to a few looks at its keys, and sign-ins look all the same."""
    workplace.sign_in()
    before = op.counts["/jwks"]
    forged = [op.signed({"sub": "x"}, kid=f"made-up-{number}", typ="logout+jwt") for number in range(50)]

    for token in forged:
        with pytest.raises(SignInRefused):
            order(workplace, token)
    strangers = op.counts["/jwks"] - before
    op.rotate()
    login = workplace.sign_in()

    assert strangers <= 3
    assert login.subject.value == "ada-0001"


FRONT = {
    "no issuer": {"sid": "sid-1"},
    "another issuer": {"iss": "https://evil.example", "sid": "sid-1"},
    "no session": {"iss": "ISSUER"},
    "empty session": {"iss": "ISSUER", "sid": ""},
    "session with a line end": {"iss": "ISSUER", "sid": "a\nb"},
    "endless session": {"iss": "ISSUER", "sid": "a" * 300},
}


@pytest.mark.parametrize("name", FRONT)
def test_front_channel_without_proof(workplace, op, name):
    """A page elsewhere cannot sign people out: issuer and the session's name are needed (Front-Channel Logout 3)."""
    fields = {key: op.issuer if value == "ISSUER" else value for key, value in FRONT[name].items()}

    with pytest.raises(SignInRefused) as caught:
        workplace.party.logout_order(Returned("GET", GOODBYE, "", fields))

    assert "logout_unproven" == caught.value.reason


def test_front_channel(workplace, op):
    """With issuer and session it ends that session."""
    said = workplace.party.logout_order(Returned("GET", GOODBYE, "", {"iss": op.issuer, "sid": "sid-1"}))

    assert (None, ("sid-1",)) == (said.subject, said.sessions)


def test_answer_of_another_sign_out(workplace, op):
    """The way back from the provider fits the sign-out it was begun for, and an error is not an end."""
    away = workplace.party.begin_logout(workplace.sign_in().subject, {"logout_hint": "ada"}, "out-1")

    assert workplace.party.finish_logout(Returned("GET", GOODBYE, "", {"state": "out-1"}), away.note)
    assert not workplace.party.finish_logout(Returned("GET", GOODBYE, "", {"state": "out-1", "error": "x"}), away.note)
    for fields in ({"state": "out-2"}, {}):
        with pytest.raises(SignInRefused):
            workplace.party.finish_logout(Returned("GET", GOODBYE, "", fields), away.note)


def test_order_signed_with_a_key_given_up(workplace, op, clock):
    """A key that left the document signs no new orders (IDP-08)."""
    workplace.sign_in()
    old = op.current
    op.rotate()
    workplace.sign_in()
    clock.move(minutes=3)
    made = jwt.encode(
        jwt.decode(op.logout_token(), options={"verify_signature": False}),
        rsa_key(0),
        algorithm="RS256",
        headers={"kid": old, "typ": "logout+jwt"},
    )

    with pytest.raises(SignInRefused) as caught:
        order(workplace, made)

    assert "logout_key" == caught.value.reason
