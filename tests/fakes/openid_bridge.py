"""Us as an OpenID provider over HTTP: real storage and endpoints, made-up platforms, a sign-in that just answers."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask
from sqlalchemy import insert, update

from mappings.employment import active_on
from sso_bridge.errors import BridgeError, LoginRequired
from sso_bridge.login.asked import Redirect, Released, SignedIn, Subject
from sso_bridge.login.browser import Step
from sso_bridge.login.respond.oidc_provider.client import SCOPES, Client
from sso_bridge.login.respond.oidc_provider.provider import build
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.standing import TokenStanding
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.tables.login import bridge_session
from sso_bridge.store.tables.organisation import person
from sso_bridge.web import headers
from sso_bridge.web.oidc import blueprint
from tests.fakes.clock import START

ISSUER = "https://bridge.test"
SECRET = "the secret of chat: ünïcode + 100%"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CLAIMS = {"name": "Ada Lovelace", "email": "ada@corp.test", "groups": ("all", "sales"), "title": "Countess"}
CHAT, WIKI, PHONE = "https://chat.test/callback", "https://wiki.test/cb?tenant=1", "http://127.0.0.1/cb"
CLIENTS = (
    Client("chat", "chat", frozenset({CHAT}), ("env:CHAT", "env:CHAT_NEW"), scopes=frozenset(SCOPES), refresh=True),
    Client("wiki", "wiki", frozenset({WIKI}), ("env:WIKI",), "client_secret_post", id_token_alg="ES256"),
    Client("phone", "phone", frozenset({PHONE}), (), "none"),
)
SECRETS = {"env:CHAT": SECRET, "env:CHAT_NEW": "the next secret of chat", "env:WIKI": "the secret of wiki"}


def challenge(verifier: str = VERIFIER) -> str:
    """Return the S256 challenge, computed here and not by the product."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@cache
def made(name: str):
    """Make a key once per test process."""
    if name.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


class Ring:
    """Two keys of each kind; the first signs."""

    def __init__(self) -> None:
        self.names = {"oidc-rs256": ["rsa-1", "rsa-2"], "oidc-es256": ["ec-1", "ec-2"]}

    def published(self, purpose):
        """Give all keys of the purpose."""
        algorithm = "RS256" if purpose == "oidc-rs256" else "ES256"
        return tuple(SimpleNamespace(kid=n, algorithm=algorithm, private_key=made(n)) for n in self.names[purpose])

    def signing(self, purpose):
        """Give the first key of the purpose."""
        return self.published(purpose)[0]


class Registered(dict):
    """Clients by their id."""

    def by_id(self, client_id):
        """Give a client or None."""
        return self.get(client_id)


class InstantSignIn:
    """Answers at once as `who`, or refuses when nobody is there and no page is allowed."""

    def __init__(self, store, who) -> None:
        self.store, self.who, self.released, self.asked, self.responder = (
            store,
            who,
            Released("ada-at-chat", CLAIMS),
            [],
            None,
        )

    @property
    def visits(self):
        """Give something that records a refused request."""
        return SimpleNamespace(lost=lambda why, browser, protocol: "four-words-to-find")

    def begin(self, asked, browser):
        """Answer, or send to the login page."""
        self.asked.append(asked)
        if self.who is None and not asked.passive:
            return Step(Redirect("/login?attempt=1"))
        try:
            if self.who is None:
                raise LoginRequired("nobody")
            with self.store.writing():
                return Step(self.responder.answer(asked, self.who, self.released))
        except BridgeError as why:
            told = self.responder.refuse(asked, why)
            if told is None:
                raise
            return Step(told)

    def park(self, asked, browser):
        """Send the browser round once more, as a cross-site POST needs it."""
        self.asked.append(asked)
        return Step(Redirect("/login/resume/1"))


class OpenIdBridge:
    """The provider, its HTTP face `web`, and the steps of a relying party."""

    def __init__(self, store, clock, issuer=ISSUER) -> None:
        self.store, self.clock, self.ring, self.audited, self.secrets = store, clock, Ring(), [], dict(SECRETS)
        self.clients = Registered({client.client_id: client for client in CLIENTS})
        self._people()
        self.grants = OpenIdGrants(store, clock)
        who = SignedIn("s-1", 1, "uuid-1", Subject("ad", "ada"), START, ("pwd",), "urn:corp:password", START)
        self.sign_in = InstantSignIn(store, who)
        self.workplaces = {"ad"}
        on = {client.platform for client in CLIENTS}.__contains__
        standing = TokenStanding(
            store,
            lambda: clock().date(),
            on,
            self.workplaces.__contains__,
            active_on,
            lambda _platform, _person: self.sign_in.released,
        )
        audit = SimpleNamespace(record=lambda *events: self.audited.extend(event.what for event in events))
        self.provider = build(
            issuer,
            self.clients,
            self.grants,
            standing,
            self.ring,
            audit,
            clock,
            self.secrets.__getitem__,
            Throttle(store),
        )
        self.sign_in.responder = self.provider.responder
        self.app = Flask("sso_bridge.web", static_folder="static", template_folder="templates")
        headers.install(self.app, https=True)
        self.app.register_error_handler(BridgeError, lambda wrong: (wrong.sentence, wrong.status))
        self.app.register_blueprint(blueprint(self.provider, self.sign_in, self.sign_in))
        self.web = self.app.test_client()

    def _people(self) -> None:
        with self.store.writing() as rows:
            here = {"id": 1, "uuid": "uuid-1", "source": "hr", "key": "E1", "facts": {}, "digest": b"12345678"}
            rows.execute(insert(person), {**here, "strikes": 0, "changed_at": START})
            seat = {
                "name": "s-1",
                "person_id": 1,
                "subject": {"workplace": "ad"},
                "method": [],
                "assurance": "",
                "cookie_hash": b"c",
            }
            times = {"authenticated_at": START, "began_at": START, "seen_at": START, "ends_at": START}
            rows.execute(insert(bridge_session), {**seat, **times, "address": "", "user_agent": ""})

    def authorize(self, method="get", text=None, **given):
        """Send an authorization request; a value of None leaves the parameter out."""
        asks = {"client_id": "chat", "redirect_uri": CHAT, "response_type": "code", "scope": "openid profile email"}
        asks |= {"code_challenge": challenge(), "code_challenge_method": "S256", "state": "s", "nonce": "n"} | given
        text = (
            text
            if text is not None
            else urlencode({k: v for k, v in asks.items() if v is not None}, errors="surrogateescape")
        )
        if method == "get":
            return self.web.get("/oidc/authorize", query_string=text)
        return self.web.post("/oidc/authorize", data=text, content_type="application/x-www-form-urlencoded")

    def back(self, **given) -> dict[str, str]:
        """Return the parameters that went back to the platform."""
        return returned(self.authorize(**given))

    def code(self, **given) -> str:
        """Return a fresh code."""
        return self.back(**given)["code"]

    def token(self, auth=("chat", SECRET), **form):
        """Send a request to the token endpoint; `auth` as Basic, None for none."""
        return self.web.post("/oidc/token", data=_without_none(form), headers=basic(*auth) if auth else {})

    def redeem(self, code, auth=("chat", SECRET), **given):
        """Trade a code."""
        form = {
            "grant_type": "authorization_code",
            "redirect_uri": CHAT,
            "code_verifier": VERIFIER,
            "code": code,
        } | given
        return self.token(auth, **form)

    def tokens(self, **given):
        """Go the whole way, and return the token answer."""
        answer = self.redeem(self.code(**given))
        assert answer.status_code == 200, answer.text
        return answer.json

    def refresh(self, token, auth=("chat", SECRET), **given):
        """Trade a refresh token."""
        return self.token(auth, grant_type="refresh_token", refresh_token=token, **given)

    def userinfo(self, token):
        """Ask who bears this token."""
        return self.web.get("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"})

    def alive(self, token) -> bool:
        """Return whether an access token still works."""
        return self.userinfo(token).status_code == 200

    def end_session(self, why="signed_out") -> None:
        """End the bridge session."""
        with self.store.writing() as rows:
            rows.execute(update(bridge_session).values(ended_at=self.clock(), ended_why=why))

    def leaver(self) -> None:
        """Let HR say that the person is gone."""
        with self.store.writing() as rows:
            rows.execute(update(person).values(gone_on=self.clock().date()))


def returned(answer) -> dict[str, str]:
    """Return the query parameters of a redirect."""
    assert answer.status_code == 303, answer.text
    found = parse_qs(urlsplit(answer.location).query, keep_blank_values=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def basic(name: str, secret: str) -> dict[str, str]:
    """Return the header of RFC 6749 2.3.1."""
    coded = urlencode({name: secret}).encode().replace(b"=", b":", 1)
    return {"Authorization": "Basic " + base64.b64encode(coded).decode()}


def _without_none(form):
    return {name: value for name, value in form.items() if value is not None}
