"""The OpenAPI document for reading: one HTML page, and the same as Markdown for `docs/`. Nothing is written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sso_bridge.api.problems import KINDS

Document = Mapping[str, Any]


def operations(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield (method, path, operation), in the order of the document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def markdown(document: Document) -> str:
    """Return the page for `docs/`."""
    lines = [f"# {document['info']['title']}", "", document["info"]["description"], ""]
    tag = ""
    for method, path, operation in operations(document):
        if operation["tags"][0] != tag:
            tag = operation["tags"][0]
            lines += [f"## {tag}", ""]
        lines += [f"### `{method} {path}`", "", f"{operation['summary']}. {operation['description']}".strip(), ""]
        lines += _parameters(operation)
        lines += _body(operation)
        answers = ", ".join(f"{status}" for status in operation["responses"])
        lines += [f"Answers: {answers}. {_result(operation)}".strip(), ""]
    lines += ["## Problems", "", "| code | status | what it means |", "|---|---|---|"]
    lines += [f"| `{kind.code}` | {status} | {kind.title} |" for status, kind in sorted(KINDS.items())]
    lines += ["", "## Shapes", ""]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += [f"### {name}", "", schema.get("description", ""), "", "| field | type | meaning |", "|---|---|---|"]
        required = set(schema.get("required", ()))
        lines += [
            f"| `{field}`{'' if field in required else ' (optional)'} | {type_of(inner)} "
            f"| {inner.get('description', '')} |"
            for field, inner in schema.get("properties", {}).items()
        ]
        lines.append("")
    return "\n".join(lines)


def type_of(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words."""
    if "$ref" in schema:
        return f"`{str(schema['$ref']).rsplit('/', 1)[-1]}`"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_of(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _parameters(operation: Mapping[str, Any]) -> list[str]:
    given = operation.get("parameters", ())
    if not given:
        return []
    rows = [
        f"| `{one['name']}` | {one['in']}{', required' if one['required'] else ''} | {type_of(one['schema'])} "
        f"| {_meaning(one)} |"
        for one in given
    ]
    return ["| parameter | where | type | meaning |", "|---|---|---|---|", *rows, ""]


def _meaning(parameter: Mapping[str, Any]) -> str:
    example = f"As in `{parameter['example']}`." if "example" in parameter else ""
    return f"{parameter.get('description', '')} {example}".strip()


def _body(operation: Mapping[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    lines = []
    for media, one in content.items():
        lines.append(f"Body, `{media}`: {type_of(one['schema'])}.")
        if "example" in one:
            lines += ["", "```json", json.dumps(one["example"], indent=2), "```"]
    return [*lines, ""] if lines else []


def _result(operation: Mapping[str, Any]) -> str:
    good = next(iter(operation["responses"].values()))
    kinds = [f"{type_of(one['schema'])} as `{media}`" for media, one in good.get("content", {}).items()]
    return f"When it goes well: {' or '.join(kinds)}." if kinds else ""
