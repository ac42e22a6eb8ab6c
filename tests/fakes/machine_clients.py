"""Machine clients of an admin bridge, as a program would use them; assertions are signed by PyJWT."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from tests.fakes.admin import SITE, AdminBridge

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN = "/admin/oauth/token"
ISSUER = f"{SITE}/admin"


class Program:
    """One machine client and what it holds."""

    def __init__(self, bridge: AdminBridge, who: str = "owner", **wanted: Any) -> None:
        self.bridge = bridge
        self.key = generate_private_key(SECP256R1())
        body = {"name": "dashboard", "role": "viewer"} | wanted
        if body.get("method") == "private_key_jwt":
            body["keys"] = [self.public()]
        made = bridge.call("POST", "/admin/v1/clients", who, json=body)
        assert made.status_code == 201, made.text
        self.id, self.secret = made.json["id"], made.json["client_secret"]

    def public(self, kid: str = "k1") -> dict[str, Any]:
        """Return its public key as a JWK."""
        return json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key())) | {"kid": kid}

    def ask(self, secret: str | None = None, **form: str) -> Any:
        """Ask for a token with a secret in the header."""
        pair = base64.b64encode(f"{self.id}:{self.secret if secret is None else secret}".encode()).decode()
        return self.post({"grant_type": "client_credentials", **form}, {"Authorization": f"Basic {pair}"})

    def post(self, form: dict[str, str], headers: dict[str, str] | None = None, path: str = TOKEN) -> Any:
        """Send a form to the token endpoint."""
        return self.bridge.app.test_client().post(path, data=form, headers=headers or {}, base_url=SITE)

    def assertion(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return an assertion that is right but for what is said otherwise; None takes a claim away."""
        now = int(self.bridge.clock().timestamp())
        right = {"iss": self.id, "sub": self.id, "aud": ISSUER, "iat": now, "exp": now + 120, "jti": f"j{now}"}
        said = {name: value for name, value in (right | claims).items() if value is not None}
        return jwt.encode(said, self.key, "ES256", headers={"kid": "k1"} | (header or {}))

    def ask_with(self, assertion: str, **form: str) -> Any:
        """Ask for a token with an assertion."""
        proof = {"client_assertion_type": ASSERTION, "client_assertion": assertion}
        return self.post({"grant_type": "client_credentials"} | proof | form)

    def call(self, token: str, path: str = "/admin/v1/me", method: str = "GET", **more: Any) -> Any:
        """Call the API with an access token."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.bridge.app.test_client().open(path, method=method, headers=headers, base_url=SITE, **more)
