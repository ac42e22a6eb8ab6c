"""An example of every answer, made from its schema: what a field may hold, in values that read as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

REF: Final = "#/components/schemas/"
DEEPEST: Final = 8
FORMATS: Final[Mapping[str, str]] = {
    "date-time": "2026-11-02T09:00:00Z",
    "date": "2026-11-02",
    "uuid": "2819c223-7f76-453a-919d-413861904646",
}
NAMES: Final[Mapping[str, Any]] = {
    "id": "0123456789abcdef", "digest": "0" * 64, "sha256": "0" * 64, "platform": "chat", "workplace": "desk",
    "source": "payroll", "by": "token:0123456789abcdef", "made_by": "token:0123456789abcdef", "actor": "cli:root",
    "created_by": "cli:root", "name": "chat", "title": "Chat", "email": "ada@corp.example", "given_name": "Ada",
    "family_name": "Lovelace", "number": "E1001", "url": "https://desk.corp.example/bridge", "unit": "sales",
    "reference": "amber-boat-cedar-dawn", "why": "yearly", "etag": '"12"', "address": "10.0.0.9",
}  # fmt: skip
"""What a text of this name usually looks like, where its schema does not say more."""


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """Return a value that the schema allows. `schemas` are those it refers to; `name` is the field it is for."""
    while "$ref" in schema or "anyOf" in schema:
        schema = schemas[str(schema["$ref"]).removeprefix(REF)] if "$ref" in schema else schema["anyOf"][0]
    stated = [*schema.get("examples", ()), *schema.get("enum", ()), schema.get("const"), schema.get("default")]
    given = next((one for one in stated if one is not None), None)
    if given is not None:
        return given
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, schemas, depth)
    if kind == "array":
        inner = schema.get("items", {})
        return [sample(inner, schemas, name, depth + 1)] if depth < DEEPEST and inner else []
    return _plain(schema, kind, name)


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> dict[str, Any]:
    fields = schema.get("properties", {})
    wanted = fields if depth < DEEPEST else {name: fields[name] for name in schema.get("required", ())}
    return {name: sample(inner, schemas, name, depth + 1) for name, inner in wanted.items()}


def _plain(schema: Mapping[str, Any], kind: Any, name: str) -> Any:
    if kind == "string":
        return FORMATS.get(schema.get("format", "")) or NAMES.get(name, "text")
    if kind == "integer":
        return max(schema.get("minimum", 1), min(12, schema.get("maximum", 12)))
    return {"number": schema.get("minimum", 1.0), "boolean": True, "null": None}.get(str(kind), {})
