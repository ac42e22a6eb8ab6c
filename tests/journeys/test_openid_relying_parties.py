"""Relying parties that nobody here wrote go the whole way with our OpenID provider."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.rp_handler import RPHandler
from werkzeug.serving import make_server

from sso_bridge.clock import now
from tests.fakes.openid_bridge import CHAT, CLAIMS, PHONE, SECRET, WIKI, OpenIdBridge

PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_method": "S256", "code_challenge_length": 64},
}
METHODS = {
    "chat": ("client_secret_basic", CHAT, SECRET, "RS256"),
    "wiki": ("client_secret_post", WIKI, "the secret of wiki", "ES256"),
    "phone": ("none", PHONE, "", "RS256"),
}


@pytest.fixture
def bridge(store, tmp_path, monkeypatch) -> Iterator[OpenIdBridge]:
    """Serve the provider on a free port; the clock is the real one, because the other side has no other."""
    monkeypatch.chdir(tmp_path)  # idpyoidc writes its keys where it stands
    with make_server("127.0.0.1", 0, None, threaded=True) as server:
        bridge = OpenIdBridge(store, now, f"http://127.0.0.1:{server.server_port}")
        server.app = bridge.app
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield bridge
        server.shutdown()
        thread.join()


def relying_party(bridge, client, scope=("openid", "profile", "email")) -> RPHandler:
    """Configure idpyoidc by discovery only."""
    method, redirect_uri, secret, algorithm = METHODS[client]
    settings = {
        "issuer": bridge.provider.issuer,
        "client_id": client,
        "client_secret": secret,
        "redirect_uris": [redirect_uri],
        "response_types_supported": ["code"],
        "scopes_supported": list(scope),
        "token_endpoint_auth_methods_supported": [method],
        "id_token_signing_alg_values_supported": [algorithm],
        "add_ons": {"pkce": PKCE},
        "services": DEFAULT_OIDC_SERVICES,
        "client_type": "oidc",
        "client_authn_methods": {method: {}},
    }
    return RPHandler(client_configs={"bridge": settings})


@pytest.mark.parametrize("client", ["chat", "wiki"])
def test_idpyoidc(bridge, client):
    """An independent relying party discovers us, signs in, verifies the ID token and reads userinfo (OP-13)."""
    party = relying_party(bridge, client)
    start = party.begin(issuer_id="bridge")
    answer = requests.get(start, allow_redirects=False, timeout=10)
    back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    done = party.finalize(bridge.provider.issuer, back)

    assert "ada-at-chat" == done["userinfo"]["sub"]
    assert CLAIMS["email"] == done["userinfo"]["email"]
    assert list(CLAIMS["groups"]) == done["userinfo"]["groups"]
    assert METHODS[client][3] == done["id_token"].jws_header["alg"]
