"""The addresses at which workplaces answer. No rule lives here: fields go in as they came, steps come out of the flow.

What a workplace can do is asked of it, never its kind; so every address is there for every workplace that has pages.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from sso_bridge.errors import BadRequest, BridgeError
from sso_bridge.login.authenticate.contract import PublishesKeys, PublishesMetadata, Returned
from sso_bridge.login.flow import SignIn
from sso_bridge.login.sign_out import SignOut
from sso_bridge.web.answer import browser_of, to_response

LONGEST_FORM = 1024 * 1024
LONGEST_QUERY = 64 * 1024
MOST_FIELDS = 40
METADATA_TYPE = "application/samlmetadata+xml"


def blueprint(sign_in: SignIn, sign_out: SignOut, public_url: str) -> Blueprint:
    """Return `/workplace/<name>/...`."""
    site = Blueprint("workplace", __name__, url_prefix="/workplace/<name>")

    _published(site, sign_in)

    @site.post("/saml/acs")
    @site.route("/oidc/callback", methods=["GET", "POST"])
    def back(name: str) -> Response:
        """Take the browser back; a form from another site brings the flow cookie, and not that of the session."""
        return to_response(sign_in.back(name, returned(public_url), browser_of(request)))

    @site.route("/saml/sls", methods=["GET", "POST"])
    @site.get("/oidc/logout")
    def signed_out(name: str) -> Response:
        """Take the browser back from signing out there, or end what the workplace orders through it."""
        return to_response(sign_out.back(name, returned(public_url), browser_of(request)))

    @site.post("/oidc/logout")
    def ordered(name: str) -> Response:
        """End what the workplace orders without a browser (OpenID Back-Channel Logout 2.5 to 2.8)."""
        try:
            sign_out.order(name, returned(public_url))
        except BridgeError as why:
            sign_in.visits.lost(why, browser_of(request), "workplace")
            response = jsonify(error="invalid_request")
            response.status_code = 400
            return response
        return Response("", 200)

    return site


def _published(site: Blueprint, sign_in: SignIn) -> None:
    @site.get("/saml/metadata")
    def metadata(name: str) -> Response:
        door = sign_in.arrival.live.current().workplaces.get(name)
        if not isinstance(door, PublishesMetadata):
            abort(404)
        return Response(door.metadata(), 200, {"Cache-Control": "public, max-age=300"}, content_type=METADATA_TYPE)

    @site.get("/oidc/jwks")
    def keys(name: str) -> Response:
        door = sign_in.arrival.live.current().workplaces.get(name)
        if not isinstance(door, PublishesKeys):
            abort(404)
        body = json.dumps(door.public_keys())
        return Response(body, 200, {"Cache-Control": "public, max-age=300"}, content_type="application/jwk-set+json")


def returned(public_url: str) -> Returned:
    """Return the message of this request; BadRequest when it is too long or says something twice (SP-29)."""
    if len(request.query_string) > LONGEST_QUERY:
        raise BadRequest("the query is too long")
    query = request.query_string.decode("ascii", "replace")
    pairs = _form() if request.method == "POST" else _query(query)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadRequest("a field was sent twice")
    return Returned("POST" if request.method == "POST" else "GET", public_url + request.path, query, fields)


def _query(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadRequest("the query has too many fields, or is no text") from None


def _form() -> list[tuple[str, str]]:
    request.max_content_length = request.max_form_memory_size = LONGEST_FORM
    try:
        pairs = list(request.form.items(multi=True))
    except RequestEntityTooLarge as wrong:
        raise BadRequest("the form is too long") from wrong
    if len(pairs) > MOST_FIELDS:
        raise BadRequest("the form has too many fields")
    return pairs
