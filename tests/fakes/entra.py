"""Entra as its documentation describes it: one tenant, its keys, its token endpoint, and Graph; by `responses`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import responses

from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.contract import Away, Returned, Wish
from sso_bridge.login.authenticate.entra.settings import EntraSettings
from sso_bridge.login.authenticate.entra.workplace import Entra
from sso_bridge.outgoing import open_session
from tests.fakes.workplaces import SITE, around
from tests.lab.lying_op import jwk_of, rsa_key

TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
OTHER = "11111111-2222-4333-8444-555555555555"
CLIENT = "535fb089-9ff3-47b6-9bfb-4f1264799865"
OID = "00000000-0000-0000-66f3-3332eca7ea81"
CALLBACK = f"{SITE}/workplace/entra/oidc/callback"
LOGIN, GRAPH = "login.microsoftonline.com", "graph.microsoft.com"
Reply = tuple[int, dict[str, str], str]


@dataclass
class Member:
    """A group as Graph lists it."""

    id: str
    type: str = "#microsoft.graph.group"


class FakeEntra:
    """`claims` is changed by a test to lie; `token` and `graph` replace an answer as a whole."""

    def __init__(self, clock: Any, net: responses.RequestsMock, tenant: str = TENANT, login: str = LOGIN) -> None:
        self.clock, self.net, self.tenant, self.login = clock, net, tenant, login
        self.issuer = f"https://{login}/{{tenantid}}/v2.0" if tenant in {"common", "organizations"} else ""
        self.issuer = self.issuer or f"https://{login}/{TENANT}/v2.0"
        self.keys = {"k1": rsa_key(0)}
        self.key_issuer = f"https://{login}/{{tenantid}}/v2.0"
        self.person: dict[str, Any] = {"oid": OID, "tid": TENANT, "sub": "pairwise-1", "name": "Ada Lovelace"}
        self.person |= {"preferred_username": "ada@corp.example", "email": "ada@corp.example", "ver": "2.0"}
        self.person |= {"employeeid": "E1", "sid": "entra-session-1", "login_hint": "O.opaque"}
        self.more: dict[str, Any] = {}
        self.signer = "k1"
        self.header: dict[str, Any] = {}
        self.token: Callable[[Mapping[str, str]], Reply] | None = None
        self.graph: Callable[[str], Reply] | None = None
        self.members = [Member(f"g-{number}") for number in range(5)]
        self.page = 999
        self.asked: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        base = f"https://{login}/{tenant}"
        net.add_callback("GET", f"{base}/v2.0/.well-known/openid-configuration", self._metadata)
        net.add_callback("GET", f"{base}/discovery/v2.0/keys", self._jwks)
        net.add_callback("POST", f"{base}/oauth2/v2.0/token", self._token)

    def with_graph(self, host: str = GRAPH) -> FakeEntra:
        """Let Graph answer as well."""
        self.net.add_callback("GET", f"https://{host}/v1.0/me/transitiveMemberOf", self._graph)
        return self

    def _metadata(self, _request: Any) -> Reply:
        base = f"https://{self.login}/{self.tenant}"
        document = {"issuer": self.issuer, "authorization_endpoint": f"{base}/oauth2/v2.0/authorize"}
        document |= {"token_endpoint": f"{base}/oauth2/v2.0/token", "jwks_uri": f"{base}/discovery/v2.0/keys"}
        return _json(document | {"end_session_endpoint": f"{base}/oauth2/v2.0/logout"})

    def _jwks(self, _request: Any) -> Reply:
        return _json({"keys": [jwk_of(key, kid, issuer=self.key_issuer) for kid, key in self.keys.items()]})

    def claims(self) -> dict[str, Any]:
        """Return what the next token says; a None in `more` takes a claim away."""
        stamp = int(self.clock().timestamp())
        told = {"iss": f"https://{self.login}/{self.person['tid']}/v2.0", "aud": CLIENT, "iat": stamp - 300}
        told |= {"nbf": stamp - 300, "exp": stamp + 3900, "nonce": self.asked.get("nonce", ""), **self.person}
        return {name: value for name, value in (told | self.more).items() if value is not None}

    def id_token(self) -> str:
        """Return the next token."""
        key = self.keys.get(self.signer, rsa_key(99))
        return jwt.encode(self.claims(), key, algorithm="RS256", headers={"kid": self.signer, **self.header})

    def _token(self, request: Any) -> Reply:
        form = dict(parse_qsl(request.body if isinstance(request.body, str) else request.body.decode()))
        self.forms.append(form)
        if self.token is not None:
            return self.token(form)
        told = {"token_type": "Bearer", "scope": "openid profile email", "expires_in": 3599, "access_token": "at-1"}
        return _json(told | {"id_token": self.id_token()})

    def _graph(self, request: Any) -> Reply:
        if self.graph is not None:
            return self.graph(request.url)
        start = int(dict(parse_qsl(urlsplit(request.url).query)).get("$skiptoken", 0))
        page = self.members[start : start + self.page]
        told: dict[str, Any] = {"value": [{"@odata.type": one.type, "id": one.id} for one in page]}
        if start + self.page < len(self.members):
            told["@odata.nextLink"] = f"{request.url.split('?')[0]}?$select=id&$skiptoken={start + self.page}"
        return _json(told)


def _json(told: Any, status: int = 200) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(told)


@dataclass
class EntraWorkplace:
    """The workplace under test at a fake Entra."""

    entra: FakeEntra
    settings: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    directories: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chosen = {"tenant": self.entra.tenant, "client_id": CLIENT, "client_secret": "env:X"} | self.settings
        resolve = lambda _host, _port: ["20.190.159.1"]  # noqa: E731
        parts = {"clock": self.entra.clock, "outgoing": open_session([], resolve=resolve)} | self.given
        self.party = Entra(EntraSettings(name="entra", **chosen), around(**parts), lambda name: self.directories[name])

    def begin(self, handle: str = "h-1", **wish: Any) -> Away:
        """Send the browser away; Entra notes what was asked."""
        away = self.party.begin(Wish(**wish), handle)
        self.entra.asked = dict(parse_qsl(urlsplit(away.answer.url).query))
        return away

    def back(self, **fields: str) -> Returned:
        """Come back with a code, or with other fields."""
        return Returned("POST", CALLBACK, "", {"code": "code-1", "state": "h-1"} | fields)

    def sign_in(self, **wish: Any) -> VerifiedLogin:
        """Go the whole way."""
        away = self.begin(**wish)
        return self.party.finish(self.back(), away.note)
