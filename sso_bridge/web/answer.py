"""Between Flask and the flow: what is known of a browser, and a step as a response."""

from __future__ import annotations

from flask import Request, Response

from sso_bridge.login.asked import PostForm, Redirect
from sso_bridge.login.browser import Browser, Cookies, Refusal, Step
from sso_bridge.session.cookie import FLOW, SESSION
from sso_bridge.web import pages


def browser_of(request: Request) -> Browser:
    """Return the browser of a request; the address is the one `web.proxies` settled."""
    return Browser(
        session=request.cookies.get(SESSION.name, ""),
        secret=request.cookies.get(FLOW.name, ""),
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
    )


def to_response(step: Step) -> Response:
    """Return the response for a step: 303, a form that posts itself, or our page."""
    answer = step.answer
    if isinstance(answer, Redirect):
        response = see_other(answer.url)
    elif isinstance(answer, PostForm):
        response = pages.send_form(answer)
    elif isinstance(answer, Refusal):
        response = pages.refusal(answer.why, answer.onward)
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
    return response
