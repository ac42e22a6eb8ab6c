"""The lies of the lying provider: what each changes, and where."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DAY = 86_400


@dataclass(frozen=True)
class Said:
    """An answer over HTTP."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, told: Any, status: int = 200) -> Said:
        """Return an answer in JSON."""
        return cls(status, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def changed(self, **more: Any) -> Said:
        """Return the same JSON object with other members; None takes one away."""
        told = json.loads(self.body) | more
        return Said.json({name: value for name, value in told.items() if value is not None}, self.status)


Claims = dict[str, Any]
Answer = Callable[[Any, Said], Said]


@dataclass(frozen=True)
class Lie:
    """`claims` changes the ID token before it is signed, `token` afterwards, `redirect` the way back to the callback.

    `answers` changes what a path says. `reason` is the audit's reason of a refusal; empty when the workplace is down.
    """

    reason: str = ""
    claims: Callable[[Claims], Claims] | None = None
    token: Callable[[Any, str], Any] | None = None
    redirect: Callable[[dict[str, str]], dict[str, str]] | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)


def b64(data: bytes | Mapping[str, Any]) -> str:
    """Return base64url without padding."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(part: str) -> dict[str, Any]:
    """Return a part of a token."""
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


def says(reason: str, **changed: Any) -> Lie:
    """Return a lie in the signed claims; None takes a claim away."""

    def claims(honest: Claims) -> Claims:
        return {name: value for name, value in (honest | changed).items() if value is not None}

    return Lie(reason, claims=claims)


def shifts(reason: str, **by: int) -> Lie:
    """Return a lie about times, in seconds."""
    return Lie(reason, claims=lambda honest: honest | {name: honest[name] + seconds for name, seconds in by.items()})


def header(reason: str, **changed: Any) -> Lie:
    """Return a token, signed by the provider's key, with this header."""
    return Lie(reason, token=lambda op, token: op.signed(opened(token.split(".")[1]), **changed))


def text(reason: str, change: Callable[[str, str, str], str]) -> Lie:
    """Return a lie made of the three parts of the honest token."""
    return Lie(reason, token=lambda _op, token: change(*token.split(".")))


def path(where: str, change: Answer, reason: str = "") -> Lie:
    """Return another answer of one path."""
    return Lie(reason, answers={where: change})


def back(reason: str, **changed: str | None) -> Lie:
    """Return a changed way back to the callback."""

    def redirect(honest: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in (honest | changed).items() if value is not None}

    return Lie(reason, redirect=redirect)


def _hmac(op: Any, token: str, key: Callable[[Any], bytes]) -> str:
    body = f"{b64({'alg': 'HS256', 'kid': op.current})}.{token.split('.')[1]}"
    return f"{body}.{b64(hmac.new(key(op), body.encode(), hashlib.sha256).digest())}"


def _public(op: Any) -> bytes:
    made: bytes = op.keys[op.current].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


def _by_attacker(op: Any, token: str, **head: Any) -> str:
    import jwt  # noqa: PLC0415  only lies need it

    from tests.lab.lying_op import rsa_key  # noqa: PLC0415  the provider knows its lies, not the other way round

    head = {"kid": op.current, **head}
    return jwt.encode(opened(token.split(".")[1]), rsa_key(99), algorithm="RS256", headers=head)


def _own_jwk(op: Any, token: str) -> str:
    from tests.lab.lying_op import jwk_of, rsa_key  # noqa: PLC0415  as above

    return _by_attacker(op, token, jwk=jwk_of(rsa_key(99), "mine"))


def _html(_op: Any, _said: Said) -> Said:
    return Said(200, b"<html>Sign in to the proxy</html>", {"Content-Type": "text/html"})


def _status(status: int) -> Answer:
    return lambda _op, _said: Said(status, b"<html>Oops</html>", {"Content-Type": "text/html"})


def _body(body: bytes) -> Answer:
    return lambda _op, _said: Said(200, body, {"Content-Type": "application/json"})


FLIP = "AAAAAAAA"
KEYS, TOKEN, USERINFO, DISCOVERY = "/jwks", "/token", "/userinfo", "/.well-known/openid-configuration"
LIES: Mapping[str, Lie] = {
    "none": Lie(),
    # the signed claims
    "other issuer": says("id_token_issuer", iss="https://evil.example"),
    "issuer with a slash": Lie("id_token_issuer", claims=lambda c: c | {"iss": c["iss"] + "/"}),
    "no issuer": says("id_token_issuer", iss=None),
    "other audience": says("id_token_audience", aud="somebody-else"),
    "no audience": says("id_token_audience", aud=None),
    "audience in capitals": says("id_token_audience", aud="BRIDGE"),
    "second audience": says("id_token_audience", aud=["bridge", "somebody-else"]),
    "second audience with azp": says("id_token_audience", aud=["bridge", "somebody-else"], azp="bridge"),
    "audience within audience": says("id_token_audience", aud=[["bridge"]]),
    "other azp": says("id_token_authorized_party", azp="somebody-else"),
    "other nonce": says("id_token_nonce", nonce="of-another-sign-in"),
    "no nonce": says("id_token_nonce", nonce=None),
    "nonce switched off": says("id_token_nonce", nonce=None, nonce_supported=False),
    "nonce as a list": Lie("id_token_nonce", claims=lambda c: c | {"nonce": [c["nonce"]]}),
    "expired": shifts("id_token_expired", exp=-300 - 61, iat=-400),
    "no exp": says("id_token_exp", exp=None),
    "exp as text": says("id_token_exp", exp="2999999999"),
    "exp is true": says("id_token_exp", exp=True),
    "endless exp": says("id_token_exp", exp=float("inf")),
    "enormous exp": says("id_token_exp", exp=1 << 60),
    "from the future": shifts("id_token_early", iat=DAY, exp=DAY),
    "not valid yet": Lie("id_token_early", claims=lambda c: c | {"nbf": c["iat"] + DAY}),
    "old": shifts("id_token_old", iat=-DAY),
    "no iat": says("id_token_iat", iat=None),
    "no subject": says("id_token_subject", sub=None),
    "empty subject": says("id_token_subject", sub=""),
    "blank subject": says("id_token_subject", sub="   "),
    "long subject": says("id_token_subject", sub="a" * 256),
    "subject with a line end": says("id_token_subject", sub="ada\r\nadmin"),
    "subject is a list": says("id_token_subject", sub=["ada-0001"]),
    "wrong at_hash": says("id_token_at_hash", at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "at_hash is null": Lie("id_token_at_hash", claims=lambda c: c | {"at_hash": 0}),
    "wrong c_hash": says("id_token_c_hash", c_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "logout token": says("id_token_type", events={"http://schemas.openid.net/event/backchannel-logout": {}}),
    # the token as text
    "no ID token": Lie("id_token_missing", token=lambda _op, _token: None),
    "ID token is a number": Lie("id_token_missing", token=lambda _op, _token: 7),
    "alg none": text("id_token_algorithm", lambda _h, p, s: f"{b64({'alg': 'none'})}.{p}.{s}"),
    "alg nOnE": text("id_token_algorithm", lambda _h, p, s: f"{b64({'alg': 'nOnE'})}.{p}.{s}"),
    "alg none without signature": text("id_token_shape", lambda _h, p, _s: f"{b64({'alg': 'none'})}.{p}."),
    "no alg": text("id_token_algorithm", lambda _h, p, s: f"{b64({'kid': 'key-0'})}.{p}.{s}"),
    "alg is a list": text("id_token_algorithm", lambda _h, p, s: f"{b64({'alg': ['RS256']})}.{p}.{s}"),
    "RS512, not configured": text("id_token_algorithm", lambda _h, p, s: f"{b64({'alg': 'RS512'})}.{p}.{s}"),
    "HMAC with the public key": Lie("id_token_algorithm", token=lambda op, token: _hmac(op, token, _public)),
    "HMAC with an empty key": Lie("id_token_algorithm", token=lambda op, token: _hmac(op, token, lambda _op: b"")),
    "ES256 with an RSA key": text("id_token_key", lambda _h, p, s: f"{b64({'alg': 'ES256', 'kid': 'key-0'})}.{p}.{s}"),
    "broken signature": text("id_token_signature", lambda h, p, s: f"{h}.{p}.{s[:-8]}{FLIP}"),
    "short signature": text("id_token_signature", lambda h, p, _s: f"{h}.{p}.AAAA"),
    "changed payload": text("id_token_signature", lambda h, p, s: f"{h}.{b64(opened(p) | {'sub': 'boss'})}.{s}"),
    "attacker's key": Lie("id_token_signature", token=_by_attacker),
    "attacker's key in the header": Lie("id_token_header", token=_own_jwk),
    "address of keys in the header": header("id_token_header", jku="https://evil.example/keys"),
    "address of a certificate": header("id_token_header", x5u="https://evil.example/cert"),
    "certificate in the header": header("id_token_header", x5c=["MIIB"]),
    "unknown crit": header("id_token_header", crit=["exp"]),
    "unencoded payload": header("id_token_header", crit=["b64"], b64=True),
    "unknown kid": Lie("id_token_key", token=lambda op, token: _by_attacker(op, token, kid="nobody")),
    "kid as a path": Lie("id_token_key", token=lambda op, token: _by_attacker(op, token, kid="../../dev/null")),
    "kid is a list": text("id_token_header", lambda h, p, s: f"{b64(opened(h) | {'kid': ['key-0']})}.{p}.{s}"),
    "access token": header("id_token_type", typ="at+jwt"),
    "logout type": header("id_token_type", typ="logout+jwt"),
    "two parts": text("id_token_shape", lambda h, p, _s: f"{h}.{p}"),
    "five parts": text("id_token_shape", lambda h, p, s: f"{h}.{p}.{s}.a.b"),
    "not base64": text("id_token_shape", lambda _h, _p, _s: "!!.??.**"),
    "deep header": text("id_token_shape", lambda _h, p, s: f"{b64(b'[' * 8000)}.{p}.{s}"),
    "header is a list": text("id_token_header", lambda _h, p, s: f"{b64(b'[1]')}.{p}.{s}"),
    "oversize": says("id_token_shape", more="a" * 20_000),
    # the way back
    "other state": back("state", state="of-another-sign-in"),
    "no state": back("state", state=None),
    "other iss parameter": back("issuer_parameter", iss="https://evil.example"),
    "no iss parameter": back("issuer_parameter", iss=None),
    "no code": back("code_missing", code=None),
    "code with a line end": back("code_missing", code="a\r\nb"),
    "endless code": back("code_missing", code="a" * 5000),
    "code of nobody": back("code_refused", code="made-up"),
    "access denied": back("access_denied", error="access_denied", code=None),
    "unreadable error": back("provider_error", error="<script>\n", code=None),
    "silent error without being asked": back("provider_error", error="login_required", code=None),
    "provider in trouble": back("", error="server_error", code=None),
    # the token endpoint
    "token endpoint 500": path(TOKEN, _status(500)),
    "token endpoint 429": path(TOKEN, _status(429)),
    "token endpoint page": path(TOKEN, _html),
    "token endpoint list": path(TOKEN, _body(b"[]")),
    "token endpoint deep": path(TOKEN, _body(b"[" * 200_000)),
    "token endpoint long": path(TOKEN, _body(b" " * 2_000_000 + b"{}")),
    "token endpoint redirect": path(TOKEN, lambda op, _s: Said(307, b"", {"Location": op.issuer + "/jwks"})),
    "client refused": path(TOKEN, lambda _op, _s: Said.json({"error": "invalid_client"}, 401)),
    "error is a list": path(TOKEN, lambda _op, _s: Said.json({"error": [["x"]]}, 400), "code_refused"),
    "no access token": path(TOKEN, lambda _op, s: s.changed(access_token=None)),
    "access token with a line end": path(TOKEN, lambda _op, s: s.changed(access_token="a\r\nX-Evil: 1")),
    "token of another type": path(TOKEN, lambda _op, s: s.changed(token_type="N_A")),
    # userinfo, where it is asked
    "userinfo of another person": path(USERINFO, lambda _op, s: s.changed(sub="boss"), "userinfo_subject"),
    "userinfo without a person": path(USERINFO, lambda _op, s: s.changed(sub=None), "userinfo_subject"),
    "userinfo page": path(USERINFO, _html),
    "userinfo 401": path(USERINFO, _status(401)),
    # what it publishes
    "metadata of another issuer": path(DISCOVERY, lambda _op, s: s.changed(issuer="https://evil.example")),
    "metadata with a slash": path(DISCOVERY, lambda op, s: s.changed(issuer=op.issuer + "/")),
    "metadata page": path(DISCOVERY, _html),
    "metadata redirect": path(DISCOVERY, lambda op, _s: Said(302, b"", {"Location": op.issuer + "/jwks"})),
    "token endpoint of a file": path(DISCOVERY, lambda _op, s: s.changed(token_endpoint="file:///etc/passwd")),
    "authorize by script": path(DISCOVERY, lambda _op, s: s.changed(authorization_endpoint="javascript:alert(1)")),
    "keys with a password": path(DISCOVERY, lambda _op, s: s.changed(jwks_uri="https://a:b@evil.example/")),
    "no keys": path(KEYS, _body(b'{"keys": []}')),
    "keys 404": path(KEYS, _status(404)),
    "keys page": path(KEYS, _html),
    "keys of HMAC": path(KEYS, _body(b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "key-0"}]}')),
}
