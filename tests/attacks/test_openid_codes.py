"""Stolen, replayed, raced and downgraded authorization codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.fakes.openid_bridge import CHAT, PHONE, SECRET, VERIFIER, WIKI, OpenIdBridge, basic, challenge

WIKI_SECRET = {"client_id": "wiki", "client_secret": "the secret of wiki"}


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


@pytest.mark.parametrize(
    "kind",
    ["token", "id_token", "id_token token", "code token", "code id_token", "code id_token token", "none", "code code"],
)
def test_only_code(bridge, kind):
    """Implicit and hybrid answers do not exist (OP-04)."""
    assert "unsupported_response_type" == bridge.back(response_type=kind)["error"]


@pytest.mark.parametrize("mode", ["fragment", "jwt", "web_message", "QUERY"])
def test_unknown_response_mode(bridge, mode):
    """Only query and form_post carry an answer (OP-04)."""
    assert "invalid_request" == bridge.back(response_mode=mode)["error"]


@pytest.mark.parametrize(
    ("method", "sent"),
    [
        (None, None),
        ("S256", None),
        ("plain", VERIFIER),
        (None, challenge()),
        ("s256", challenge()),
        ("S512", challenge()),
    ]
    + [
        ("S256", bad)
        for bad in ("", "short", challenge() + "A", challenge()[:-1] + "=", challenge()[:-1] + "+", VERIFIER)
    ],
)
@pytest.mark.parametrize("client", ["chat", "wiki", "phone"])
def test_no_code_without_a_challenge(bridge, client, method, sent):
    """Every client, with or without secret, needs an S256 challenge (OP-05)."""
    back = {"chat": CHAT, "wiki": WIKI, "phone": PHONE}[client]

    told = bridge.back(client_id=client, redirect_uri=back, code_challenge=sent, code_challenge_method=method)

    assert "invalid_request" == told["error"]
    assert [] == bridge.sign_in.asked


@pytest.mark.parametrize(
    "verifier",
    [
        None,
        "",
        "short",
        VERIFIER[:42],
        VERIFIER + "x",
        VERIFIER.upper(),
        "a" * 129,
        challenge(),
        VERIFIER + "\n",
        "ü" * 43,
    ],
)
def test_verifier_must_prove_the_challenge(bridge, verifier):
    """A missing, empty, short, long or other verifier, or the challenge itself, gets nothing (OP-05)."""
    answer = bridge.redeem(bridge.code(), code_verifier=verifier)

    assert 400 == answer.status_code
    assert answer.json["error"] in {"invalid_grant", "invalid_request"}


def test_short_verifier_with_its_own_challenge(bridge):
    """Fewer than 43 characters are refused even when the challenge fits (OP-05, RFC 7636 4.1)."""
    code = bridge.code(code_challenge=challenge("abc"))

    assert "invalid_grant" == bridge.redeem(code, code_verifier="abc").json["error"]


def test_code_of_another_client(bridge):
    """A code is worth nothing to another client, and then to nobody; the audit tells (OP-06, AD-11)."""
    code = bridge.code()

    assert "invalid_grant" == bridge.redeem(code, auth=None, **WIKI_SECRET).json["error"]
    assert ["openid.code_refused"] == bridge.audited
    assert "invalid_grant" == bridge.redeem(code).json["error"]


@pytest.mark.parametrize("address", [None, "", CHAT + "/", CHAT.upper(), WIKI, "https://evil.test/"])
def test_code_with_another_redirect_uri(bridge, address):
    """The redirect_uri of the token request is the one of the authorization request (OP-06)."""
    assert "invalid_grant" == bridge.redeem(bridge.code(), redirect_uri=address).json["error"]


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400), (61, 400), (3600, 400)])
def test_code_lives_a_minute(bridge, clock, seconds, status):
    """After sixty seconds a code is over (OP-06)."""
    code = bridge.code()
    clock.move(seconds=seconds)

    assert status == bridge.redeem(code).status_code


@pytest.mark.parametrize("code", ["x", "sbc_" + "A" * 43, "' OR 1=1 --", "%00", "ü", "a" * 5000, "🜁"])
def test_garbage_code(bridge, code):
    """A code we never gave is an invalid grant and nothing worse (OP-06)."""
    answer = bridge.redeem(code)

    assert (400, "invalid_grant") == (answer.status_code, answer.json["error"])


def test_code_is_random_and_hashed_at_rest(bridge, store):
    """A code has 256 random bits, and the database does not know it (OP-06, CR-03)."""
    codes = {bridge.code() for _ in range(20)}

    assert 20 == len(codes)
    assert all(len(code.removeprefix("sbc_")) == 43 for code in codes)
    with store.reading() as rows:
        kept = repr(rows.exec_driver_sql("SELECT * FROM openid_grant").all())
    assert not any(code in kept or code.removeprefix("sbc_") in kept for code in codes)


def test_code_dies_with_the_session(bridge):
    """A code of a session that was ended meanwhile is refused (OP-06, SE-05)."""
    code = bridge.code()
    bridge.end_session()

    assert "invalid_grant" == bridge.redeem(code).json["error"]


def test_second_use_kills_everything(bridge):
    """Who presents a code twice loses its access and refresh tokens, and the audit knows (OP-07)."""
    code = bridge.code(scope="openid offline_access")
    first = bridge.redeem(code).json
    assert bridge.alive(first["access_token"])

    again = bridge.redeem(code)

    assert "invalid_grant" == again.json["error"]
    assert not bridge.alive(first["access_token"])
    assert "invalid_grant" == bridge.refresh(first["refresh_token"]).json["error"]
    assert "openid.code_reused" in bridge.audited


def test_second_use_after_refresh(bridge):
    """A replay kills tokens that were refreshed meanwhile as well (OP-07)."""
    code = bridge.code(scope="openid offline_access")
    later = bridge.refresh(bridge.redeem(code).json["refresh_token"]).json

    bridge.redeem(code, auth=None, **WIKI_SECRET)

    assert not bridge.alive(later["access_token"])


def test_eight_at_once(bridge):
    """Of eight simultaneous redemptions at most one succeeds, and no token survives the other seven (OP-06, OP-07)."""
    code, gate = bridge.code(), Barrier(8)

    def redeem(_):
        gate.wait()
        return bridge.app.test_client().post("/oidc/token", data=form, headers=headers)

    form = {"grant_type": "authorization_code", "redirect_uri": CHAT, "code_verifier": VERIFIER, "code": code}
    headers = basic("chat", SECRET)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(redeem, range(8)))

    good = [answer for answer in answers if answer.status_code == 200]
    assert 1 == len(good)
    assert all(answer.json["error"] == "invalid_grant" for answer in answers if answer not in good)
    assert not bridge.alive(good[0].json["access_token"])


@pytest.mark.parametrize(
    "text", ["a b+c%20&=?#/\\'\"<>", "~" * 400, "ünï-漢字-🜁", "%41%00", "x" * 4096, "<script>alert(1)</script>"]
)
def test_state_comes_back_byte_for_byte(bridge, text):
    """State returns as it was sent, in success and in error (OP-08)."""
    assert text == bridge.back(state=text)["state"]
    assert text == bridge.back(state=text, response_type="token")["state"]


def test_answers_name_the_issuer(bridge):
    """Success and error say who answers (OP-08, RFC 9207)."""
    assert "https://bridge.test" == bridge.back()["iss"]
    assert "https://bridge.test" == bridge.back(scope="x")["iss"]


def test_registered_query_is_kept(bridge):
    """A registered address with a query keeps it (RFC 6749 3.1.2)."""
    told = bridge.back(client_id="wiki", redirect_uri=WIKI)

    assert "1" == told["tenant"]
    assert told["code"]


def test_form_post_escapes(bridge):
    """Markup in state does not become markup in the form, and the address is the registered one (OP-04, IDP-06)."""
    attack = "\"><script>alert('1')</script>&amp;"

    page = bridge.authorize(response_mode="form_post", state=attack)

    assert 200 == page.status_code
    assert "<script>alert" not in page.text
    assert CHAT in page.text
    assert "no-store" in page.headers["Cache-Control"]
