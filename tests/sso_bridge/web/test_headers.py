"""Security headers."""

from __future__ import annotations

import re

import pytest
from flask import Flask, Response, abort, render_template_string

from sso_bridge.web import headers


@pytest.fixture
def app() -> Flask:
    """An app with one page of each kind."""
    app = Flask(__name__)
    headers.install(app, https=True)
    app.add_url_rule("/plain", view_func=lambda: "hello")
    app.add_url_rule(
        "/script", view_func=lambda: render_template_string("<script nonce='{{ csp_nonce() }}'>"), endpoint="s"
    )
    app.add_url_rule("/public", view_func=lambda: Response("x", headers={"Cache-Control": "public"}), endpoint="p")
    app.add_url_rule("/gone", view_func=lambda: abort(410), endpoint="g")

    @app.get("/form")
    def form() -> str:
        headers.forms_may_lead_to("https://wiki.example")
        headers.forms_may_lead_to("https://evil; script-src *")
        return "form"

    return app


@pytest.mark.parametrize("path", ["/plain", "/gone", "/unknown", "/public"])
def test_every_answer(app: Flask, path: str) -> None:
    """SE-08: every answer, errors included, has the headers."""
    got = app.test_client().get(path).headers

    policy = got["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert ("nosniff", "no-referrer") == (got["X-Content-Type-Options"], got["Referrer-Policy"])
    assert 31_536_000 <= int(re.findall(r"max-age=(\d+)", got["Strict-Transport-Security"])[0])
    assert ("public" if path == "/public" else "no-store") == got["Cache-Control"]


def test_nonce(app: Flask) -> None:
    """SE-08: a page's script carries the nonce of its own policy, new each time."""
    answers = [app.test_client().get("/script") for _ in range(2)]

    nonces = [re.findall("nonce='(.+)'", answer.text)[0] for answer in answers]
    assert nonces[0] != nonces[1]
    assert all(
        f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
        for nonce, answer in zip(nonces, answers, strict=True)
    )
    assert "nonce" not in app.test_client().get("/plain").headers["Content-Security-Policy"]


def test_forms(app: Flask) -> None:
    """A form may lead to the origins its page named and nowhere else; a name cannot smuggle in another rule."""
    client = app.test_client()

    assert "form-action 'self';" in client.get("/plain").headers["Content-Security-Policy"]
    policy = client.get("/form").headers["Content-Security-Policy"]
    assert "form-action 'self' https://wiki.example;" in policy
    assert "evil" not in policy


def test_no_hsts_on_http() -> None:
    """A pilot on http://localhost does not tell browsers to come by https for two years."""
    app = Flask(__name__)
    headers.install(app, https=False)

    assert "Strict-Transport-Security" not in app.test_client().get("/").headers
