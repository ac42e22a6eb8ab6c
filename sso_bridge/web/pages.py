"""The employees' pages: rendered here, so that every one has its language, title and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Response, render_template

from sso_bridge.errors import BridgeError, TicketRefused, TooManyAttempts, WorkplaceDown
from sso_bridge.login.asked import Answer, PostForm, Redirect
from sso_bridge.login.browser import Goodbye, SignInPage
from sso_bridge.web.headers import forms_may_lead_to
from sso_bridge.web.phrases import phrases, sentence

FORBIDDEN = 403
ANY_PLATFORM = "https:"
"""Where a chain of redirects ends nobody here knows; but it is encrypted."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A platform on the portal."""

    title: str
    address: str


def sign_in(page: SignInPage, csrf: str) -> Response:
    """Show the ways to sign in. A ticket is asked for by a 401 whose body is this whole page (RFC 4559).

    A refused ticket is no mistake of the person: nothing is said about it, and nothing is asked again (KR-02).
    """
    forms_may_lead_to(ANY_PLATFORM, *page.origins)
    words, why = phrases(), None if isinstance(page.why, TicketRefused) else page.why
    problem = "" if why is None else sentence(words, why.code, why.sentence)
    if isinstance(why, WorkplaceDown) and page.at:
        problem = words.down.format(workplace=page.titles.get(page.at, page.at))
    reference = "" if why is None else why.reference
    response = rendered("signin.html", page=page, choice=page.choice, csrf=csrf, problem=problem, reference=reference)
    if why is not None:
        response.status_code = why.status
    elif page.choice.tickets and page.why is None:
        response.status_code = 401
        response.headers["WWW-Authenticate"] = "Negotiate"
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The form of one workplace for a new password, in the browser of this attempt."""

    workplace: str
    attempt: str
    csrf: str
    username: str = ""


def new_password(page: NewPassword, why: BridgeError | None = None) -> Response:
    """Ask for the old password and a new one; `why` is what went wrong the last time."""
    words = phrases()
    problem = "" if why is None else sentence(words, why.code, why.sentence)
    response = rendered("password.html", page=page, problem=problem, reference=why.reference if why else "", onward="")
    if why is not None:
        response.status_code = why.status
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response


def password_changed(onward: str) -> Response:
    """Say that it was changed, and lead back to the sign-in that waits."""
    return rendered("password.html", onward=onward)


def send_form(form: PostForm) -> Response:
    """Post fields to a platform by itself, or by a button where scripts are off (IDP-06)."""
    forms_may_lead_to(origin_of(form.action), ANY_PLATFORM)
    return rendered("post.html", action=form.action, fields=form.fields)


def refusal(why: BridgeError, onward: Answer | None = None, platform: str = "", attempt: str = "") -> Response:
    """Say what went wrong in one sentence, with the reference, and the ways on: never a dead end.

    `onward` tells the platform; `platform` is begun anew; with `attempt` somebody else may go on.
    """
    link = onward.url if isinstance(onward, Redirect) else ""
    form = onward if isinstance(onward, PostForm) else None
    if form is not None:
        forms_may_lead_to(origin_of(form.action), ANY_PLATFORM)
    words = phrases()
    text = sentence(words, why.code, why.sentence)
    again = f"/login?to={quote(platform)}" if platform else "/login"
    mine = f"&attempt={quote(attempt)}" if attempt else ""
    other = f"/login?other=1{mine}" if attempt or why.status == FORBIDDEN else ""
    ways = {"link": link, "form": form, "again": again, "other": other}
    response = rendered("refusal.html", text=text, code=why.code, reference=why.reference, **ways)
    response.status_code = why.status
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response


def plain(text: str, status: int, reference: str = "") -> Response:
    """Say one sentence."""
    response = rendered(
        "refusal.html", text=text, code="", reference=reference, link="", form=None, again="/", other=""
    )
    response.status_code = status
    return response


@dataclass(frozen=True, slots=True)
class Place:
    """A browser somebody is signed in with; `here` when it is the one that asks."""

    address: str
    since: str
    browser: str
    here: bool


def portal(name: str, tiles: Iterable[Tile], places: Iterable[Place], csrf: str) -> Response:
    """Show the platforms of a person, and where else she is signed in."""
    forms_may_lead_to(ANY_PLATFORM)
    return rendered("portal.html", name=name, tiles=tuple(tiles), places=tuple(places), csrf=csrf)


def sign_out(csrf: str) -> Response:
    """Ask before signing out."""
    forms_may_lead_to(ANY_PLATFORM)
    return rendered("logout.html", csrf=csrf, goodbye=None)


def signed_out(goodbye: Goodbye) -> Response:
    """Say that the session is over, and what is known about the workplace's own (SE-07)."""
    return rendered("logout.html", csrf="", goodbye=goodbye)


def origin_of(address: str) -> str:
    """Return `scheme://host:port` of an address, or the bare scheme of one without a host."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def rendered(template: str, **facts: Any) -> Response:
    """Return the page of this template, in the browser's language."""
    words = phrases()
    given: Mapping[str, Any] = {"t": words, **facts}
    response = Response(render_template(template, **given), content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = words.code
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
