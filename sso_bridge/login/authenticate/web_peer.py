"""The doctor's questions about a peer that is reached over https: name, certificate, clock, and whether it knows us."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlsplit

import requests

from sso_bridge.clock import Clock
from sso_bridge.login.asked import PostForm
from sso_bridge.login.authenticate import reached
from sso_bridge.login.authenticate.attempt import new_handle, new_token
from sso_bridge.login.authenticate.contract import SendsAway, Wish
from sso_bridge.outgoing import OutgoingRefused, certificate_of
from sso_bridge.question import Doubt, Question, Wrong

BAD = 400
ALLOW = "list the host in outgoing_allow of the settings, if it may be asked"
CHANGED_PAGE = "compare the addresses that are registered there with these, letter by letter"


def about(session: requests.Session, url: str, clock: Clock) -> Iterator[Question]:
    """Yield the questions about the server behind an address. One whose name leads nowhere is not asked more."""
    host, found = urlsplit(url).hostname or "", list[bool]()
    yield Question("name", lambda: _noted(reached.named(host), found))
    if found and url.startswith("https:"):
        yield Question("certificate", lambda: _certificate(session, url, clock), f"let {host} answer with TLS")
    if found:
        yield Question("clock", lambda: _clock(session, url, clock), f"is the service at {host} up?")


def knows_us(session: requests.Session, door: SendsAway, back: str) -> Question:
    """Return the question whether the peer sends people back to this address of ours: asked as a browser with nobody.

    Some peers answer a silent request with a page all the same; then only a sign-in can tell.
    """
    return Question("our registration", lambda: _sent_back(session, door, back), f"{CHANGED_PAGE}: {back}")


def _noted(said: str, found: list[bool]) -> str:
    found.append(True)
    return said


def _certificate(session: requests.Session, url: str, clock: Clock) -> str:
    host = urlsplit(url).hostname or ""
    try:
        return reached.good(certificate_of(session, url), host, clock())
    except OutgoingRefused as refused:
        raise Wrong(str(refused), ALLOW) from None
    except ssl.SSLError as error:
        raise reached.distrusted(error, host, "outgoing_ca_file of the settings") from None


def _clock(session: requests.Session, url: str, clock: Clock) -> str:
    answer = session.get(url)
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return "it does not tell its time"
    return reached.clocks(theirs, clock())


def _sent_back(session: requests.Session, door: SendsAway, back: str) -> str:
    way = door.begin(Wish(silent=True), str(new_handle(new_token()))).answer
    call: Callable[[], requests.Response] = (
        (lambda: session.post(way.action, data=dict(way.fields)))
        if isinstance(way, PostForm)
        else lambda: session.get(way.url)
    )
    answer = call()
    leads_back = re.search(rf"""action\s*=\s*["']?{re.escape(back)}""", unescape(answer.text))
    if answer.headers.get("Location", "").startswith(back) or (answer.status_code < BAD and leads_back):
        return f"it sends people back to {back}"
    if answer.status_code >= BAD:
        raise Doubt(f"it answers {answer.status_code} to our request: it may not know us, or not by these addresses")
    return f"it shows a page of its own; it must know {back}"
