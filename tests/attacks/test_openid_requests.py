"""Authorization requests that try to skip a sign-in, make us fetch something, or reach what is not served."""

from __future__ import annotations

import socket

import pytest

from sso_bridge.errors import (
    AssuranceNotMet,
    BadRequest,
    BridgeError,
    LoginRequired,
    NotForYou,
    PersonInactive,
    TooManyAttempts,
    UnknownPlatform,
    WorkplaceDown,
)
from tests.fakes.openid_bridge import OpenIdBridge


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


def asked(bridge, **given):
    bridge.authorize(**given)
    return bridge.sign_in.asked[-1]


@pytest.mark.parametrize("mode", [None, "form_post"])
def test_prompt_none_never_shows_a_page(bridge, mode):
    """Nobody signed in: prompt=none is answered with login_required (OP-18)."""
    bridge.sign_in.who = None

    answer = bridge.authorize(prompt="none", response_mode=mode)

    assert "login_required" in (answer.text if mode else answer.location)


@pytest.mark.parametrize(
    "why",
    [LoginRequired, AssuranceNotMet, WorkplaceDown, NotForYou, PersonInactive, BridgeError],
    ids=lambda why: why.__name__,
)
def test_every_refusal_without_a_page(bridge, why):
    """Whatever goes wrong under prompt=none, the platform gets an error and never a code (OP-18)."""
    request = asked(bridge, prompt="none")

    answer = bridge.provider.responder.refuse(request, why("cause"))

    assert "error=" in answer.url
    assert "code=" not in answer.url
    assert "cause" not in answer.url


def test_throttled_without_a_page(bridge):
    """Too many attempts under prompt=none are temporarily_unavailable (OP-18)."""
    answer = bridge.provider.responder.refuse(asked(bridge, prompt="none"), TooManyAttempts(5))

    assert "error=temporarily_unavailable" in answer.url


@pytest.mark.parametrize("why", [UnknownPlatform, BadRequest])
def test_doubtful_requests_are_told_here(bridge, why):
    """Where client or address are in doubt there is nobody to answer (OP-02)."""
    assert bridge.provider.responder.refuse(asked(bridge), why("cause")) is None


@pytest.mark.parametrize("prompt", ["none login", "none consent", "login none", "create", "NONE", "login,consent"])
def test_prompts_that_contradict(bridge, prompt):
    """None goes with nothing else, and an unknown prompt is not ignored (OP-18)."""
    assert "invalid_request" == bridge.back(prompt=prompt)["error"]


@pytest.mark.parametrize(
    ("given", "force", "passive", "max_age"),
    [
        ({}, False, False, None),
        ({"prompt": "login"}, True, False, None),
        ({"prompt": "select_account"}, True, False, None),
        ({"prompt": "login consent"}, True, False, None),
        ({"prompt": "consent"}, False, False, None),
        ({"prompt": "none"}, False, True, None),
        ({"max_age": "1"}, False, False, 1),
        ({"max_age": "0"}, True, False, 0),
    ],
)
def test_fresh_sign_in_is_demanded(bridge, given, force, passive, max_age):
    """prompt=login and max_age reach the flow, which asks the workplace again (OP-18)."""
    request = asked(bridge, **given)

    assert (force, passive, max_age) == (request.force, request.passive, request.max_age)


@pytest.mark.parametrize("value", ["-1", "1.5", "soon", "9" * 12, "१", " 1", "0x1"])
def test_bad_max_age(bridge, value):
    """A max_age that is no number of seconds is refused, not ignored (OP-18)."""
    assert "invalid_request" == bridge.back(max_age=value)["error"]


def test_insisted_assurance_is_passed_on_and_a_wish_is_not(bridge):
    """An essential acr must be met; acr_values alone never stop a sign-in (OIDC Core 3.1.2.1, 5.5.1.1)."""
    wish = asked(bridge, acr_values="urn:gold urn:silver")
    must = asked(bridge, claims='{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}')

    assert ((), ("urn:gold",)) == (wish.acr_values, must.acr_values)


@pytest.mark.parametrize(
    "text", ["{", "[]", '"x"', "null", '{"userinfo":[]}', '{"id_token":"x"}', "[" * 5000, '{"a":"' + "x" * 9000 + '"}']
)
def test_broken_claims(bridge, text):
    """A claims parameter that is not the JSON of the standard is refused (OP-03)."""
    assert "invalid_request" == bridge.back(claims=text)["error"]


@pytest.mark.parametrize("value", ["eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiJ9.e30.x", "x"])
def test_request_object(bridge, value):
    """Request objects, unsigned or signed, are refused by their own error (OP-19)."""
    assert "request_not_supported" == bridge.back(request=value)["error"]


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP", "gopher"])
def test_request_uri_is_never_fetched(bridge, scheme):
    """Nobody calls the address of a request_uri (OP-19)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/object"

        assert "request_uri_not_supported" == bridge.back(request_uri=address)["error"]

        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("path", ["/oidc/par", "/oidc/device", "/oidc/register", "/oidc/authorise"])
def test_what_is_not_served(bridge, path):
    """What is not built is not there, and there is no open registration (OP-19, OP-23)."""
    assert 404 == bridge.web.post(path, data={"redirect_uris": "https://evil.test"}).status_code


def test_post_from_another_site_is_parked(bridge):
    """A POST carries no session cookie; it is kept and the browser comes back by GET (OIDC Core 3.1.2.1)."""
    answer = bridge.authorize(method="post")

    assert (303, "/login/resume/1") == (answer.status_code, answer.location)


def test_post_with_parameters_in_both_places(bridge):
    """Address and body together make one request; a name in both is repeated (OP-03)."""
    answer = bridge.web.post("/oidc/authorize?client_id=chat", data={"client_id": "chat"})

    assert 400 == answer.status_code


def test_platform_switched_off_while_somebody_signs_in(bridge):
    """An attempt that waited answers neither an off platform nor an address taken off the list (OP-01, SP-25)."""
    bridge.sign_in.who, who = None, bridge.sign_in.who
    request = asked(bridge)
    del bridge.clients["chat"]

    with pytest.raises(UnknownPlatform):
        bridge.provider.responder.answer(request, who, bridge.sign_in.released)
    assert bridge.provider.responder.refuse(request, LoginRequired()) is None


@pytest.mark.parametrize(
    "path", ["/oidc/authorize", "/oidc/token", "/oidc/userinfo", "/oidc/revoke", "/oidc/introspect"]
)
def test_no_cross_origin_access(bridge, path):
    """No endpoint with authority answers a foreign script (OP-22)."""
    headers = {"Origin": "https://attacker.test", "Access-Control-Request-Method": "POST"}

    for method in ("GET", "POST", "OPTIONS"):
        answer = bridge.web.open(path, method=method, headers=headers)
        assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control")]  # noqa: SIM118
