"""What a sign-in knows of the browser, and what it hands back to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sso_bridge.errors import BridgeError
from sso_bridge.login.asked import Answer


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser of one request: the values of our two cookies (empty when absent) and where it comes from.

    `session` is the cookie of an open bridge session; `secret` the flow cookie, which holds no authority and only
    ties sign-in attempts to the browser that began them. Built by `web.answer.browser_of(request)`.
    """

    session: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Cookies:
    """Cookie values the browser must be given with the next answer; None leaves a cookie as it is, "" removes it."""

    session: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Show a page of our own that says `why`. `onward` is the refusal in the platform's protocol, behind a button."""

    why: BridgeError
    onward: Answer | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to tell the browser; `web.answer.to_response(step)` makes the response of it.

    `reference` is the trace's words.
    """

    answer: Answer | Refusal
    cookies: Cookies = field(default_factory=Cookies)
    reference: str = ""
