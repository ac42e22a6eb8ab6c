"""The whole application between the protocols: workplaces `office` (SAML) and `login` (OpenID), platforms of both."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import requests

from sso_bridge.login.saml.bindings import by_redirect
from sso_bridge.outgoing import open_session
from tests.fakes.openid_bridge import VERIFIER
from tests.fakes.saml_bridge import find
from tests.fakes.saml_workplace import Idp, Says
from tests.fakes.whole_site import SECRET, SITE, WholeSite, document
from tests.lab import lying_op

US = f"{SITE}/workplace/office/saml"
SAYS = Says(
    name="ada",
    destination=f"{US}/acs",
    recipient=f"{US}/acs",
    audience=f"<saml:AudienceRestriction><saml:Audience>{US}/metadata</saml:Audience></saml:AudienceRestriction>",
)
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
MFA = "https://refeds.org/profile/mfa"


class TwoProtocols:
    """`op` is the provider behind `login`, `idp` the one behind `office`; `sent` the last request that left for it."""

    def __init__(self, store, clock, keys, folder, op: lying_op.LyingOp) -> None:
        self.site = WholeSite(store, clock, keys, folder, outgoing=open_session(["127.0.0.0/8"]))
        self.clock, self.op, self.idp, self.sent = clock, op, Idp(), b""
        (folder / "idp.xml").write_bytes(self.idp.metadata())
        (folder / "op-secret").write_text(lying_op.SECRET)
        self.kinds = {
            "office": {"kind": "saml", "metadata_file": "idp.xml"},
            "login": {"kind": "oidc", "issuer": op.issuer, "client_id": lying_op.CLIENT}
            | {"client_secret": "file:op-secret"},
        }

    def only(self, name: str, **more: object) -> None:
        """Let this be the only workplace."""
        self.site.apply(document() | {"workplaces": {name: self.kinds[name] | more}})

    def saml_request(self, inner: str = "", **attributes: str) -> str:
        """Return the address the wiki sends its people to."""
        request = self.site.wiki.request(inner, at=self.clock(), **attributes)
        return "/saml/sso?" + self.site.wiki.query(request).decode()

    def through(self, browser, address: str, **says: object):
        """Go from a platform's request through workplaces back to its answer; `says` may depend on our request."""
        answer = browser.get(address, base_url=SITE)
        for _ in range(8):
            place = answer.location or ""
            if place.startswith("/"):
                answer = browser.get(place, base_url=SITE)
            elif place.startswith(self.op.issuer):
                back = urlsplit(requests.get(place, allow_redirects=False, timeout=5).headers["Location"])
                answer = browser.get(f"{back.path}?{back.query}", base_url=SITE)
            elif place.startswith(self.idp.sso):
                answer = browser.post("/workplace/office/saml/acs", data=self._answer(place, says), base_url=SITE)
            else:
                return answer
        raise AssertionError("no end")

    def away(self, browser, address: str) -> dict[str, list[str]]:
        """Go from a platform's request to the workplace; return what is asked there."""
        place = address
        while place.startswith("/"):
            place = browser.get(place, base_url=SITE).location
        return parse_qs(urlsplit(place).query)

    def id_token(self, answer) -> dict[str, object]:
        """Trade the code of an answer, and return what the ID token says."""
        code = parse_qs(urlsplit(answer.location).query)["code"][0]
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://chat.test/cb"}
        token = self.site.token(given | {"code_verifier": VERIFIER}, SECRET).json["id_token"]
        return dict(jwt.decode(token, options={"verify_signature": False}))

    def statement(self, answer) -> tuple[str, str]:
        """Return class and moment of the assertion in a posted answer."""
        posted = base64.b64decode(html.unescape(re.findall(r'name="SAMLResponse" value="([^"]+)"', answer.text)[0]))
        reference = find(posted, ".//a:AuthnContextClassRef")
        if reference is None:
            return find(posted, "p:Status/p:StatusCode/p:StatusCode").get("Value").rpartition(":")[2], ""
        return reference.text, find(posted, ".//a:AuthnStatement").get("AuthnInstant")

    def _answer(self, place: str, says: dict[str, object]) -> dict[str, str]:
        received = by_redirect(urlsplit(place).query.encode())
        self.sent = received.xml
        request = received.xml.decode().split(' ID="')[1].split('"')[0]
        said = {name: one(received.xml) if callable(one) else one for name, one in says.items()}
        changed = {"assertion_id": f"_a{request}", "response_id": f"_r{request}", **said}
        signed = self.idp.signed(replace(SAYS, request=request, now=self.clock(), **changed).response())
        return {"SAMLResponse": base64.b64encode(signed).decode(), "RelayState": received.relay_state}
