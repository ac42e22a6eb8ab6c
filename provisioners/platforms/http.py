"""One way for connectors to speak HTTP: time-outs, waiting times, status to error, nothing personal in a log.

The session comes from outside: it decides which addresses may be reached and how TLS is verified.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import structlog
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from provisioners.errors import NeedsAdmin, NotAllowed, SkipAccount, Stale, SyncError, TryAgain, Unknown
from provisioners.platforms.limiter import Limiter
from provisioners.platforms.waiting import seconds_to_wait

TIMEOUT = (5.0, 30.0)
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that the caller wants to judge. `body` is the parsed JSON, None when there is none."""

    status: int
    body: Any
    location: str = ""

    @property
    def fields(self) -> Mapping[str, Any]:
        """Return the body when it is an object, else an empty one."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to be sent. `what` names it in errors and logs, so it holds no name, address or id."""

    method: str
    path: str
    what: str
    body: object = None
    params: Mapping[str, str | int] | None = None
    headers: Mapping[str, str] | None = None
    accept: Collection[int] = ()
    repeatable: bool | None = None

    @property
    def is_repeatable(self) -> bool:
        """Return whether sending it twice is the same as sending it once (RFC 9110 section 9.2.2)."""
        return self.method in REPEATABLE if self.repeatable is None else self.repeatable


class Bearer(AuthBase):
    """A bearer token that no `.netrc` can displace and that does not show in `repr`."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on the request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Http:
    """A platform's HTTP interface below one base address; may be used by several threads."""

    def __init__(
        self,
        session: requests.Session,
        base_url: str,
        *,
        platform: str,
        auth: AuthBase,
        limiter: Limiter,
        now: Callable[[], datetime],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._auth = auth
        self._limiter = limiter
        self._now = now
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._log = log.bind(platform=platform)
        self._counting = threading.Lock()
        self.calls: Counter[str] = Counter()
        """How many calls were sent, by method."""

    def send(self, call: Call) -> Reply:
        """Send one call and return its answer when it is 2xx or in `accept`; otherwise raise what happens next."""
        self._limiter.before_call()
        with self._counting:
            self.calls[call.method] += 1
        try:
            answer = self._session.request(
                call.method,
                self._base + call.path,
                params=call.params,
                json=call.body,
                headers={**self._headers, **(call.headers or {})},
                auth=self._auth,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as problem:
            failure = _line_failure(call, problem)
            self._log.warning("platform.unreachable", call=call.what, outcome=failure.code)
            raise failure from None
        return self._judge(call, answer)

    def get(self, path: str, what: str, *, accept: Collection[int] = (), **params: str | int) -> Reply:
        """Read."""
        return self.send(Call("GET", path, what, params=params or None, accept=accept))

    def _judge(self, call: Call, answer: requests.Response) -> Reply:
        good = answer.ok and not answer.is_redirect and answer.status_code < requests.codes.multiple_choices
        if good or answer.status_code in call.accept:
            location = answer.headers.get("Location", "")
            return Reply(answer.status_code, _parsed(call, answer) if good else _parsed_or_none(answer), location)
        failure = self._status_failure(call, answer)
        self._log.warning("platform.refused", call=call.what, status=answer.status_code, outcome=failure.code)
        raise failure

    def _status_failure(self, call: Call, answer: requests.Response) -> SyncError:
        status = answer.status_code
        detail = f"{call.what}: the platform answered {status}"
        if status in WAITS:
            after = seconds_to_wait(answer.headers.get("Retry-After"), _parsed_or_none(answer), self._now)
            if after:
                self._limiter.told_to_wait(after)
            return TryAgain(detail, after=after)
        if status >= requests.codes.server_error and status != requests.codes.not_implemented:
            return TryAgain(detail) if call.is_repeatable else Unknown(detail)
        kind, hint = ERROR_FOR_STATUS.get(status, (SkipAccount, ""))
        if requests.codes.multiple_choices <= status < requests.codes.bad_request:
            kind, hint = NeedsAdmin, "the address redirects; configure the address it leads to"
        return kind(detail, hint=hint)


WAITS = frozenset({408, 423, 425, 429, 503})

ERROR_FOR_STATUS: dict[int, tuple[type[SyncError], str]] = {
    401: (NotAllowed, "the token is not accepted; replace it"),
    402: (NeedsAdmin, "the subscription of the platform does not allow this"),
    403: (NotAllowed, "the token lacks a right; see the platform's page in the manual"),
    405: (NeedsAdmin, "the platform does not offer this call; check the address and the product version"),
    407: (NeedsAdmin, "a proxy asks for a password"),
    412: (Stale, ""),
    421: (NeedsAdmin, "the address is answered by another server"),
    501: (NeedsAdmin, "the platform does not offer this call; check the address and the product version"),
}

OUTGOING_REFUSED = "outgoing_refused"
"""The code of the exception by which the session from outside refuses an address, before anything is sent."""


def _line_failure(call: Call, problem: requests.RequestException) -> SyncError:
    """Name what a broken line means: nothing was sent, or nobody knows."""
    kind = type(problem).__name__
    if getattr(problem, "code", "") == OUTGOING_REFUSED and problem.response is None:
        return NeedsAdmin(f"{call.what}: address not allowed", hint="list the host or its network in outgoing_allow")
    if isinstance(problem, requests.exceptions.SSLError):
        return NeedsAdmin(f"{call.what}: {kind}", hint="the certificate of the platform is not trusted or not its own")
    if isinstance(problem, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return NeedsAdmin(f"{call.what}: {kind}", hint="the address of the platform is not valid")
    if isinstance(problem, requests.ConnectTimeout | requests.exceptions.ProxyError) or _never_left(problem):
        return TryAgain(f"{call.what}: no connection ({kind})")
    if call.is_repeatable:
        return TryAgain(f"{call.what}: no answer ({kind})")
    return Unknown(f"{call.what}: no answer after sending ({kind})")


def _never_left(problem: requests.RequestException) -> bool:
    cause = problem.args[0] if problem.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _parsed(call: Call, answer: requests.Response) -> Any:
    """Return the JSON of a good answer; a page instead of JSON is a wrong address, a cut one a bad line."""
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        pass
    if not call.is_repeatable:
        raise Unknown(f"{call.what}: the answer cannot be read")
    if "json" in answer.headers.get("Content-Type", "").lower():
        raise TryAgain(f"{call.what}: the answer is cut off")
    raise NeedsAdmin(f"{call.what}: the answer is not JSON", hint="the address leads to a page, not to the service")


def _parsed_or_none(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
