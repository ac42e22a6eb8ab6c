"""The whole application with platforms that want two factors, and people with an authenticator app in their hands."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import jwt

from sso_bridge.second_factor import totp
from sso_bridge.session.cookie import SESSION
from tests.fakes.openid_bridge import VERIFIER
from tests.fakes.sign_in_bridge import RIGHT
from tests.fakes.whole_site import BACK, SECRET, SITE, WholeSite, document

MFA = "https://refeds.org/profile/mfa"
SHOWN = re.compile(r'class="secret">([A-Z2-7]+)<')


def hidden(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the first form that goes there."""
    (form,) = re.findall(rf'<form method="post" action="{re.escape(action)}.*?</form>', page, re.DOTALL)[:1]
    return {name: html.unescape(text) for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


@dataclass
class App:
    """An authenticator app."""

    secret: bytes
    clock: object

    def code(self, later: int = 0) -> str:
        """Return what it shows, or will show so many steps later."""
        return totp.code_at(self.secret, int(self.clock().timestamp()) // totp.SECONDS + later)


class Person:
    """Somebody in front of a browser, whose app is `app`."""

    def __init__(self, site: TwoFactors, name: str = "ada") -> None:
        self.site, self.name, self.http = site, name, site.whole.browser()
        self.app: App | None = None
        self.codes: list[str] = []

    def get(self, path: str):
        """GET."""
        return self.http.get(path, base_url=SITE)

    def post(self, path: str, data: dict[str, str]):
        """POST."""
        return self.http.post(path, data=data, base_url=SITE)

    def cookie(self) -> str:
        """Return the session cookie."""
        kept = self.http.get_cookie(SESSION.name, domain="bridge.test")
        return kept.value if kept else ""

    def follow(self, answer):
        """Follow our own redirects, and fill in the password form where there is one."""
        while True:
            place = answer.location or ""
            if place.startswith("/"):
                answer = self.get(place)
            elif answer.status_code == 200 and 'action="/login/staff"' in answer.text:
                form = hidden(answer.text, "/login/staff")
                answer = self.post("/login/staff", form | {"username": self.name, "password": RIGHT})
            else:
                return answer

    def open(self, path: str | None = None, **asked: str):
        """Go to a page of ours, or to the chat, signing in with the password where that is asked."""
        return self.follow(self.get(path or self.site.whole.authorize(**asked)))

    def enrol(self, page=None):
        """Add an app at `/security`; return the page with the recovery codes."""
        page = page or self.open("/security/begin")
        shown = SHOWN.findall(page.text)[0]
        self.app = App(base64.b32decode(shown + "=" * (-len(shown) % 8)), self.site.clock)
        action = re.findall(r'action="(/security/app[^"]*)"', page.text)[0]
        fields = hidden(page.text, action)
        done = self.post(html.unescape(action), fields | {"title": "my telephone", "code": self.app.code()})
        self.codes = re.findall(r"<code>([a-z2-7-]+)</code>", done.text)
        return done

    def type(self, page, code: str):
        """Type a code into the page that asks for one."""
        return self.post("/login/second-factor", hidden(page.text, "/login/second-factor") | {"code": code})

    def id_token(self, answer) -> dict[str, object]:
        """Trade the code of an answer for what the ID token says."""
        code = parse_qs(urlsplit(answer.location).query)["code"][0]
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        token = self.site.whole.token(given, SECRET).json["id_token"]
        return dict(jwt.decode(token, options={"verify_signature": False}))


class TwoFactors:
    """`whole` is the application; the chat asks for two factors where `required`, the wiki never does."""

    def __init__(self, store, clock, keys, folder, *, required: bool = True, **given) -> None:
        self.whole, self.clock, self.store = WholeSite(store, clock, keys, folder, **given), clock, store
        wanted = document()
        wanted["platforms"]["chat"]["login"]["second_factor"] = "required" if required else "none"
        self.whole.apply(wanted)

    def person(self, name: str = "ada") -> Person:
        """Return somebody with a new browser."""
        return Person(self, name)

    def asked(self, answer) -> bool:
        """Return whether this is the page that asks for a code."""
        return answer.status_code in {200, 401, 429} and 'name="code" autocomplete="one-time-code"' in answer.text

    def audit(self, what: str) -> list[str]:
        """Return why this was recorded, each time, oldest first."""
        return [one.why for one in self.whole.parts.audit.records() if one.what == what]
