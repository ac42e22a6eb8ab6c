"""The web application as it is put together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, request

from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.keys.ring import KeyRing
from sso_bridge.parts.bridge import Parts
from sso_bridge.store.engine import Store
from sso_bridge.store.schema import upgrade
from tests.fakes.clock import FakeClock


@pytest.fixture
def migrated(blank_database: str) -> Iterator[Store]:
    """A database made by the migrations."""
    store = Store(blank_database)
    upgrade(store)
    yield store
    store.close()


@pytest.fixture
def app(migrated: Store, vault, clock: FakeClock, made_keys, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application on test parts."""
    monkeypatch.setenv("METRICS", "let-me-see")
    settings = Settings(public_url="https://sso.example.org", metrics_token="env:METRICS", max_request_bytes=65_536)
    keys = KeyRing(migrated, vault, clock, made_keys.maker())
    keys.ensure()
    return create_app(settings, store=migrated, clock=clock, keys=keys)


def test_alive_and_ready(app: Flask) -> None:
    """A set-up bridge is alive and ready."""
    client = app.test_client()

    assert (200, "ok\n") == (client.get("/healthz").status_code, client.get("/healthz").text)
    answer = client.get("/readyz")
    assert (200, {"database": "ok", "keys": "ok", "migrations": "ok"}) == (answer.status_code, answer.json)


def test_not_ready(store: Store, vault, clock: FakeClock) -> None:
    """AD-15: without migrations and keys it is alive but not ready, and the answer does not say why."""
    app = create_app(Settings(public_url="https://sso.example.org"), store=store, clock=clock, vault=vault)

    answer = app.test_client().get("/readyz")

    assert (503, {"database": "ok", "keys": "not ready", "migrations": "not ready"}) == (
        answer.status_code,
        answer.json,
    )
    assert 200 == app.test_client().get("/healthz").status_code


def test_metrics_need_their_token(app: Flask) -> None:
    """AD-15: numbers are shown to the holder of the token only."""
    client = app.test_client()
    client.get("/healthz")

    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer é"}):
        assert 404 == client.get("/metrics", headers=header).status_code
    page = client.get("/metrics", headers={"Authorization": "Bearer let-me-see"}).text
    assert 'sso_bridge_request_seconds_count{method="GET",route="/healthz",status="200"} 1.0' in page


def test_no_metrics_without_a_token(store: Store, vault) -> None:
    """AD-15: where no token is set, an empty one opens nothing."""
    app = create_app(Settings(public_url="https://sso.example.org"), store=store, vault=vault)

    assert 404 == app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code


def test_headers_everywhere(app: Flask) -> None:
    """SE-08, AD-15: also an unknown address has the security headers and a request id."""
    answer = app.test_client().get("/nowhere")

    assert 404 == answer.status_code
    assert {"Content-Security-Policy", "X-Request-Id", "Strict-Transport-Security"} <= set(answer.headers.keys())


def test_request_size(app: Flask) -> None:
    """A body over the limit is refused."""
    app.add_url_rule("/take", view_func=lambda: str(len(request.get_data())), methods=["POST"])

    assert 413 == app.test_client().post("/take", data=b"x" * 65_537).status_code
    assert "65536" == app.test_client().post("/take", data=b"x" * 65_536).text


def test_unknown_part() -> None:
    """A part that does not exist is a mistake of the caller."""
    with pytest.raises(TypeError, match="there is no part stores"):
        Parts(Settings(public_url="https://sso.example.org"), stores=None)
