"""Between Flask and the flow: what is known of a browser, and a step as a response."""

from __future__ import annotations

from base64 import b64encode

from flask import Request, Response
from flask import request as current

from sso_bridge.login.asked import PostForm, Redirect
from sso_bridge.login.browser import Browser, Cookies, Goodbye, Refusal, SignInPage, Step
from sso_bridge.session.cookie import DOOR, FLOW, SESSION
from sso_bridge.web import csrf, pages

LOGIN = "login"
"""The purpose of the forms on the sign-in page."""

FRAMES = frozenset({"iframe", "frame", "embed", "object"})


def browser_of(request: Request) -> Browser:
    """Return the browser of a request; the address is the one `web.proxies` settled."""
    return Browser(
        session=request.cookies.get(SESSION.name, ""),
        secret=request.cookies.get(FLOW.name, ""),
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        door=request.cookies.get(DOOR.name, ""),
        framed=request.headers.get("Sec-Fetch-Dest", "") in FRAMES,
    )


def to_response(step: Step) -> Response:
    """Return the response for a step of this request: 303, a form that posts itself, or our page."""
    answer = step.answer
    if isinstance(answer, Redirect):
        response = see_other(answer.url)
    elif isinstance(answer, PostForm):
        response = pages.send_form(answer)
    elif isinstance(answer, Refusal):
        response = pages.refusal(answer.why, answer.onward, answer.platform, answer.attempt)
    elif isinstance(answer, SignInPage):
        response = pages.sign_in(answer, csrf.token_for(browser_of(current).secret, LOGIN))
    elif isinstance(answer, Goodbye):
        response = pages.signed_out(answer)
    if step.reply:
        response.headers["WWW-Authenticate"] = f"Negotiate {b64encode(step.reply).decode()}"
    return with_cookies(response, step.cookies)


def see_other(url: str) -> Response:
    """Return 303: the next request is a GET, and what was posted here stays here (RFC 9700 4.12)."""
    return Response(status=303, headers={"Location": url})


def with_cookies(response: Response, cookies: Cookies) -> Response:
    """Give or take the cookies of a step."""
    if cookies.session is not None:
        response.headers.add("Set-Cookie", SESSION.header(cookies.session))
    if cookies.secret is not None:
        response.headers.add("Set-Cookie", FLOW.header(cookies.secret))
    if cookies.door is not None:
        response.headers.add("Set-Cookie", DOOR.header(cookies.door))
    return response
