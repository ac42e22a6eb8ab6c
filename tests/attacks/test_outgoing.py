"""Outgoing requests that an attacker would like the bridge to make (AD-14)."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from sso_bridge.outgoing import LARGEST_ANSWER, OutgoingRefused, open_session
from tests.lab.authority import Authority


class Service(BaseHTTPRequestHandler):
    """An internal service that must not be reached, or that misbehaves."""

    protocol_version = "HTTP/1.1"
    seen: list[str]

    def do_GET(self) -> None:
        """Answer by path."""
        self.seen.append(self.path)
        body = b"ok"
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        else:
            self.send_response(200)
            self.send_header("Set-Cookie", "a=b")
        if self.path == "/large":
            body = b"x" * (LARGEST_ANSWER + 1)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[tuple[int, list[str]]]:
    """Run the service on a loopback port; give the port and what it has seen."""
    seen: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Seeing", (Service,), {"seen": seen}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port, seen
    server.shutdown()
    server.server_close()
    thread.join()


SPELLINGS = [
    "127.0.0.1", "localhost", "127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "0.0.0.0", "0",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]",
    "224.0.0.1", "[ff02::1]", "255.255.255.255", "LOCALHOST", "100.100.100.200", "198.18.0.1", "192.0.2.1", "①②⑦.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", SPELLINGS)
def test_spellings(service: tuple[int, list[str]], host: str, scheme: str) -> None:
    """AD-14: no spelling of a private, loopback, link-local, CGNAT, multicast or metadata address gets through."""
    port, seen = service

    with open_session() as session, pytest.raises((OutgoingRefused, requests.exceptions.RequestException)) as caught:
        session.get(f"{scheme}://{host}:{port}/")

    assert not isinstance(caught.value, requests.exceptions.Timeout | requests.exceptions.SSLError)
    assert [] == seen


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://x/",
        "https://user:pw@example.org/",
        "https:///x",
        "//x",
        "",
    ],
)
def test_schemes_and_credentials(url: str) -> None:
    """AD-14: only https addresses without credentials are called."""
    with open_session() as session, pytest.raises((OutgoingRefused, requests.exceptions.RequestException)):
        session.get(url)


def test_plain_http_to_the_public_internet() -> None:
    """AD-14: http is refused even to a public address, before anything is sent."""
    with (
        open_session(resolve=lambda _host, _port: ["93.184.215.14"]) as session,
        pytest.raises(OutgoingRefused, match="https"),
    ):
        session.get("http://example.org/")


def test_name_with_one_private_address() -> None:
    """AD-14: a name that also has a private address is refused altogether."""
    with (
        open_session(resolve=lambda _host, _port: ["93.184.215.14", "10.0.0.1"]) as session,
        pytest.raises(OutgoingRefused, match="public"),
    ):
        session.get("https://rebind.example/")


def test_rebinding(service: tuple[int, list[str]]) -> None:
    """AD-14: a name is looked up once per connection, and the connection goes to the address that was judged."""
    port, seen = service
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    with open_session(["127.0.0.0/8"], resolve=resolve) as session:
        assert "ok" == session.get(f"http://rebind.example:{port}/a").text
        assert "ok" == session.get(f"http://rebind.example:{port}/b").text
    with open_session(["127.0.0.0/8"], resolve=resolve) as session, pytest.raises(OutgoingRefused):
        session.get(f"http://rebind.example:{port}/c")

    assert ["/a", "/b"] == seen
    assert ["rebind.example"] * 2 == asked


@pytest.mark.parametrize("listed", ["localhost", "127.0.0.0/8", "127.0.0.1"])
def test_listed_by_the_deployer(service: tuple[int, list[str]], listed: str) -> None:
    """A listed host or network can be called, also by http, and the connection is kept."""
    port, seen = service
    host = "localhost" if listed == "localhost" else "127.0.0.1"

    with open_session([listed], resolve=lambda _host, _port: ["127.0.0.1"]) as session:
        for _ in range(3):
            assert "ok" == session.get(f"http://{host}:{port}/").text
        assert not session.cookies

    assert 3 == len(seen)


def test_wide_network_does_not_open_metadata() -> None:
    """AD-14: listing a wide network does not open the metadata addresses inside it."""
    for listed in ("0.0.0.0/0", "169.254.0.0/16"):
        with open_session([listed]) as session, pytest.raises(OutgoingRefused):
            session.get("http://169.254.169.254/latest/")


def test_redirect(service: tuple[int, list[str]]) -> None:
    """AD-14: a redirect is an answer like any other; nobody goes there, even when asked to."""
    port, seen = service

    with open_session(["127.0.0.1"]) as session:
        answer = session.get(f"http://127.0.0.1:{port}/redirect", allow_redirects=True)

    assert (302, ["/redirect"]) == (answer.status_code, seen)


def test_too_large(service: tuple[int, list[str]]) -> None:
    """AD-14: an answer over 10 MB is given up."""
    port, _ = service

    with open_session(["127.0.0.1"]) as session, pytest.raises(OutgoingRefused, match="too large"):
        session.get(f"http://127.0.0.1:{port}/large")


def test_too_slow(service: tuple[int, list[str]]) -> None:
    """AD-14: an answer that drips in for longer than the call may take is given up."""
    port, _ = service
    ticks = iter([0.0, 5.1, 5.2])

    with (
        open_session(["127.0.0.1"], ticks=lambda: next(ticks)) as session,
        pytest.raises(requests.exceptions.ReadTimeout),
    ):
        session.get(f"http://127.0.0.1:{port}/")


def test_environment_brings_nothing(
    service: tuple[int, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AD-14: proxies and passwords from variables are not used."""
    port, seen = service
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with open_session(["127.0.0.1"]) as session:
        answer = session.get(f"http://127.0.0.1:{port}/straight")

    assert ["/straight"] == seen
    assert "Authorization" not in answer.request.headers


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, list[str], Authority]]:
    """Run the service with TLS, under the certificate of an authority that nobody knows."""
    authority, seen = Authority(tmp_path / "authority"), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Seeing", (Service,), {"seen": seen}))
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port, seen, authority
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PYTHONHTTPSVERIFY"])
def test_unknown_authority(
    secure: tuple[int, list[str], Authority], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """CR-05: a certificate of an unknown authority is refused, and no variable makes it known."""
    port, seen, authority = secure
    monkeypatch.setenv(variable, "0" if variable.startswith("PYTHON") else str(authority.ca_file))

    with open_session(["127.0.0.1"]) as session, pytest.raises(requests.exceptions.SSLError):
        session.get(f"https://127.0.0.1:{port}/")

    assert [] == seen


def test_another_host(secure: tuple[int, list[str], Authority]) -> None:
    """CR-05: a genuine certificate for another host is refused; for the right one it will do."""
    port, seen, authority = secure

    with open_session(
        ["127.0.0.0/8"], ca_file=str(authority.ca_file), resolve=lambda _host, _port: ["127.0.0.1"]
    ) as session:
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"https://chat.example:{port}/")
        assert [] == seen
        assert "ok" == session.get(f"https://localhost:{port}/right").text

    assert ["/right"] == seen
