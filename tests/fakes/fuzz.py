"""Requests that the OpenAPI document allows, and requests that it does not, from schemathesis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

PROMISES = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
STRICT = [*PROMISES, negative_data_rejection]
"""For requests that are as they were made: what the document does not allow is refused."""

QUIET = settings(
    database=None, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@schemathesis.serializer("application/x-ndjson", "application/jsonl", "application/gzip", "text/csv")
def _as_bytes(_context: Any, value: Any) -> bytes:
    """Send what was drawn as it is: what is in a file is nobody's business before a worker reads it."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def operations(app: Any) -> list[Any]:
    """Return every operation of the document."""
    schema = schemathesis.openapi.from_wsgi("/admin/openapi.json", app)
    return [each.ok() for each in schema.get_all_operations()]


def cases(operation: Any, *, drawn: int, swept: int) -> list[Any]:
    """Return so many drawn requests of each kind, right and wrong, and so many that sweep over the limits."""
    found: list[Any] = []

    def keep(case: Any) -> None:
        found.append(case)

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
            continue
        strategy = operation.as_strategy(generation_mode=mode)
        settings(QUIET, max_examples=drawn)(given(case=strategy)(keep))()
    return found + list(_spread(list(_sweep(operation)), swept))


def _can_be_wrong(operation: Any) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters)


def _sweep(operation: Any) -> Iterator[Any]:
    """Yield what walks over each limit of each field; only of its own method: others are asked elsewhere."""
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    for case in operation.schema.iter_coverage_cases(
        operation, generation_modes=modes, generation_config=GenerationConfig()
    ):
        if case.method.upper() == operation.method.upper():
            yield case


def _spread(all_of_them: list[Any], count: int) -> list[Any]:
    """Return so many of them, evenly from beginning to end."""
    if len(all_of_them) <= count:
        return all_of_them
    return [all_of_them[index * len(all_of_them) // count] for index in range(count)]


def broken_promises(case: Any, answer: Any, headers: dict[str, str], *, strict: bool) -> list[str]:
    """Return what is wrong with the answer; `strict` also wants a refusal of what the document does not allow."""
    if any(value in ([], {}, None) for value in (case.query or {}).values()):
        strict = False  # nothing of it goes over the line
    headers_of = case.meta.components.get(ParameterLocation.HEADER) if case.meta is not None else None
    if headers_of is not None and headers_of.mode.is_negative:
        strict = False  # a header that means nothing for this caller may say what it likes
    try:
        case.validate_response(answer, checks=STRICT if strict else PROMISES, headers=headers)
    except FailureGroup as group:
        return [str(one)[:600] for one in group.exceptions]
    return []
