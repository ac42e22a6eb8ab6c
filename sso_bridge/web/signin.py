"""Signing in and out by hand: `/login`, `/logout`, `/session`, and the portal at `/`."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from mappings.names import display_name
from sso_bridge.errors import AttemptOver, LoginRequired
from sso_bridge.login.authenticate.contract import SendsAway, TakesPassword
from sso_bridge.login.browser import Cookies, Refusal
from sso_bridge.login.finish import TRY_AGAIN
from sso_bridge.login.flow import SignIn
from sso_bridge.login.portal import Portal
from sso_bridge.login.respond.bridge import asked_for
from sso_bridge.web import csrf, pages
from sso_bridge.web.answer import browser_of, see_other, to_response, with_cookies
from sso_bridge.web.safe_redirect import local_path

LOGIN, LOGOUT = "login", "logout"


def blueprint(sign_in: SignIn, portal: Portal) -> Blueprint:
    """Return the pages."""
    site = Blueprint("signin", __name__)
    _login(site, sign_in)
    _session(site, sign_in)

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
        """Begin a sign-in to the bridge itself, or go on with the attempt of this browser."""
        attempt = request.args.get("attempt", "")
        if not attempt:
            return to_response(sign_in.begin(asked_for(local_path(request.args.get("next", "/"))), browser_of(request)))
        doors = _doors(sign_in)
        if len(doors) == 1:
            return login_at(doors[0])
        sign_in.visits.desk.find(attempt, browser_of(request))
        titles = sign_in.arrival.live.current().titles
        query = f"?attempt={quote(attempt)}"
        return pages.choice(pages.Door(titles.get(name) or name, f"/login/{quote(name)}{query}") for name in doors)

    @site.get("/login/<workplace>")
    def login_at(workplace: str) -> Response:
        attempt = request.args.get("attempt", "")
        door = sign_in.arrival.live.current().workplaces.get(workplace)
        if attempt and isinstance(door, SendsAway):
            return to_response(sign_in.away(attempt, workplace, browser_of(request)))
        if not attempt or not isinstance(door, TakesPassword):
            return see_other("/login")
        return pages.password_form(_form(sign_in, attempt, workplace))

    @site.post("/login/<workplace>")
    def password(workplace: str) -> Response:
        browser = browser_of(request)
        csrf.check(request, browser.secret, LOGIN)
        attempt, name, secret = (_one(field) for field in ("attempt", "username", "password"))
        step = sign_in.password(attempt, workplace, name, secret, browser)
        if isinstance(step.answer, Refusal) and isinstance(step.answer.why, TRY_AGAIN):
            return pages.password_form(_form(sign_in, attempt, workplace, name[:256]), step.answer.why)
        return to_response(step)

    @site.get("/login/resume/<attempt>")
    def resume(attempt: str) -> Response:
        return to_response(sign_in.resume(attempt, browser_of(request)))


def _session(site: Blueprint, sign_in: SignIn) -> None:
    @site.get("/session")
    def session() -> Response:
        present = sign_in.desk.present(browser_of(request))
        if present is None:
            raise LoginRequired
        who = present.signed_in
        return jsonify(
            person=who.person_uuid,
            workplace=who.subject.workplace,
            subject=who.subject.value,
            signed_in_at=who.authenticated_at.isoformat(),
            assurance=who.assurance,
        )

    @site.get("/logout")
    def ask() -> Response:
        browser = browser_of(request)
        if sign_in.desk.present(browser) is None:
            return with_cookies(pages.signed_out(), Cookies(session=""))
        return pages.sign_out(csrf.token_for(browser.session, LOGOUT))

    @site.post("/logout")
    def logout() -> Response:
        browser = browser_of(request)
        present = sign_in.desk.present(browser)
        if present is not None:
            csrf.check(request, browser.session, LOGOUT)
            actor = f"person:{present.person.uuid}"
            if request.form.get("everywhere"):
                sign_in.desk.end_all(present.person, "signed_out_everywhere", actor)
            else:
                sign_in.desk.end(present.session, "signed_out", actor)
        return with_cookies(pages.signed_out(), Cookies(session=""))


def _doors(sign_in: SignIn) -> list[str]:
    workplaces = sign_in.arrival.live.current().workplaces
    return [name for name, one in workplaces.items() if isinstance(one, TakesPassword | SendsAway)]


def _form(sign_in: SignIn, attempt: str, workplace: str, typed: str = "") -> pages.PasswordPage:
    """Return the form for an attempt of this browser; AttemptOver when it is not."""
    browser = browser_of(request)
    asked = sign_in.visits.desk.find(attempt, browser).asked
    platform = sign_in.arrival.live.current().platforms.get(asked.platform)
    return pages.PasswordPage(
        workplace=workplace,
        attempt=attempt,
        csrf=csrf.token_for(browser.secret, LOGIN),
        username=typed or asked.login_hint[:256],
        platform=(platform.title or platform.name) if platform else "",
        origins=platform.origins if platform else (),
    )


def _one(field: str) -> str:
    """Return a field that was sent exactly once; a step cannot be taken with none or two (SE-10)."""
    values = request.form.getlist(field)
    if len(values) != 1:
        raise AttemptOver(f"the field {field} was sent {len(values)} times")
    return values[0]
