"""The OpenAPI document is complete, and so is the page made of it."""

from __future__ import annotations

import jsonschema_rs
import pytest

from sso_bridge.admin.permissions import PERMISSIONS
from sso_bridge.parts.machines import routes
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
        known = {304} if route.conditional else set()
        assert {str(status) for status in (route.status, *route.statuses, *known)} == set(operation["responses"])
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


def test_examples(bridge: AdminBridge) -> None:
    """Every body and every answer has an example, and each example is one that its own schema allows."""
    document = bridge.call("GET", "/admin/openapi.json", "nobody").json
    wrong = []

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for where, content in _json_of(operation):
                if "example" not in content:
                    wrong.append((method, path, where, "has none"))
                    continue
                schema = content["schema"] | {"components": document["components"]}
                found = jsonschema_rs.Draft202012Validator(schema).iter_errors(content["example"])
                wrong += [(method, path, where, str(error.message)[:200]) for error in found]
    for name, answer in document["components"]["responses"].items():
        content = answer["content"]["application/problem+json"]
        schema = content["schema"] | {"components": document["components"]}
        wrong += [
            (name, str(error.message))
            for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(content["example"])
        ]

    assert [] == wrong


def _json_of(operation):
    """Yield where JSON goes in and comes out, with its description."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        if media == "application/json" and "$ref" in content["schema"]:
            yield "body", content
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            if media == "application/json" and "$ref" in content["schema"]:
                yield status, content
