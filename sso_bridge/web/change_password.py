"""`/login/<workplace>/password`: the old password, and a new one twice."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import quote

from flask import Blueprint, Response, request

from sso_bridge.errors import AttemptOver, BridgeError
from sso_bridge.login.change_password import PasswordChange
from sso_bridge.login.visit import Visit
from sso_bridge.web import csrf, pages
from sso_bridge.web.answer import browser_of, see_other

PURPOSE = "password"


class NotTheSame(BridgeError):
    """The new password was not typed twice the same; nobody was asked anything."""

    code = "new_passwords_differ"
    status = 422
    sentence = "The two new passwords are not the same."


def blueprint(changing: PasswordChange) -> Blueprint:
    """Return the page."""
    site = Blueprint("change_password", __name__)

    @site.get("/login/<workplace>/password")
    def ask(workplace: str) -> Response:
        attempt = request.args.get("attempt", "")
        if not attempt or not changing.offered(workplace):
            return see_other(f"/login/{quote(workplace)}")
        return _form(changing.waiting(attempt, browser_of(request)), workplace)

    @site.post("/login/<workplace>/password")
    def change(workplace: str) -> Response:
        browser = browser_of(request)
        csrf.check(request, browser.secret, PURPOSE)
        visit = changing.waiting(_one("attempt"), browser)
        name, old, new, again = (_one(field) for field in ("username", "password", "new", "again"))
        try:
            if not compare_digest(new.encode("utf-8", "surrogatepass"), again.encode("utf-8", "surrogatepass")):
                raise NotTheSame
            changing.change(visit, workplace, name, old, new)
        except BridgeError as why:
            return _form(visit, workplace, name[:256], why)
        return pages.password_changed(f"/login/{quote(workplace)}?attempt={quote(visit.attempt_id)}")

    return site


def _form(visit: Visit, workplace: str, name: str = "", why: BridgeError | None = None) -> Response:
    token = csrf.token_for(visit.browser.secret, PURPOSE)
    page = pages.NewPassword(workplace, visit.attempt_id, token, name or visit.asked.login_hint[:256])
    return pages.new_password(page, why)


def _one(field: str) -> str:
    """Return a field that was sent exactly once (SE-10)."""
    values = request.form.getlist(field)
    if len(values) != 1:
        raise AttemptOver(f"the field {field} was sent {len(values)} times")
    return values[0]
