"""`/session` and `/logout`: who is signed in here, and signing out, here and at the workplace."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from sso_bridge.errors import LoginRequired
from sso_bridge.login.browser import Cookies, Goodbye
from sso_bridge.login.sign_out import SignOut
from sso_bridge.session.desk import SessionDesk
from sso_bridge.web import csrf, pages
from sso_bridge.web.answer import browser_of, to_response, with_cookies

LOGOUT = "logout"


def blueprint(desk: SessionDesk, sign_out: SignOut) -> Blueprint:
    """Return the pages."""
    site = Blueprint("logout", __name__)

    @site.get("/session")
    def session() -> Response:
        present = desk.present(browser_of(request))
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
        if desk.present(browser) is None:
            return _nobody()
        return pages.sign_out(csrf.token_for(browser.session, LOGOUT))

    @site.post("/logout")
    def logout() -> Response:
        browser = browser_of(request)
        present = desk.present(browser)
        if present is None:
            return _nobody()
        csrf.check(request, browser.session, LOGOUT)
        return to_response(sign_out.leave(present, browser, everywhere=bool(request.form.get("everywhere"))))

    @site.get("/logout/workplace")
    def follow() -> Response:
        """Sign out of the workplace too; the attempt in the address is known to nobody else."""
        return to_response(sign_out.follow(request.args.get("attempt", ""), browser_of(request)))

    return site


def _nobody() -> Response:
    return with_cookies(pages.signed_out(Goodbye()), Cookies(session=""))
