"""The OpenAPI document is complete, and so is the page made of it."""

from __future__ import annotations

import pytest

from sso_bridge.admin.permissions import PERMISSIONS
from sso_bridge.machines import routes
from tests.fakes.admin import AdminBridge


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a token of every role."""
    return AdminBridge(store, clock, keys)


def test_document(bridge: AdminBridge) -> None:
    """AD-01: every route is documented with its permission, which the closed table knows, and an example that holds."""
    document = bridge.call("GET", "/admin/openapi.json", "nobody").json

    assert "3.1.0" == document["openapi"]
    for route in routes(bridge.parts):
        operation = document["paths"][route.path][route.method.lower()]
        assert route.permission == operation["x-permission"]
        assert route.permission in PERMISSIONS
        assert {str(status) for status in (route.status, *route.statuses)} == set(operation["responses"])
        if route.body is not None:
            assert route.body.model_validate(route.example, strict=False)


def test_page(bridge: AdminBridge) -> None:
    """The page for people names every route and every problem, and loads nothing from elsewhere."""
    page = bridge.call("GET", "/admin/docs", "nobody").text

    for route in routes(bridge.parts):
        assert f"{route.method} {route.path}" in page
    assert 'id="unauthenticated"' in page
    assert "<script" not in page
    assert "http://" not in page
