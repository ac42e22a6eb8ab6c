"""Signing in by hand: `/login`, and the portal at `/`. The flow decides what is shown; tickets come in by a header."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import replace
from functools import partial
from urllib.parse import quote

from flask import Blueprint, Request, Response, request

from mappings.names import display_name
from sso_bridge.errors import AttemptOver
from sso_bridge.login.authenticate.contract import SendsAway, TakesPassword
from sso_bridge.login.browser import Browser, SignInPage, Step
from sso_bridge.login.flow import SignIn
from sso_bridge.login.portal import Portal
from sso_bridge.login.respond.bridge import asked_for
from sso_bridge.web import csrf, pages
from sso_bridge.web.answer import LOGIN, browser_of, see_other, to_response
from sso_bridge.web.logout import LOGOUT
from sso_bridge.web.safe_redirect import local_path

LONGEST_TICKET = 128 * 1024


def blueprint(sign_in: SignIn, portal: Portal) -> Blueprint:
    """Return the pages."""
    site = Blueprint("signin", __name__)
    _login(site, sign_in)
    _workplace(site, sign_in)

    @site.get("/")
    def home() -> Response:
        browser = browser_of(request)
        present = sign_in.desk.present(browser)
        if present is None:
            return see_other("/login")
        tiles = [pages.Tile(one.title or one.name, one.launch) for one in portal.platforms_of(present.person)]
        places = [
            pages.Place(
                one.address, f"{one.began_at:%Y-%m-%d %H:%M} UTC", one.user_agent[:80], one.id == present.session.id
            )
            for one in sign_in.desk.all_of(present.person)
        ]
        return pages.portal(display_name(present.person), tiles, places, csrf.token_for(browser.session, LOGOUT))

    return site


def _login(site: Blueprint, sign_in: SignIn) -> None:
    @site.get("/login")
    def login() -> Response:
        """Begin a sign-in to the bridge itself or to a platform, or go on with the attempt of this browser."""
        browser, given = browser_of(request), request.args
        attempt, token = given.get("attempt", ""), _ticket(request)
        if not attempt:
            return _begin(sign_in)
        if given.get("other"):
            return to_response(sign_in.at(attempt, browser, sign_in.doors.other))
        if token is not None:
            return to_response(sign_in.ticket(attempt, token, browser))
        page = sign_in.doors.every if given.get("all") else sign_in.doors.page
        return to_response(sign_in.at(attempt, browser, partial(sign_in.go_on, way=page)))

    @site.post("/login")
    def by_mail() -> Response:
        browser = browser_of(request)
        _check(sign_in, browser)
        mail = _one("mail")
        return to_response(sign_in.at(_one("attempt"), browser, lambda visit: sign_in.doors.mail(visit, mail)))

    @site.get("/login/resume/<attempt>")
    def resume(attempt: str) -> Response:
        return to_response(sign_in.at(attempt, browser_of(request)))


def _workplace(site: Blueprint, sign_in: SignIn) -> None:
    @site.get("/login/<workplace>")
    def login_at(workplace: str) -> Response:
        """Sign in at this workplace; a bookmark of it begins a sign-in to the bridge itself."""
        browser, attempt = browser_of(request), request.args.get("attempt", "")
        if not isinstance(sign_in.arrival.live.current().workplaces.get(workplace), TakesPassword | SendsAway):
            return see_other("/login")
        if attempt:
            return to_response(sign_in.at(attempt, browser, lambda visit: sign_in.doors.chosen(visit, workplace)))
        wanted = local_path(request.args.get("next", "/"))
        if sign_in.desk.present(browser):
            return see_other(wanted)
        return to_response(sign_in.doors.anew(wanted, browser, f"/login/{quote(workplace)}?attempt="))

    @site.post("/login/<workplace>")
    def password(workplace: str) -> Response:
        browser = browser_of(request)
        _check(sign_in, browser)
        attempt, name, secret = (_one(field) for field in ("attempt", "username", "password"))
        step = sign_in.password(attempt, workplace, name, secret, browser)
        return to_response(_typed(step, name))


def _begin(sign_in: SignIn) -> Response:
    browser, given = browser_of(request), request.args
    wanted, platform = local_path(given.get("next", "/")), given.get("to", "")
    view = sign_in.arrival.live.current().platforms.get(platform)
    if view is not None and view.launch:
        return see_other(view.launch)
    if given.get("other"):
        return to_response(sign_in.doors.anew(wanted, browser, "/login?other=1&attempt="))
    return to_response(sign_in.begin(asked_for(wanted), browser))


def _check(sign_in: SignIn, browser: Browser) -> None:
    """Raise ForeignForm unless the form is ours; a page that was open for too long has lost its cookie by now."""
    try:
        csrf.check(request, browser.secret, LOGIN)
    except csrf.ForeignForm as why:
        why.platform = sign_in.doors.attempts.platform_of(request.form.get("attempt", ""))
        raise


def _typed(step: Step, name: str) -> Step:
    """Return the step with the name that was typed: nobody types it twice."""
    page = step.answer
    return replace(step, answer=replace(page, typed=name[:256])) if isinstance(page, SignInPage) else step


def _ticket(asked: Request) -> bytes | None:
    """Return the ticket of the Authorization header, None without one; what cannot be read is an empty ticket."""
    kind, _, text = asked.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "negotiate":
        return None
    try:
        return b64decode(text.strip(), validate=True) if len(text) <= LONGEST_TICKET else b""
    except (binascii.Error, ValueError):
        return b""


def _one(field: str) -> str:
    """Return a field that was sent exactly once; a step cannot be taken with none or two (SE-10)."""
    values = request.form.getlist(field)
    if len(values) != 1:
        raise AttemptOver(f"the field {field} was sent {len(values)} times")
    return values[0]
