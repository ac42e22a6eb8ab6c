"""What we say about ourselves."""

from __future__ import annotations

import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata

from tests.fakes.openid_bridge import ISSUER, OpenIdBridge

PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
FOREIGN = {
    "Host": "evil.test",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Proto": "http",
    "Forwarded": "host=evil.test",
}


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [{}, FOREIGN, {"Origin": "https://attacker.test"}])
def test_issuer_is_ours(bridge, path, headers):
    """No header of a request moves the issuer or an endpoint; anybody may read it, without credentials (OP-22)."""
    answer = bridge.web.get(path, headers=headers)

    assert ISSUER == answer.json["issuer"]
    assert "evil" not in answer.text
    assert "*" == answer.headers["Access-Control-Allow-Origin"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Content-Length"]


def test_an_independent_reader_accepts_it(bridge):
    """Authlib's check of OpenID metadata finds nothing wrong (OP-22)."""
    OpenIDProviderMetadata(bridge.web.get(PATHS[0]).json).validate()


def test_every_listed_endpoint_answers(bridge):
    """Nothing is advertised that is not served (OP-22)."""
    told = bridge.web.get(PATHS[0]).json

    for name, address in told.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert bridge.web.get(address.removeprefix(ISSUER)).status_code != 404, name


def test_nothing_weak_is_offered(bridge):
    """No implicit answer, no plain challenge, no symmetric or missing signature (OP-04, OP-05, OP-13, OP-22)."""
    told = bridge.web.get(PATHS[0]).json

    assert ["code"] == told["response_types_supported"]
    assert ["S256"] == told["code_challenge_methods_supported"]
    assert {"RS256", "ES256"} == set(told["id_token_signing_alg_values_supported"])
    assert "none" not in told["introspection_endpoint_auth_methods_supported"]
    assert told["authorization_response_iss_parameter_supported"]
    assert not {"registration_endpoint", "pushed_authorization_request_endpoint"} & set(told)


def test_keys_have_no_private_part(bridge):
    """The JWKS shows the public parts of every published key, each under its own kid (OP-22, CR-04)."""
    keys = bridge.web.get("/oidc/jwks").json["keys"]

    assert {"rsa-1", "rsa-2", "ec-1", "ec-2"} == {key["kid"] for key in keys}
    assert len(keys) == 4
    for key in keys:
        assert {"kty", "kid", "use", "alg"} <= set(key)
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)


@pytest.mark.parametrize("scope", ["openid", "profile", "email", "groups", "offline_access"])
def test_scopes_are_true(bridge, scope):
    """A listed scope can be had (OP-22)."""
    assert scope in bridge.web.get(PATHS[0]).json["scopes_supported"]
    assert scope in bridge.tokens(scope=f"openid {scope}")["scope"].split()
