"""One way to speak HTTP: what each answer and each broken line means."""

from __future__ import annotations

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from provisioners.errors import NeedsAdmin, SkipAccount, Stale, TryAgain, Unknown
from provisioners.platforms.http import TIMEOUT, Bearer, Call, Http
from sso_bridge.outgoing import open_session
from tests.fakes.clock import FakeClock

BASE = "https://chat.corp.example/api"


class Pacing:
    """Remembers what it was asked and told."""

    def __init__(self):
        self.asked = 0
        self.told = []

    def before_call(self):
        """Count."""
        self.asked += 1

    def told_to_wait(self, seconds):
        """Remember."""
        self.told.append(seconds)


@pytest.fixture
def pacing():
    """Give pacing that remembers."""
    return Pacing()


@pytest.fixture
def http(pacing):
    """Give a line to a platform."""
    return Http(requests.Session(), BASE, platform="chat", auth=Bearer("s3cret"), limiter=pacing, now=FakeClock())


@pytest.fixture
def wire():
    """Give a disturbable wire with no platform behind it."""
    with responses.RequestsMock() as wire:
        yield wire


@pytest.mark.parametrize(
    ("status", "get", "post"),
    [
        (301, NeedsAdmin, NeedsAdmin),
        (304, NeedsAdmin, NeedsAdmin),
        (400, SkipAccount, SkipAccount),
        (401, NeedsAdmin, NeedsAdmin),
        (403, NeedsAdmin, NeedsAdmin),
        (404, SkipAccount, SkipAccount),
        (408, TryAgain, TryAgain),
        (409, SkipAccount, SkipAccount),
        (412, Stale, Stale),
        (422, SkipAccount, SkipAccount),
        (429, TryAgain, TryAgain),
        (500, TryAgain, Unknown),
        (501, NeedsAdmin, NeedsAdmin),
        (502, TryAgain, Unknown),
        (503, TryAgain, TryAgain),
        (504, TryAgain, Unknown),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_status(http, wire, method, status, get, post):
    """Each status is the error that says what happens next."""
    wire.add(method, f"{BASE}/users", status=status)

    with pytest.raises(get if method == "GET" else post):
        http.send(Call(method, "/users", "try it"))


def _sent(problem):
    return requests.ConnectionError(problem)


@pytest.mark.parametrize(
    ("problem", "get", "post"),
    [
        (requests.ConnectTimeout(), TryAgain, TryAgain),
        (_sent(MaxRetryError(None, "/", NewConnectionError(None, "refused"))), TryAgain, TryAgain),
        (requests.ReadTimeout(), TryAgain, Unknown),
        (_sent(ProtocolError("Connection aborted.", ConnectionResetError())), TryAgain, Unknown),
        (requests.exceptions.ChunkedEncodingError(), TryAgain, Unknown),
        (requests.exceptions.SSLError(), NeedsAdmin, NeedsAdmin),
        (requests.exceptions.ProxyError(), TryAgain, TryAgain),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_broken_line(http, wire, method, problem, get, post):
    """What never left may be repeated; after sending, only repeatable calls may (PR-10)."""
    wire.add(method, f"{BASE}/users", body=problem)

    with pytest.raises(get if method == "GET" else post):
        http.send(Call(method, "/users", "try it"))


@pytest.mark.parametrize(
    ("body", "kind", "get", "post"),
    [
        ("<html>", "text/html", NeedsAdmin, Unknown),
        ('{"a": ', "application/json", TryAgain, Unknown),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unreadable_answer(http, wire, method, body, kind, get, post):
    """A page or half an answer is never taken for data, and after a write nobody knows what happened."""
    wire.add(method, f"{BASE}/users", body=body, content_type=kind)

    with pytest.raises(get if method == "GET" else post):
        http.send(Call(method, "/users", "try it"))


@pytest.mark.parametrize("address", ["https://127.0.0.1:9/api", "http://169.254.169.254/", "https://[::1]:9/"])
def test_address_is_not_allowed(pacing, address):
    """An address that the outgoing guard refuses is told to the administrator, also for a write (AD-14)."""
    http = Http(open_session(), address, platform="chat", auth=Bearer("s"), limiter=pacing, now=FakeClock())

    with pytest.raises(NeedsAdmin) as caught:
        http.send(Call("POST", "/users", "try it"))

    assert "outgoing_allow" in caught.value.hint


def test_waiting_is_told_to_all(http, wire, pacing):
    """A waiting time reaches the pacing that all workers share."""
    wire.add("GET", f"{BASE}/users", status=429, headers={"Retry-After": "3"}, json={"retry_after_ms": 4500})

    with pytest.raises(TryAgain) as caught:
        http.get("/users", "try it")

    assert (4.5, [4.5], 1) == (caught.value.after, pacing.told, pacing.asked)


def test_pacing_stops_the_call(wire, http, pacing):
    """When the pacing says later, nothing is sent."""

    def later():
        raise TryAgain("the bucket is empty", after=2)

    pacing.before_call = later
    with pytest.raises(TryAgain):
        http.get("/users", "try it")

    assert 0 == len(wire.calls) == http.calls["GET"]


def test_what_is_sent(http, wire):
    """The token goes in the header of this call only, redirects are not followed, a time-out is always set."""
    wire.add("GET", f"{BASE}/users", json={"ok": True})

    reply = http.get("/users", "try it", count=5)

    sent = wire.calls[0].request
    assert ({"ok": True}, "Bearer s3cret") == (reply.fields, sent.headers["Authorization"])
    assert (f"{BASE}/users?count=5", TIMEOUT) == (sent.url, sent.req_kwargs["timeout"])
    assert sent.req_kwargs["verify"] is not False
    assert "Authorization" not in http._session.headers


def test_netrc_does_not_displace_the_token(http, wire, tmp_path, monkeypatch):
    """A `.netrc` on the machine is not stronger than the configured token."""
    (tmp_path / "netrc").write_text("machine chat.corp.example login eve password evil\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    wire.add("GET", f"{BASE}/users", json={})

    http.get("/users", "try it")

    assert "Bearer s3cret" == wire.calls[0].request.headers["Authorization"]


def test_calls_are_counted(http, wire):
    """Calls are counted by method, failed ones too."""
    wire.add("GET", f"{BASE}/users", json={})
    wire.add("POST", f"{BASE}/users", status=400)

    http.get("/users", "try it")
    with pytest.raises(SkipAccount):
        http.send(Call("POST", "/users", "try it"))

    assert {"GET": 1, "POST": 1} == http.calls
