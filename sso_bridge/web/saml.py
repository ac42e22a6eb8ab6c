"""The SAML identity provider over HTTP. No rule lives here: octets go in to `saml_idp`, steps come out of the flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from sso_bridge.errors import BadRequest
from sso_bridge.login.asked import Asked, Redirect
from sso_bridge.login.browser import Browser, Step
from sso_bridge.login.flow import SignIn
from sso_bridge.login.respond.saml_idp.refusals import Answerable
from sso_bridge.login.respond.saml_idp.responder import SamlIdentityProvider
from sso_bridge.login.saml.bindings import LONGEST_FORM, Received, by_post, by_redirect
from sso_bridge.web.answer import browser_of, to_response

METADATA_TYPE: Final = "application/samlmetadata+xml"


def blueprint(provider: SamlIdentityProvider, sign_in: SignIn) -> Blueprint:
    """Return `/saml/metadata`, `/saml/sso` and `/saml/launch/<platform>`."""
    pages = Blueprint("saml", __name__, url_prefix="/saml")

    def asked_for(received: Received, go_on: Callable[[Asked, Browser], Step]) -> Response:
        browser = browser_of(request)
        try:
            return to_response(go_on(provider.read(received), browser))
        except Answerable as refused:
            visit = sign_in.visits.open(refused.asked, browser)
            return to_response(sign_in.finish.refuse(visit, refused.why))

    @pages.get("/metadata")
    def metadata() -> Response:
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(provider.metadata(), 200, headers, content_type=METADATA_TYPE)

    @pages.get("/sso")
    def by_get() -> Response:
        """Begin a sign-in from the raw query string: the octets that were signed."""
        return asked_for(by_redirect(request.query_string), sign_in.begin)

    @pages.post("/sso")
    def by_form() -> Response:
        """Park the request: a form from another site comes without our session cookie."""
        return asked_for(by_post(_fields()), sign_in.park)

    @pages.get("/launch/<platform>")
    def launch(platform: str) -> Response:
        """Open a platform from the portal."""
        way = provider.launch(platform)
        return to_response(Step(way) if isinstance(way, Redirect) else sign_in.begin(way, browser_of(request)))

    return pages


def _fields() -> list[tuple[str, str]]:
    """Return the fields of the form in their order, all of them."""
    request.max_content_length = request.max_form_memory_size = 2 * LONGEST_FORM
    try:
        return list(request.form.items(multi=True))
    except RequestEntityTooLarge as wrong:
        raise BadRequest("the form is too long") from wrong
