"""An OpenID provider that is honest until it is told to lie; one lie at a time, by name.

It signs everybody in at once, as `person`. Tokens are made with PyJWT, which the product does not use. It runs in the
test's own process; `lie` names one of `LIES`, `clock` is what it takes for the time, `rotate` gives it a new key.
`registered` are the only addresses it sends people back to, if there are any; `extra` is published besides,
`pages` are shown besides.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from sso_bridge.clock import Clock, now
from tests.lab.lies import LIES, Said
from tests.lab.site import Site

ADDRESS = "127.0.0.38"
CLIENT, SECRET = "bridge", "s3cret/with+signs:and %"
JWT = ("eyJhbGci", "eyJ0eXAi", "eyJraWQi")
"""How a JWT begins; `eyJ` alone stands in random names, too, once in a while."""
ADA = {"sub": "ada-0001", "name": "Ada Lovelace", "email": "ada@corp.example", "email_verified": True}
ADA |= {"employee_number": "E1", "groups": ["all", "engines"], "preferred_username": "ada"}


@cache
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return a key that all tests of this process share: making one takes longer than most tests."""
    return rsa.generate_private_key(65537, bits)


def jwk_of(key: Any, kid: str, **more: Any) -> dict[str, Any]:
    """Return the public JWK of a key."""
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": kid, "use": "sig", **more}


@dataclass
class Grant:
    """What a code stands for."""

    asked: Mapping[str, str]
    claims: dict[str, Any] = field(default_factory=dict)


class LyingOp:
    """Start it with `with LyingOp() as op`; `issuer` is its name, `counts` how often each path was asked."""

    def __init__(self, clock: Clock = now, site: Site | None = None, address: str = ADDRESS) -> None:
        self.clock, self.lie = clock, "none"
        self.person: dict[str, Any] = dict(ADA)
        self.counts: Counter[str] = Counter()
        self.grants: dict[str, Grant] = {}
        self.sent: list[dict[str, str]] = []
        self.keys = {"key-0": rsa_key(0)}
        self.current = "key-0"
        self.names_issuer = True
        self.extra: dict[str, Any] = {}
        self.pages: dict[str, Said] = {}
        self.registered: tuple[str, ...] = ()
        self.session = "sid-1"
        self.server = ThreadingHTTPServer((address, 0), _handler(self))
        self.server.daemon_threads = True
        if site is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(site.authority.certificate, site.authority.key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "http" if site is None else "https"
        self.issuer = f"{scheme}://{address}:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> LyingOp:
        """Serve."""
        return self.__enter__()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def rotate(self, *, keep: bool = False) -> str:
        """Sign with a new key from now on; the old one leaves the document unless it is kept."""
        number = int(self.current.removeprefix("key-")) + 1
        self.current = f"key-{number}"
        self.keys = {**(self.keys if keep else {}), self.current: rsa_key(number % 3)}
        return self.current

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document."""
        endpoints = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "logout"}
        document = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in endpoints.items()}
        document |= {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"}
        return document | {"authorization_response_iss_parameter_supported": self.names_issuer} | self.extra

    def jwks(self) -> dict[str, Any]:
        """Return the key document."""
        return {"keys": [jwk_of(key, kid, alg="RS256") for kid, key in self.keys.items()]}

    def authorize(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return what goes back to the callback."""
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(asked)
        return {"code": code, "state": asked.get("state", ""), "iss": self.issuer}

    def claims(self, asked: Mapping[str, str], access_token: str) -> dict[str, Any]:
        """Return the claims of an honest ID token."""
        stamp = int(self.clock().timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        told = {"iss": self.issuer, "aud": CLIENT, "iat": stamp, "exp": stamp + 300, "auth_time": stamp}
        told |= {"nonce": asked.get("nonce", ""), "sid": self.session, "acr": "urn:op:gold", "amr": ["pwd", "otp"]}
        told["at_hash"] = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        return told | self.person

    def signed(self, claims: Mapping[str, Any], **header: Any) -> str:
        """Return a token under the current key."""
        head = {name: value for name, value in {"kid": self.current, **header}.items() if value is not None}
        return jwt.encode(dict(claims), self.keys[self.current], algorithm="RS256", headers=head)

    def logout_token(self, **more: Any) -> str:
        """Return a back-channel logout token; a claim of None is left out."""
        stamp = int(self.clock().timestamp())
        event = "http://schemas.openid.net/event/backchannel-logout"
        told = {"iss": self.issuer, "aud": CLIENT, "iat": stamp, "exp": stamp + 120, "jti": secrets.token_hex(8)}
        told |= {"sub": self.person["sub"], "sid": self.session, "events": {event: {}}} | more
        return self.signed({name: value for name, value in told.items() if value is not None}, typ="logout+jwt")

    def token(self, form: Mapping[str, str], authorization: str) -> Said:
        """Answer the token endpoint as a strict provider: client, code, address and verifier must be right."""
        grant = self.grants.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        verifier = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if not self._is_client(form, authorization):
            return Said.json({"error": "invalid_client"}, 401)
        if grant is None or verifier != grant.asked.get("code_challenge"):
            return Said.json({"error": "invalid_grant"}, 400)
        if form.get("redirect_uri") != grant.asked.get("redirect_uri"):
            return Said.json({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(16)
        claims = self.claims(grant.asked, access)
        token = self.signed(LIES[self.lie].claims(claims) if LIES[self.lie].claims else claims)
        if LIES[self.lie].token:
            token = LIES[self.lie].token(self, token)
        told = {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": token}
        return Said.json({name: value for name, value in told.items() if value is not None})

    def userinfo(self) -> Said:
        """Answer userinfo about the person."""
        return Said.json(self.person)

    @staticmethod
    def _is_client(form: Mapping[str, str], authorization: str) -> bool:
        if form.get("client_assertion"):
            return True  # tests read `sent` and verify it themselves
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)

    def answer(self, method: str, path: str, given: Mapping[str, str], authorization: str) -> Said:
        """Return the answer to one request, after the lie had its say."""
        self.counts[path] += 1
        lie = LIES[self.lie]
        if path == "/authorize" and self.registered and given["redirect_uri"] not in self.registered:
            return Said(400, f"<p>{given['redirect_uri']} is not registered".encode(), {"Content-Type": "text/html"})
        if path == "/authorize":
            back = lie.redirect(self.authorize(given)) if lie.redirect else self.authorize(given)
            joint = "&" if "?" in given["redirect_uri"] else "?"
            return Said(303, b"", {"Location": f"{given['redirect_uri']}{joint}{urlencode(back)}"})
        self.sent.append(dict(given))
        makers: dict[str, Callable[[], Said]] = {
            "/.well-known/openid-configuration": lambda: Said.json(self.metadata()),
            "/jwks": lambda: Said.json(self.jwks()),
            "/token": lambda: self.token(given, authorization),
            "/userinfo": self.userinfo,
        }
        if path not in makers:
            return self.pages.get(path, Said.json({"error": "not_found"}, 404))
        said = makers[path]()
        return lie.answers[path](self, said) if path in lie.answers else said


def _handler(op: LyingOp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            given = dict(parse_qsl(parts.query) + parse_qsl(body))
            said = op.answer(self.command, parts.path, given, self.headers.get("Authorization", ""))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler


def start(site: Site) -> LyingOp:
    """Start one that speaks https."""
    return LyingOp(site=site).start()
