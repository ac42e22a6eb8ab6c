"""Routes -> the OpenAPI 3.1 document: every field, every answer, every error, so that nothing must be guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sso_bridge.api import conditional
from sso_bridge.api.problems import KINDS, MEDIA, ProblemDocument
from sso_bridge.api.route import Route
from sso_bridge.api.samples import sample

TEXTS: Final = ("text/csv", "application/x-ndjson")
REF: Final = "#/components/schemas/"
SCOPES: Final = {"admin": "the admin API", "hr": "the HR intake", "scim": "the SCIM server"}


def document(routes: Iterable[Route], *, title: str, version: str, server: str, about: str) -> dict[str, Any]:
    """Return the document. The same routes always give the same document."""
    routes = tuple(routes)
    names, schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": about, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": server}],
        "security": [{"token": []}, {"client": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {f"Problem{status}": _problem(status) for status in KINDS},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "ssob_...",
                    "description": "Made by `sso-bridge token create` or `POST /admin/v1/tokens`, shown once.",
                },
                "client": {
                    "type": "oauth2",
                    "description": "Machine clients, made by `POST /admin/v1/clients`.",
                    "flows": {"clientCredentials": {"tokenUrl": "/admin/oauth/token", "scopes": SCOPES}},
                },
            },
        },
    }


Names = Mapping[tuple[Any, str], str]


def _schemas(routes: tuple[Route, ...]) -> tuple[Names, dict[str, Any]]:
    """Return what each model is called, and all schemas by name."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {(ProblemDocument, "serialization"): None}
    for route in routes:
        if route.body is not None:
            wanted[route.body, "validation"] = None
        if route.result is not None:
            wanted[route.result, "serialization"] = None
    made, definitions = models_json_schema(list(wanted), ref_template=REF + "{model}")
    names: Names = {key: str(value["$ref"]).removeprefix(REF) for key, value in made.items()}
    return names, definitions["$defs"]


def _operation(route: Route, names: Names, schemas: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "description": f"{route.description}\n\nPermission: `{route.permission}`.{_delegated(route)}".strip(),
        "x-permission": route.permission,
        "x-delegated": list(route.within),
    }
    parameters = [*_in_path(route), *_in_query(route), *_in_headers(route)]
    if parameters:
        made["parameters"] = parameters
    if route.body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": _content(route, names)}}
    elif route.streams:
        schema = {"type": "string", "contentMediaType": "application/octet-stream"}
        made["requestBody"] = {"required": True, "content": {media: {"schema": schema} for media in route.media}}
    unchanged = {"description": "You have it already.", "headers": _answer_headers(route)}
    known = {str(conditional.STATUS): unchanged} if route.conditional else {}
    made["responses"] = (
        {str(route.status): _good(route, names, schemas)}
        | known
        | {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in route.statuses}
    )
    return made


def _delegated(route: Route) -> str:
    also = f" Also delegated, by {' and '.join(route.within)}." if route.within else ""
    return also + (f" Not delegated{' otherwise' if also else ''}: {route.beyond}." if route.beyond else "")


def _content(route: Route, names: Names) -> dict[str, Any]:
    if route.body is None:
        return {}
    content: dict[str, Any] = {"schema": {"$ref": REF + names[route.body, "validation"]}}
    return content | ({"example": dict(route.example)} if route.example is not None else {})


def _good(route: Route, names: Names, schemas: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": route.summary}
    content = {media: {"schema": {"type": "string" if media in TEXTS else "object"}} for media in route.answers_with}
    if route.result is not None:
        schema = {"$ref": REF + names[route.result, "serialization"]}
        content["application/json"] = {"schema": schema, "example": sample(schema, schemas)}
    if content:
        made["content"] = content
    if route.answer_headers:
        made["headers"] = _answer_headers(route)
    return made


def _answer_headers(route: Route) -> dict[str, Any]:
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in route.answer_headers.items()}


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": dict(schema)}
        for name, schema in route.parameters.items()
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = schema.get("required", ())
    return [_parameter(name, inner, required=name in required) for name, inner in schema["properties"].items()]


def _parameter(name: str, inner: dict[str, Any], *, required: bool) -> dict[str, Any]:
    said = inner.pop("description", None)
    schema = _without_null(inner)
    usual, examples = schema.pop("description", ""), schema.pop("examples", None)
    made = {"name": name, "in": "query", "required": required, "description": said or usual, "schema": schema}
    return made | ({"example": examples[0]} if examples else {})


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: one that is not given is absent, never null."""
    given = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    bare = {key: value for key, value in schema.items() if key not in {"anyOf", "title"}}
    if bare.get("default", 0) is None:
        del bare["default"]
    return bare | (given[0] if len(given) == 1 else {})


def _in_headers(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "in": "header", "required": one.required, "description": one.description,
         "schema": dict(one.schema)}
        for one in (*route.headers, *((conditional.ASKED,) if route.conditional else ()))
    ]  # fmt: skip


def _problem(status: int) -> dict[str, Any]:
    kind = KINDS[status]
    example = kind().document("3f0c9a51d2e7b648") | {"errors": []}
    made: dict[str, Any] = {
        "description": f"{kind.title} (`{kind.code}`).",
        "content": {MEDIA: {"schema": {"$ref": f"{REF}ProblemDocument"}, "example": example}},
    }
    told = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After"}.get(status)
    if told:
        made["headers"] = {told: {"schema": {"type": "string"}}}
    return made
