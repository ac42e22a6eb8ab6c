"""`/security`: people see, add and remove their own second factors."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from mappings.names import display_name
from sso_bridge.errors import AttemptOver, BridgeError, LoginRequired
from sso_bridge.login.asked import Asked
from sso_bridge.login.authenticate.attempt import is_token
from sso_bridge.login.authenticate.contract import MFA
from sso_bridge.login.browser import Browser, Cookies
from sso_bridge.login.flow import SignIn
from sso_bridge.login.respond.bridge import PROTOCOL, asked_for
from sso_bridge.second_factor.enrolment import FRESH, Enrolment
from sso_bridge.second_factor.refusals import SecondFactorRefused
from sso_bridge.session.desk import Present
from sso_bridge.web import csrf, factor_pages
from sso_bridge.web.answer import browser_of, see_other, to_response, with_cookies

PURPOSE = "security"
HOME = "/security"


class _Pages:
    """What the routes share. A session that may not change factors is led to what it lacks first."""

    def __init__(self, sign_in: SignIn, enrolment: Enrolment) -> None:
        self.sign_in = sign_in
        self.enrolment = enrolment

    def here(self, browser: Browser) -> Present | None:
        """Return who is there."""
        return self.sign_in.desk.present(browser)

    def may(self, browser: Browser) -> Present:
        """Return who is there and may change factors; LoginRequired, ForeignForm."""
        here = self.here(browser)
        csrf.check(request, browser.session, PURPOSE)
        if here is None or self.enrolment.lacks(here):
            raise LoginRequired("the session is too old to change second factors")
        return here

    def shown(
        self, here: Present, cookie: str, why: BridgeError | None = None, codes: tuple[str, ...] = (), ticket: str = ""
    ) -> Response:
        """Return the overview; a ticket is that of the app whose code was mistyped."""
        enrolment, person, name = self.enrolment, here.person, display_name(here.person)
        lack = enrolment.lacks(here)
        ready = not lack and not codes
        page = factor_pages.Overview(
            factors=enrolment.factors.of_person(person.id),
            codes_left=enrolment.factors.codes_left(person.id),
            csrf=csrf.token_for(cookie, PURPOSE),
            lack=lack,
            app=(enrolment.same_app(here, name, ticket) if ticket else enrolment.new_app(here, name))
            if ready
            else None,
            key=enrolment.new_key(here, name) if ready and enrolment.keys.possible else None,
            codes=codes,
            attempt=_attempt(),
        )
        return factor_pages.overview(page, why)

    def added(self, here: Present, method: tuple[str, ...], *, first: bool) -> Response:
        """Return the overview of the raised session; with the first factor come ten recovery codes (SE-01)."""
        raised = self.sign_in.desk.step_up(here, (*method, "mfa"), MFA)
        if raised is None:
            raise LoginRequired("the session ended meanwhile")
        codes = self.enrolment.new_codes(here.person) if first else ()
        return with_cookies(self.shown(raised, raised.cookie, codes=codes), Cookies(session=raised.cookie))


def blueprint(sign_in: SignIn, enrolment: Enrolment) -> Blueprint:
    """Return the pages."""
    site, pages = Blueprint("security", __name__, url_prefix=HOME), _Pages(sign_in, enrolment)
    _looking(site, pages)
    _adding(site, pages)
    return site


def _looking(site: Blueprint, pages: _Pages) -> None:
    @site.get("")
    def home() -> Response:
        browser = browser_of(request)
        here = pages.here(browser)
        if here is None:
            return to_response(pages.sign_in.begin(asked_for(_home()), browser))
        return pages.shown(here, browser.session)

    @site.get("/begin")
    def begin() -> Response:
        """Lead to what the session lacks: a sign-in of this minute for the first factor, later one of ours."""
        browser = browser_of(request)
        here = pages.here(browser)
        lack = pages.enrolment.lacks(here) if here else "sign_in"
        if here is not None and lack == "second_factor":
            return to_response(pages.sign_in.finish.step_up.confirm(_home(), here, browser))
        if lack:
            age = int(FRESH.total_seconds())
            asked = Asked(PROTOCOL, max_age=age, details={"next": _home()})
            return to_response(pages.sign_in.begin(asked, browser))
        return see_other(_home())


def _adding(site: Blueprint, pages: _Pages) -> None:
    enrolment = pages.enrolment

    @site.post("/app")
    def app() -> Response:
        browser = browser_of(request)
        here, first = pages.may(browser), False
        ticket = _one("ticket")
        try:
            first = not enrolment.factors.of_person(here.person.id)
            proof = enrolment.add_app(here, ticket, _one("code"), _one("title"))
        except SecondFactorRefused as why:
            return pages.shown(here, browser.session, why, ticket=ticket if why.reason == "wrong_code" else "")
        except BridgeError as why:
            return pages.shown(here, browser.session, why)
        return pages.added(here, proof.method, first=first)

    @site.post("/key")
    def key() -> Response:
        browser = browser_of(request)
        here = pages.may(browser)
        first = not enrolment.factors.of_person(here.person.id)
        try:
            proof = enrolment.add_key(here, _one("ticket"), _one("response"), _one("title"))
        except BridgeError as why:
            return pages.shown(here, browser.session, why)
        return pages.added(here, proof.method, first=first)

    @site.post("/remove")
    def remove() -> Response:
        enrolment.remove(pages.may(browser_of(request)).person, _one("id"))
        return see_other(_home())

    @site.post("/codes")
    def codes() -> Response:
        browser = browser_of(request)
        here = pages.may(browser)
        if not enrolment.factors.of_person(here.person.id):
            return see_other(_home())
        return pages.shown(here, browser.session, codes=enrolment.new_codes(here.person))


def _attempt() -> str:
    """Return the sign-in that waits, empty without one."""
    given = request.values.get("attempt", "")
    return given if is_token(given) else ""


def _home() -> str:
    attempt = _attempt()
    return f"{HOME}?attempt={quote(attempt)}" if attempt else HOME


def _one(field: str) -> str:
    """Return a field that was sent exactly once (SE-10)."""
    values = request.form.getlist(field)
    if len(values) != 1:
        raise AttemptOver(f"the field {field} was sent {len(values)} times")
    return values[0]
