"""Headers that claim to come from somewhere, or to be somebody (KR-05, OP-22)."""

from __future__ import annotations

import pytest
from flask import Flask, request

from sso_bridge.web.proxies import OnlyOurProxies


def seen(peer: str, trusted: list[str], headers: dict[str, str]) -> dict[str, str]:
    """Return what the application sees."""
    app = Flask(__name__)
    found: dict[str, str] = {}

    @app.get("/")
    def look() -> str:
        found.update(
            address=request.remote_addr or "",
            host=request.host,
            root=request.url_root,
            user=str(request.remote_user),
            headers=" ".join(request.headers.keys()),
        )
        return ""

    app.wsgi_app = OnlyOurProxies(app.wsgi_app, "https://sso.example.org", trusted)  # type: ignore[method-assign]
    app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer, "REMOTE_USER": "root"})
    return found


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "a", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4, a", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4:80", "10.0.0.1"),
        ("10.0.0.1", "127.0.0.1'--", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("", "1.2.3.4", ""),
    ],
)
def test_address(peer: str, forwarded: str, address: str) -> None:
    """KR-05: the forwarded address counts only from a listed proxy, and an unreadable one changes nothing."""
    assert address == seen(peer, ["10.0.0.0/24"], {"X-Forwarded-For": forwarded})["address"]


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1"])
def test_host_is_fixed(peer: str) -> None:
    """OP-22: host and scheme are those of the settings, whatever the request says and whoever brings it."""
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "ftp",
        "Forwarded": "host=e",
    }

    found = seen(peer, ["10.0.0.0/24"], headers)

    assert ("sso.example.org", "https://sso.example.org/") == (found["host"], found["root"])


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1"])
@pytest.mark.parametrize(
    "name", ["X-Remote-User", "Remote-User", "REMOTE_USER", "X-Forwarded-User", "X-SSL-Client-S-DN"]
)
def test_identity_by_header(peer: str, name: str) -> None:
    """KR-05: a header or variable that names a user is removed from every request."""
    found = seen(peer, ["10.0.0.0/24"], {name: "root"})

    assert "None" == found["user"]
    assert name.lower().replace("_", "-") not in found["headers"].lower().split()
