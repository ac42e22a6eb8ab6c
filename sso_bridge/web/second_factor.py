"""`/login/second-factor`: the second step of a sign-in. The code goes by a plain form; a key needs a little script."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from sso_bridge.errors import AttemptOver, BridgeError, TooManyAttempts
from sso_bridge.login.flow import SignIn
from sso_bridge.login.step_up import Proof
from sso_bridge.login.visit import Visit
from sso_bridge.second_factor.checking import Checking
from sso_bridge.second_factor.refusals import SecondFactorRefused
from sso_bridge.session.desk import Present
from sso_bridge.web import csrf, factor_pages
from sso_bridge.web.answer import browser_of, to_response

PURPOSE = "second factor"


def blueprint(sign_in: SignIn, checking: Checking) -> Blueprint:
    """Return the page."""
    site = Blueprint("second_factor", __name__)
    step_up = sign_in.finish.step_up

    @site.get("/login/second-factor")
    def ask() -> Response:
        visit = sign_in.visits.back(request.args.get("attempt", ""), browser_of(request))
        here = step_up.waiting(visit)
        if here is None or not step_up.missing(visit, here.signed_in):
            return to_response(sign_in.finish.tell(visit, sign_in.go_on))
        return _page(checking, visit, here)

    @site.post("/login/second-factor")
    def prove() -> Response:
        browser = browser_of(request)
        csrf.check(request, browser.secret, PURPOSE)
        visit = sign_in.visits.back(_one("attempt"), browser)
        here, check = step_up.waiting(visit), _check(checking)
        if here is None or not step_up.missing(visit, here.signed_in):
            return to_response(sign_in.finish.tell(visit, sign_in.go_on))
        try:
            raised = step_up.proved(visit, here, check)
        except (SecondFactorRefused, TooManyAttempts) as why:
            return _page(checking, visit, here, why)
        except BridgeError as why:
            return to_response(sign_in.finish.refuse(visit, why))
        return to_response(sign_in.finish.answer(visit, raised))

    return site


def _check(checking: Checking) -> Callable[[Present], Proof]:
    """Return what checks the fields of this request: a code, or a key's answer with its ticket."""
    if "response" in request.form:
        ticket, response = _one("ticket"), _one("response")
        return lambda here: checking.key(here.person, here.session.name, ticket, response)
    code = _one("code")
    return lambda here: checking.code(here.person, code)


def _page(checking: Checking, visit: Visit, here: Present, why: BridgeError | None = None) -> Response:
    kinds = checking.kinds(here.person)
    question = checking.question(here.person, here.session.name) if "webauthn" in kinds else None
    token = csrf.token_for(visit.browser.secret, PURPOSE)
    return factor_pages.ask(factor_pages.Asking(visit.attempt_id, token, kinds, question), why)


def _one(field: str) -> str:
    """Return a field that was sent exactly once (SE-10)."""
    values = request.form.getlist(field)
    if len(values) != 1:
        raise AttemptOver(f"the field {field} was sent {len(values)} times")
    return values[0]
