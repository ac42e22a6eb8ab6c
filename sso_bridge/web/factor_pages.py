"""The pages about second factors: rendered here, with the one library that draws QR codes."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from flask import Response

from sso_bridge.errors import BridgeError, TooManyAttempts
from sso_bridge.second_factor.checking import Question
from sso_bridge.second_factor.enrolment import Lack, NewApp
from sso_bridge.second_factor.ports import Factor
from sso_bridge.web.headers import forms_may_lead_to
from sso_bridge.web.pages import ANY_PLATFORM, rendered
from sso_bridge.web.phrases import phrases, sentence


@dataclass(frozen=True, slots=True)
class Asking:
    """The second step of a sign-in: which kinds the person has, and the challenge for a key when there is one."""

    attempt: str
    csrf: str
    kinds: frozenset[str]
    question: Question | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A person's factors. `lack` is what is needed to change them; `codes` are shown this once; `onward` waits."""

    factors: tuple[Factor, ...]
    codes_left: int
    csrf: str
    lack: Lack
    app: NewApp | None = None
    key: Question | None = None
    codes: tuple[str, ...] = ()
    attempt: str = ""


def ask(page: Asking, why: BridgeError | None = None) -> Response:
    """Ask for a code or a key; `why` is what went wrong the last time."""
    forms_may_lead_to(ANY_PLATFORM)
    return _with(why, rendered("second_factor.html", page=page, **_problem(why)))


def overview(page: Overview, why: BridgeError | None = None) -> Response:
    """Show the factors, and the forms to change them when the session may."""
    picture = segno.make(page.app.address, micro=False).svg_data_uri(scale=4) if page.app else ""
    return _with(why, rendered("security.html", page=page, picture=picture, **_problem(why)))


def break_glass(csrf: str, why: BridgeError | None = None) -> Response:
    """Ask for name, password and code of a break-glass account."""
    return _with(why, rendered("break_glass.html", csrf=csrf, token="", ends="", **_problem(why)))


def broken(token: str, ends: str) -> Response:
    """Show the token, this once."""
    return rendered("break_glass.html", csrf="", token=token, ends=ends, **_problem(None))


def _problem(why: BridgeError | None) -> dict[str, str]:
    if why is None:
        return {"problem": "", "reference": ""}
    words = phrases()
    text = sentence(words, why.code, why.sentence)
    if isinstance(why, TooManyAttempts):
        text = f"{text} {words.wait.format(seconds=why.retry_after)}"
    return {"problem": text, "reference": why.reference}


def _with(why: BridgeError | None, response: Response) -> Response:
    if why is not None:
        response.status_code = why.status
    if isinstance(why, TooManyAttempts):
        response.headers["Retry-After"] = str(why.retry_after)
    return response
