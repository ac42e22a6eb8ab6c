"""What a sign-in knows of the browser, and what it hands back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sso_bridge.errors import BridgeError
from sso_bridge.login.asked import Answer
from sso_bridge.login.authenticate.choose import Choice


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser of one request: the values of our two cookies (empty when absent) and where it comes from.

    `session` is the cookie of an open bridge session; `secret` the flow cookie, which holds no authority and only
    ties sign-in attempts to the browser that began them; `door` tells which workplace it used before. `framed` when
    the answer will not be the page in the window. Built by `web.answer.browser_of(request)`.
    """

    session: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    address: str = ""
    user_agent: str = ""
    door: str = ""
    framed: bool = False


@dataclass(frozen=True, slots=True)
class Cookies:
    """Cookie values the browser must be given with the next answer; None leaves a cookie as it is, "" removes it."""

    session: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    door: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Show a page of our own that says `why`. `onward` is the refusal in the platform's protocol, behind a button.

    `attempt` is there while somebody else may go on with it, `platform` is where the sign-in was going.
    """

    why: BridgeError
    onward: Answer | None = None
    attempt: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Show the ways to sign in for this attempt; `titles` are those of the workplaces.

    `why` is what went wrong the last time (`at` that workplace), `typed` what to show again. `platform` waits for the
    answer, which goes to `origins`. `changes` are the workplaces where people may change their password.
    """

    choice: Choice
    attempt: str
    titles: Mapping[str, str]
    typed: str = ""
    why: BridgeError | None = None
    at: str = ""
    platform: str = ""
    origins: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Show that somebody is signed out here.

    The workplace of this title may still know the person: `offer` is the attempt to sign out there too. `everywhere`
    when it confirmed, `failed` when it did not. `onward` is where whoever asked wants the browser next.
    """

    workplace: str = ""
    offer: str = ""
    everywhere: bool = False
    failed: bool = False
    onward: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to tell the browser; `web.answer.Answers` makes the response of it.

    `reference` is the trace's words, `reply` what a Kerberos ticket is answered with.
    """

    answer: Answer | Refusal | SignInPage | Goodbye
    cookies: Cookies = field(default_factory=Cookies)
    reference: str = ""
    reply: bytes = field(default=b"", repr=False)
