"""Open redirects and errors sent to strangers."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes, urlencode

import pytest

from tests.fakes.openid_bridge import CHAT, PHONE, WIKI, OpenIdBridge, challenge, returned

EVIL = "https://evil.test/steal"
SPELLINGS = {
    "host suffix": "https://chat.test.evil.test/callback",
    "host prefix": "https://evilchat.test/callback",
    "userinfo": "https://chat.test@evil.test/callback",
    "userinfo with password": "https://chat.test:pw@evil.test/callback",
    "own userinfo": "https://x@chat.test/callback",
    "port": "https://chat.test:8443/callback",
    "default port": "https://chat.test:443/callback",
    "http": "http://chat.test/callback",
    "no scheme": "//chat.test/callback",
    "longer path": "https://chat.test/callback/more",
    "shorter path": "https://chat.test/",
    "trailing slash": "https://chat.test/callback/",
    "traversal": "https://chat.test/callback/../../evil",
    "traversal to itself": "https://chat.test/x/../callback",
    "double slash": "https://chat.test//callback",
    "encoded letter": "https://chat.test/%63allback",
    "encoded slash": "https://chat.test%2fcallback",
    "upper case host": "https://CHAT.test/callback",
    "upper case path": "https://chat.test/Callback",
    "query": "https://chat.test/callback?x=1",
    "empty query": "https://chat.test/callback?",
    "fragment": "https://chat.test/callback#x",
    "empty fragment": "https://chat.test/callback#",
    "backslash": "https://chat.test\\@evil.test/callback",
    "space before": " https://chat.test/callback",
    "space after": "https://chat.test/callback ",
    "newline": "https://chat.test/callback\nLocation: https://evil.test",
    "NUL": "https://chat.test/callback\0.evil.test",
    "unicode dot": "https://chat\u3002test/callback",
    "javascript": "javascript:alert(1)//https://chat.test/callback",
    "data": "data:text/html,https://chat.test/callback",
    "relative": "/callback",
    "empty": "",
    "missing": None,
    "very long": CHAT + "a" * 20_000,
    "other client's": WIKI,
}
ERRORS = {
    "no response_type": {"response_type": None},
    "response_type token": {"response_type": "token"},
    "unknown response_type": {"response_type": "<script>"},
    "unknown response_mode": {"response_mode": "fragment"},
    "no scope": {"scope": None},
    "scope without openid": {"scope": "profile"},
    "no challenge": {"code_challenge": None},
    "plain challenge": {"code_challenge_method": "plain"},
    "unknown prompt": {"prompt": "dance"},
    "prompt none with login": {"prompt": "none login"},
    "bad max_age": {"max_age": "soon"},
    "request object": {"request": "eyJhbGciOiJub25lIn0.e30."},
    "request_uri": {"request_uri": "https://evil.test/object"},
    "forged hint": {"id_token_hint": "a.b.c"},
    "broken claims": {"claims": "{"},
}


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


def local(answer) -> bool:
    """Return whether the answer is a page of ours that leads nowhere."""
    return answer.status_code == 400 and "Location" not in answer.headers and "evil" not in answer.text


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_redirect_uri_is_compared_character_by_character(bridge, spelling):
    """A redirect_uri that is not a registered one to the letter gets a page of ours and no code (OP-01)."""
    answer = bridge.authorize(redirect_uri=spelling)

    assert local(answer)
    assert [] == bridge.sign_in.asked


@pytest.mark.parametrize("port", [1, 80, 49152])
def test_native_client_chooses_its_loopback_port(bridge, port):
    """A public client may use any port of its registered loopback address (OP-01, RFC 8252 7.3)."""
    good = f"http://127.0.0.1:{port}/cb"

    assert "code" in bridge.back(client_id="phone", redirect_uri=good)
    for bad in (
        f"http://localhost:{port}/cb",
        good + "x",
        f"http://127.0.0.1:{port}@evil.test/cb",
        f"https://127.0.0.1:{port}/cb",
    ):
        assert local(bridge.authorize(client_id="phone", redirect_uri=bad))


def test_confidential_client_has_no_freedom_at_loopback(bridge):
    """A client with a secret gets no free port (OP-01)."""
    assert local(bridge.authorize(client_id="chat", redirect_uri="http://127.0.0.1:99/cb"))
    assert local(bridge.authorize(client_id="chat", redirect_uri=PHONE))


@pytest.mark.parametrize("client", ["chat", "nobody", None])
@pytest.mark.parametrize("wrong", ERRORS.values(), ids=ERRORS)
def test_no_error_goes_to_a_stranger(bridge, wrong, client):
    """Whatever else is wrong, an unregistered address is never used, linked or named (OP-02)."""
    answer = bridge.authorize(**wrong, client_id=client, redirect_uri=EVIL)

    assert local(answer)


@pytest.mark.parametrize("client", ["nobody", "Chat", "chat ", None])
def test_unknown_client_with_a_registered_address(bridge, client):
    """A registered address of another client does not help an unknown client (OP-02)."""
    assert local(bridge.authorize(client_id=client))


@pytest.mark.parametrize("wrong", ERRORS.values(), ids=ERRORS)
def test_errors_reach_the_registered_address_with_state_and_issuer(bridge, wrong):
    """An error of a known client at its own address carries error, state and iss, and no code (OP-08)."""
    told = bridge.back(**wrong)

    assert ("s", "https://bridge.test") == (told["state"], told["iss"])
    assert told["error"]
    assert "code" not in told


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "response_type", "code_challenge", "prompt", "x"])
def test_repeated_parameter(bridge, name):
    """A parameter that comes twice is refused, also with the same value and also an unknown one (OP-03)."""
    asks = {"client_id": "chat", "redirect_uri": CHAT, "response_type": "code", "scope": "openid", "x": "1"}
    asks |= {
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "state": "s",
        "nonce": "n",
        "prompt": "login",
    }

    told = returned(bridge.authorize(text=urlencode(asks) + f"&{name}={quote(asks[name])}"))

    assert "invalid_request" == told["error"]
    assert ("state" in told) == (name != "state")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("other", ["", "evil", None])
def test_repeated_identity_is_answered_here(bridge, name, other):
    """With a doubtful client or address nothing is sent on, whichever comes first, or twice the same (OP-02, OP-03)."""
    asks = {"client_id": "chat", "redirect_uri": CHAT, "response_type": "code", "scope": "openid"}
    again = urlencode({name: asks[name] if other is None else other})

    assert local(bridge.authorize(text=f"{urlencode(asks)}&{again}"))
    assert local(bridge.authorize(text=f"{again}&{urlencode(asks)}"))


@pytest.mark.parametrize("raw", [b"\xff", b"\xed\xa0\x80", b"a\x00b", b"a\r\nb", b"\x7f"])
def test_broken_text(bridge, raw):
    """Bytes that are no text, and control characters, are refused and never come back (OP-03, OP-21)."""
    answer = bridge.authorize(text=f"client_id=chat&redirect_uri={quote(CHAT)}&state={quote_from_bytes(raw)}")

    told = returned(answer)
    assert "invalid_request" == told["error"]
    assert "state" not in told


@pytest.mark.parametrize(
    "name",
    ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "prompt", "claims", "acr_values", "x"],
)
def test_nothing_is_reflected(bridge, name):
    """Markup in any parameter is not reflected by a page of ours (OP-21)."""
    attack = "<script>alert(1)</script>"

    page = bridge.authorize(**{"client_id": "nobody", name: attack})

    assert local(page)
    assert "<script>" not in page.text
