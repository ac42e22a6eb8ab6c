"""An employee opens platforms that speak OpenID Connect: one password in all, and they see what the rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sso_bridge.login.respond.oidc_provider.client import SCOPES, Client
from tests.fakes.openid_bridge import VERIFIER, basic, challenge
from tests.fakes.openid_house import OpenIdHouse, Served
from tests.fakes.org import BUYER
from tests.fakes.sign_in_bridge import RIGHT, fields
from tests.lab import apache
from tests.lab.form_browser import FormBrowser
from tests.lab.mod_auth_openidc import OpenIdModule

SITE = "https://bridge.test"
CHAT, WIKI = "https://chat.test/cb", "https://wiki.test/cb"
CLIENTS = (
    Client("chat", "chat", frozenset({CHAT}), ("env:CHAT",), scopes=frozenset(SCOPES), refresh=True),
    Client("wiki", "wiki", frozenset({WIKI}), ("env:WIKI",), id_token_alg="ES256"),
)
SECRETS = {"env:CHAT": "secret-of-chat", "env:WIKI": "secret-of-wiki"}


class Employee:
    """A browser and the platforms behind it, without a network."""

    def __init__(self, house: OpenIdHouse) -> None:
        self.house, self.http = house, house.app.test_client()

    def open(self, client="chat", **given):
        """Start at a platform."""
        back = next(iter(self.house.clients[client].redirect_uris))
        asks = {"client_id": client, "redirect_uri": back, "response_type": "code", "scope": "openid profile email"}
        asks |= {"code_challenge": challenge(), "code_challenge_method": "S256", "state": "s", "nonce": "n"} | given
        return self.http.get("/oidc/authorize?" + urlencode(asks), base_url=SITE)

    def type_password(self, answer, name="jhoff", password=RIGHT):
        """Fill in the form one was sent to."""
        hidden = fields(self.http.get(answer.location, base_url=SITE).text)
        form = hidden | {"username": name, "password": password}
        return self.http.post("/login/staff", data=form, base_url=SITE)

    def redeem(self, answer, client="chat"):
        """Let the platform trade the code."""
        back = next(iter(self.house.clients[client].redirect_uris))
        form = {"grant_type": "authorization_code", "redirect_uri": back, "code_verifier": VERIFIER}
        headers = basic(client, SECRETS[f"env:{client.upper()}"])
        return self.http.post("/oidc/token", data=form | {"code": told(answer)["code"]}, headers=headers, base_url=SITE)

    def userinfo(self, tokens):
        """Let the platform ask."""
        return self.http.get(
            "/oidc/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}, base_url=SITE
        )


def told(answer) -> dict[str, str]:
    """Return what went back to the platform."""
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


@pytest.fixture
def employee(store, tmp_path) -> Employee:
    return Employee(OpenIdHouse(store, tmp_path, SITE, CLIENTS, SECRETS))


def test_one_password_for_two_platforms(employee):
    """The first platform asks for the password, the second does not, and each knows another person (IDP-07)."""
    first = employee.type_password(employee.open("chat"))
    second = employee.open("wiki")

    chat = employee.userinfo(employee.redeem(first, "chat").json).json
    wiki = employee.userinfo(employee.redeem(second, "wiki").json).json
    assert "jurgen@corp.test" == chat["email"] == wiki["email"]
    assert ["buyers"] == chat["groups"]
    assert ("Jürgen van 't Hoff", "jhoff", "Inkoper") == (chat["name"], chat["preferred_username"], chat["title"])
    assert chat["sub"] != wiki["sub"]


def test_prompt_none_with_and_without_a_session(employee):
    """prompt=none answers at once: with login_required before the sign-in, with a code after it (OP-18)."""
    assert "login_required" == told(employee.open(prompt="none"))["error"]
    employee.type_password(employee.open())

    assert told(employee.open(prompt="none"))["code"]


@pytest.mark.parametrize("given", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}])
def test_fresh_sign_in(employee, given):
    """prompt=login and max_age=0 ask for the password although a session is open, and then answer (OP-18)."""
    employee.type_password(employee.open())

    again = employee.open(**given)

    assert again.location.startswith("/login")
    assert told(employee.type_password(again))["code"]


def test_stronger_sign_in_than_there_is(employee):
    """An essential acr that no workplace gives is answered as unmet, without a page (OIDC Core 5.5.1.1)."""
    employee.type_password(employee.open())

    answer = employee.open(claims='{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}')

    assert "unmet_authentication_requirements" == told(answer)["error"]


def test_sign_out_ends_the_tokens(employee):
    """After signing out of the bridge the access and refresh tokens of every platform are dead (SE-05)."""
    tokens = employee.redeem(employee.type_password(employee.open(scope="openid offline_access"))).json
    assert 200 == employee.userinfo(tokens).status_code

    page = employee.http.get("/logout", base_url=SITE)
    employee.http.post("/logout", data=fields(page.text), base_url=SITE)

    assert 401 == employee.userinfo(tokens).status_code


def test_another_sign_in_keeps_the_tokens(employee):
    """Signing in once more in the same browser takes nothing from the platforms that are signed in."""
    tokens = employee.redeem(employee.type_password(employee.open())).json

    employee.type_password(employee.open(prompt="login"))

    assert 200 == employee.userinfo(tokens).status_code


def test_form_from_another_site(employee):
    """An authorization request by POST goes on by GET, where the browser shows its session (OIDC Core 3.1.2.1)."""
    employee.type_password(employee.open())
    asks = {"client_id": "chat", "redirect_uri": CHAT, "response_type": "code", "scope": "openid"}
    asks |= {"code_challenge": challenge(), "code_challenge_method": "S256", "state": "s"}

    parked = employee.http.post("/oidc/authorize", data=asks, base_url=SITE)
    answer = employee.http.get(parked.location, base_url=SITE)

    assert told(answer)["code"]


def test_form_post_answer(employee):
    """response_mode=form_post brings the code in a form to the registered address, and the page may post there."""
    employee.type_password(employee.open())

    page = employee.open(response_mode="form_post", state='"><script>')

    assert 200 == page.status_code
    assert f'action="{CHAT}"' in page.text
    assert "https://chat.test" in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text.replace("<script nonce", "")


def test_refused_request_is_traced(employee, store):
    """A request with a mistake is answered at the platform, and an administrator finds what was wrong with it."""
    assert "invalid_request" == told(employee.open(code_challenge_method="plain"))["error"]

    with store.reading() as rows:
        kept = repr(rows.exec_driver_sql("SELECT * FROM sign_in_trace").all())
    assert "PKCE with code_challenge_method S256 is required" in kept


Serve = Callable[[OpenIdModule], Served]


@pytest.fixture
def serve(store, site) -> Iterator[Serve]:
    """Serve the bridge over TLS for one Apache."""
    opened: list[Served] = []

    def build(peer: OpenIdModule) -> Served:
        secrets = SECRETS | {"env:CHAT": peer.client_secret}
        chat = replace(CLIENTS[0], client_id=peer.client_id, redirect_uris=frozenset({peer.redirect_uri}))
        opened.append(Served(store, site, (chat, CLIENTS[1]), secrets))
        return opened[-1]

    yield build
    for one in opened:
        one.stop()


@pytest.mark.peer("mod_auth_openidc")
def test_mod_auth_openidc(serve, site, openid_module):
    """mod_auth_openidc signs somebody in and hands the application what the rules release (OP-13)."""
    served = serve(openid_module)
    openid_module.start(served.house.url)
    browser = FormBrowser(site.authority.ca_file, "jhoff", RIGHT)

    page = browser.open(openid_module.secret)

    seen = apache.environment(page.text)
    house = served.house
    outcome = house.rules.outcome("chat", BUYER, house.people.chart()).claims
    assert 1 == browser.prompts
    assert house.subjects.subject(house.views["chat"], BUYER) == seen["REMOTE_USER"] == seen["OIDC_CLAIM_sub"]
    for name in ("email", "name", "preferred_username", "title"):
        assert outcome[name] == seen[f"OIDC_CLAIM_{name}"]
    assert "buyers" == seen["OIDC_CLAIM_groups"]
    assert house.url == seen["OIDC_CLAIM_iss"]
