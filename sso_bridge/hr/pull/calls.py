"""One call to an HR system: allowed, patient for a while, and its answer JSON, or FeedRefused.

429 and what passes (502, 503, 504, no answer) are asked again after the wait they ask for, within limits. A refused
token is renewed once. Everything else, an answer of another kind above all, ends the pull.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Never
from urllib.parse import urlsplit

import requests

from provisioners.errors import FeedRefused
from provisioners.platforms.waiting import seconds_to_wait
from sso_bridge.clock import Clock
from sso_bridge.hr.pull.description import Header, Minted, TokenCall
from sso_bridge.hr.pull.fields import Absent, found
from sso_bridge.outgoing import LONGEST_SECONDS, OutgoingRefused

TRIES = 5
PATIENCE = 900.0
"""Seconds that one pull waits in all; SAP asks for 300 at a time."""
PASSES = frozenset({429, 502, 503, 504})
OK, UNAUTHORIZED, GONE = 200, 401, 410


class Gone(FeedRefused):
    """What was asked for is not kept any more (410): a link to changes that is too old."""


@dataclass(slots=True)
class Caller:
    """Calls one system during one pull."""

    session: requests.Session
    access: Header | TokenCall | Minted
    clock: Clock
    wait: Callable[[float], object]
    waited: float = 0.0
    token: str = field(default="", repr=False)

    def json(self, url: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None) -> object:
        """Return the answer; FeedRefused."""
        method = "GET" if body is None else "POST"
        for attempt in range(2):
            answer = self._patiently(method, url, params=dict(query), json=body, headers=self._headers())
            if answer.status_code != UNAUTHORIZED or attempt or isinstance(self.access, Header):
                break
            self.token = ""
        return _read(answer)

    def _headers(self) -> dict[str, str]:
        accepted = {"Accept": "application/json"}
        if isinstance(self.access, Header):
            return {**accepted, self.access.name: self.access.value}
        if not self.token:
            access = self.access
            self.token = access.token(self.session) if isinstance(access, Minted) else self._new_token(access)
        return {**accepted, "Authorization": f"Bearer {self.token}"}

    def _new_token(self, call: TokenCall) -> str:
        headers = {"Accept": "application/json"} | ({call.basic.name: call.basic.value} if call.basic else {})
        said: dict[str, Any] = {"json" if call.as_json else "data": dict(call.said)}
        answer = _read(self._patiently("POST", call.url, headers=headers, **said))
        try:
            token = found(answer, call.answer)
        except Absent:
            token = None
        if not isinstance(token, str) or not token.isprintable() or not token.isascii() or not token:
            raise _refused(call.url, "gave no token", "check the client in the HR system")
        return token

    def _patiently(self, method: str, url: str, **said: Any) -> requests.Response:
        """Return an answer that will not be another one in a minute."""
        for attempt in range(TRIES):
            answer, failure = None, ""
            try:
                answer = self.session.request(method, url, timeout=LONGEST_SECONDS, allow_redirects=False, **said)
                failure = f"answers {answer.status_code}"
            except OutgoingRefused as error:
                raise _refused(url, f"cannot be asked: {error}", "see outgoing_allow") from None
            except requests.RequestException as error:
                failure = f"does not answer: {type(error).__name__}"
            if answer is not None and answer.status_code not in PASSES:
                return answer
            header = answer.headers.get("Retry-After") if answer is not None else None
            pause = seconds_to_wait(header, None, self.clock) or 2.0**attempt
            if attempt == TRIES - 1 or self.waited + pause > PATIENCE:
                break
            self.waited += pause
            self.wait(pause)
        raise _refused(url, failure, "it is read again at the next turn")


def _read(answer: requests.Response) -> object:
    """Return the JSON of an answer, with numbers as they are written."""
    if answer.status_code == GONE:
        raise Gone(f"{urlsplit(answer.url).hostname} does not keep this any more", hint="everybody is read anew")
    if answer.status_code != OK:
        raise _refused(
            answer.url, f"answers {answer.status_code}", "check address, rights and credentials of this HR source"
        )
    try:
        return json.loads(answer.content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        hint = "a cut answer, or a page for people: see the address"
        raise _refused(answer.url, "answers something else than JSON", hint) from None


def _no_number(_name: str) -> Never:
    raise ValueError("NaN and Infinity are no numbers (RFC 8259 section 6)")


def _refused(url: str | None, what: str, hint: str) -> FeedRefused:
    """Return what ends the pull. Only the host is named: a query can hold what somebody typed."""
    return FeedRefused(f"{urlsplit(url or '').hostname} {what}", hint=hint)
