"""The whole web application over a real database: one SAML platform, one OpenID platform, one users file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlalchemy import insert

from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.organisation import person
from tests.fakes.openid_bridge import VERIFIER, basic, challenge
from tests.fakes.saml_platform import SamlPlatform
from tests.fakes.sign_in_bridge import ADA, BOB, QUICK, RIGHT, fields

SITE = "https://bridge.test"
BACK = "https://chat.test/cb"
SECRET = "secret-of-chat-that-no-log-may-show"
EVERYBODY = {
    "for": "person.active",
    "attributes": {"userName": "person.username", "displayName": "person.displayName"},
    "release": ["name"],
}


def document() -> dict:
    """Return the configuration."""
    chat = {
        "protocol": "oidc",
        "client_id": "chat",
        "client_secret": "file:chat-secret",
        "redirect_uris": [BACK],
        "refresh": True,
        "launch_url": "https://chat.test/",
    }
    return {
        "workplaces": {"staff": {"kind": "file", "path": "users.yaml"}},
        "platforms": {
            "chat": {"login": chat, "mapping": "all"},
            "wiki": {"login": {"protocol": "saml", "metadata_file": "wiki.xml"}, "mapping": "all"},
        },
        "mappings": {"all": EVERYBODY},
    }


class WholeSite:
    """`app` is the Flask application, `parts` its parts, `wiki` the SAML platform."""

    def __init__(self, store, clock, keys, folder: Path, **given) -> None:
        self.clock, self.wiki = clock, SamlPlatform()
        (folder / "wiki.xml").write_bytes(self.wiki.metadata())
        (folder / "chat-secret").write_text(SECRET)
        users = "".join(
            f"  {n}: {{employee_number: {k}, password: '{QUICK}'}}\n" for n, k in (("ada", "E1"), ("bob", "E2"))
        )
        (folder / "users.yaml").write_text("users:\n" + users)
        with store.writing() as connection:
            for one in (ADA, BOB):
                row = {"id": one.id, "uuid": one.uuid, "source": one.source, "key": one.key}
                more = {"facts": person_facts(one), "digest": b"12345678", "strikes": 0, "changed_at": clock()}
                connection.execute(insert(person), row | more)
        settings = Settings(public_url=SITE, base_dir=folder)
        self.app = create_app(settings, store=store, clock=clock, keys=keys, **given)
        self.parts = self.app.extensions["sso_bridge"]
        self.apply(document())

    def apply(self, wanted: dict) -> None:
        """Bring a configuration into force."""
        desk = self.parts.configuration
        draft = desk.propose(wanted, by="cli").draft.id
        desk.approve(draft, by="cli")
        desk.apply(draft, by="cli")

    def browser(self):
        """Return a new browser."""
        return self.app.test_client()

    def authorize(self, **more: str) -> str:
        """Return the address the chat sends its people to."""
        given = {
            "client_id": "chat",
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid profile offline_access",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
        }
        return "/oidc/authorize?" + urlencode(given | more)

    def sign_in(self, browser, name: str = "ada", **more: str) -> str:
        """Sign in at the chat with a password where one is asked for; return the code."""
        answer = browser.get(self.authorize(**more), base_url=SITE)
        if not answer.location.startswith(BACK):
            form = fields(browser.get(answer.location, base_url=SITE).text)
            answer = browser.post("/login/staff", data=form | {"username": name, "password": RIGHT}, base_url=SITE)
        return parse_qs(urlsplit(answer.location).query)["code"][0]

    def trade(self, code: str, secret: str = SECRET):
        """Trade a code at the token endpoint."""
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        return self.token(given, secret)

    def refresh(self, token: str):
        """Use a refresh token."""
        return self.token({"grant_type": "refresh_token", "refresh_token": token}, SECRET)

    def token(self, given: dict[str, str], secret: str, **more):
        """POST to the token endpoint."""
        return self.browser().post("/oidc/token", data=given, headers=basic("chat", secret), base_url=SITE, **more)

    def sign_out(self, browser, **more: str):
        """Send the sign-out form."""
        form = fields(browser.get("/logout", base_url=SITE).text)
        return browser.post("/logout", data=form | more, base_url=SITE)
