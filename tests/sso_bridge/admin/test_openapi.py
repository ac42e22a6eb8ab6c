"""The OpenAPI document is true: whatever is sent, the answers are documented ones, and no role sees too much."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sso_bridge.admin.permissions import PERMISSIONS, allows
from sso_bridge.machines import routes
from tests.fakes.admin import SITE, AdminBridge

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("viewer", "mapper", "operator", "owner", "hr")


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


def test_whatever_is_sent(bridge: AdminBridge) -> None:
    """AD-01, AD-15: no server error, no undocumented answer, and nothing for a role that may not, whatever is sent."""
    schema = schemathesis.openapi.from_wsgi("/admin/openapi.json", bridge.app)
    permissions = {(route.method, route.path): route.permission for route in routes(bridge.parts)}
    quiet = settings(
        database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    found = [each.ok() for each in schema.get_all_operations()]
    for operation in found:
        cases = operation.as_strategy()
        for role in ROLES:
            may = allows(bridge.kept[role], permissions[operation.method.upper(), operation.path])
            often = settings(quiet, max_examples=6 if may else 2)  # who may not is turned away before anything is read
            often(given(case=cases)(sender(bridge, role, allowed=may)))()
    assert len(found) == len(permissions)


def sender(bridge: AdminBridge, role: str, *, allowed: bool):
    """Return what sends one request as this role and looks at the answer."""
    headers = {"Authorization": f"Bearer {bridge.texts[role]}"}

    def send(case) -> None:
        bridge.clock.move(seconds=60)
        response = case.call(base_url=SITE, headers=headers)
        case.validate_response(response, checks=CHECKS)
        if not allowed:
            assert (role, 403) == (role, response.status_code)

    return send
