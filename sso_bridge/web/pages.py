"""The employees' pages: rendered here, so that every one has its language, title and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template

from sso_bridge.errors import BridgeError, TooManyAttempts
from sso_bridge.login.asked import Answer, PostForm, Redirect
from sso_bridge.web.headers import forms_may_lead_to
from sso_bridge.web.phrases import phrases, sentence

ANY_PLATFORM = "https:"
"""Where a chain of redirects ends nobody here knows; but it is encrypted."""


@dataclass(frozen=True, slots=True)
class Door:
    """A workplace to choose; `address` is its own page."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A platform on the portal."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """The form of one workplace. `platform` waits for the answer, `origins` is where that goes."""

    workplace: str
    attempt: str
    csrf: str
    username: str = ""
    platform: str = ""
    origins: tuple[str, ...] = ()


def choice(doors: Iterable[Door]) -> Response:
    """Let somebody choose a workplace."""
    return _page("choice.html", doors=tuple(doors))


def password_form(page: PasswordPage, why: BridgeError | None = None) -> Response:
    """Ask for name and password; `why` is what went wrong the last time."""
    forms_may_lead_to(ANY_PLATFORM, *page.origins)
    words = phrases()
    problem = "" if why is None else sentence(words, why.code, why.sentence)
    response = _page("password.html", page=page, problem=problem, reference="" if why is None else why.reference)
    if why is not None:
        response.status_code = why.status
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response


def send_form(form: PostForm) -> Response:
    """Post fields to a platform by itself, or by a button where scripts are off (IDP-06)."""
    forms_may_lead_to(origin_of(form.action), ANY_PLATFORM)
    return _page("post.html", action=form.action, fields=form.fields)


def refusal(why: BridgeError, onward: Answer | None = None) -> Response:
    """Say what went wrong in one sentence, with the reference, and a way on where there is one."""
    link = onward.url if isinstance(onward, Redirect) else ""
    form = onward if isinstance(onward, PostForm) else None
    if form is not None:
        forms_may_lead_to(origin_of(form.action), ANY_PLATFORM)
    words = phrases()
    text = sentence(words, why.code, why.sentence)
    response = _page("refusal.html", text=text, code=why.code, reference=why.reference, link=link, form=form)
    response.status_code = why.status
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response


def plain(text: str, status: int, reference: str = "") -> Response:
    """Say one sentence."""
    response = _page("refusal.html", text=text, code="", reference=reference, link="", form=None)
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
    return _page("portal.html", name=name, tiles=tuple(tiles), places=tuple(places), csrf=csrf)


def sign_out(csrf: str) -> Response:
    """Ask before signing out."""
    return _page("logout.html", csrf=csrf)


def signed_out() -> Response:
    """Say that the session is over."""
    return _page("logout.html", csrf="")


def origin_of(address: str) -> str:
    """Return `scheme://host:port` of an address, or the bare scheme of one without a host."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _page(template: str, **facts: Any) -> Response:
    words = phrases()
    given: Mapping[str, Any] = {"t": words, **facts}
    response = Response(render_template(template, **given), content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = words.code
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
