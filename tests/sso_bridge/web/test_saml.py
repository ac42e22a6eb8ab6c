"""The SAML addresses, with a sign-in that answers at once."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest
from flask import Flask
from lxml import etree, html

from sso_bridge.errors import BridgeError
from sso_bridge.login.asked import Redirect
from sso_bridge.login.browser import Refusal, Step
from sso_bridge.login.respond.saml_idp.refusals import NameNotPossible
from sso_bridge.web import headers
from sso_bridge.web.saml import blueprint
from tests.fakes.saml_bridge import ADA, RELEASED, SamlBridge
from tests.fakes.saml_platform import SamlPlatform, form

WIKI = SamlPlatform()


class Instant:
    """Ada is signed in; a parked request only comes back elsewhere."""

    def __init__(self, provider) -> None:
        self.provider, self.parked, self.refused = provider, [], []
        self.visits = SimpleNamespace(open=lambda asked, browser: asked)
        self.finish = SimpleNamespace(refuse=self.refuse)

    def begin(self, asked, browser):
        """Answer."""
        return Step(self.provider.answer(asked, ADA, RELEASED))

    def park(self, asked, browser):
        """Keep, and send the browser round."""
        self.parked.append(asked)
        return Step(Redirect("/login/resume/1"))

    def refuse(self, asked, why):
        """Show our page with the platform's answer behind a button."""
        self.refused.append(why)
        return Step(Refusal(why, self.provider.refuse(asked, why)))


@pytest.fixture
def bridge(tmp_path) -> SamlBridge:
    """The wiki is registered; `web` is its browser, `sign_in` what the browser meets."""
    bridge = SamlBridge(tmp_path)
    app = Flask("sso_bridge.web", template_folder="templates")
    headers.install(app, https=True)
    app.register_error_handler(BridgeError, lambda why: (why.sentence, why.status))
    bridge.sign_in = Instant(bridge.idp)
    app.register_blueprint(blueprint(bridge.idp, bridge.sign_in))
    bridge.web = app.test_client()
    return bridge


def posted(response) -> tuple[str, dict[str, str]]:
    """Return where the page's form leads and what it carries."""
    found = html.fromstring(response.data).forms[0]
    return found.action, {name: value for name, value in found.form_values() if name != "csrf"}


def status_of(fields: dict[str, str]) -> list[str]:
    """Return the status codes of an answer."""
    root = etree.fromstring(base64.b64decode(fields["SAMLResponse"]))
    return [node.get("Value").rsplit(":", 1)[1] for node in root.iter("{*}StatusCode")]


def test_by_redirect(bridge):
    """A request by Redirect is answered by a form that posts to the platform (IDP-06)."""
    response = bridge.web.get("/saml/sso?" + WIKI.signed_query(WIKI.request(), "deep link").decode())

    action, fields = posted(response)
    assert 200 == response.status_code
    assert "https://wiki.test/acs" == action
    assert "deep link" == fields["RelayState"]
    assert ["Success"] == status_of(fields)


@pytest.mark.parametrize("state", ['"><script>alert(1)</script>', "x" * 10_000, "žlutý kůň 馬"])
def test_relay_state_on_the_page(bridge, state):
    """RelayState is escaped on the page, comes back unchanged, and no inline script is allowed (IDP-06)."""
    response = bridge.web.get("/saml/sso?" + WIKI.query(WIKI.request(), state).decode())

    assert state == posted(response)[1]["RelayState"]
    assert b"<script>alert" not in response.data
    assert "no-store" in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "form-action" in policy


def test_by_post(bridge):
    """A posted request is parked, because it comes without the session cookie, and goes on by 303."""
    response = bridge.web.post("/saml/sso", data=dict(form(WIKI.enveloped(WIKI.request()), RelayState="x")))

    assert 303 == response.status_code
    assert "/login/resume/1" == response.headers["Location"]
    assert "x" == bridge.sign_in.parked[0].details["relay_state"]


def test_wish_that_cannot_be_granted(bridge):
    """A genuine request for a name that may not be had goes through the flow, and is answered (IDP-07)."""
    wish = '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/>'

    response = bridge.web.get("/saml/sso?" + WIKI.query(WIKI.request(wish)).decode())

    assert isinstance(bridge.sign_in.refused[0], NameNotPossible)
    action, fields = posted(response)
    assert "https://wiki.test/acs" == action
    assert ["Requester", "InvalidNameIDPolicy"] == status_of(fields)


@pytest.mark.parametrize(
    ("method", "address", "data"),
    [
        ("get", "/saml/sso", None),
        ("get", "/saml/sso?SAMLRequest=x", None),
        ("get", "/saml/sso?SAMLResponse=x", None),
        ("post", "/saml/sso", {}),
        ("post", "/saml/sso?" + WIKI.query(WIKI.request()).decode(), {}),
        ("post", "/saml/sso", {"SAMLRequest": "%"}),
        ("post", "/saml/sso", {"SAMLRequest": "A" * 2_000_000}),
        ("post", "/saml/sso", {"SAMLRequest": ["AAAA", "AAAA"]}),
        ("get", "/saml/launch/unknown", None),
    ],
)
def test_no_message(bridge, method, address, data):
    """What is no request gets a 4xx of ours, never a form for a platform (IDP-01, TM-02)."""
    response = getattr(bridge.web, method)(address, data=data)

    assert 400 == response.status_code
    assert b"SAMLResponse" not in response.data


def test_metadata_page(bridge):
    """Anybody may read who we are."""
    response = bridge.web.get("/saml/metadata")

    assert "application/samlmetadata+xml" == response.content_type
    assert b"https://bridge.test/saml/sso" in response.data


def test_launch(bridge):
    """The portal's link posts an answer nobody asked for; whatever RelayState somebody adds is ignored (SP-26)."""
    action, fields = posted(bridge.web.get("/saml/launch/wiki?RelayState=https://evil.test"))

    assert "https://wiki.test/acs" == action
    assert "RelayState" not in fields


def test_launch_at_the_platform(bridge):
    """A platform with its own start page is opened there."""
    bridge.decide("wiki", launch_url="https://wiki.test/start")

    assert "https://wiki.test/start" == bridge.web.get("/saml/launch/wiki").headers["Location"]


def test_bombs_while_people_sign_in(bridge):
    """Every sign-in between hostile messages succeeds (TM-02)."""
    deep = WIKI.request("<samlp:Extensions>" + "<x>" * 20_000 + "</x>" * 20_000 + "</samlp:Extensions>")
    good = "/saml/sso?" + WIKI.signed_query(WIKI.request()).decode()

    for _ in range(20):
        assert 400 == bridge.web.post("/saml/sso", data=dict(form(deep))).status_code
        assert 200 == bridge.web.get(good).status_code
