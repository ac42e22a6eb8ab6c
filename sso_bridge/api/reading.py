"""Path, query and body of a request -> the models of its route, or each mistake with its place (AD-03)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Request
from pydantic import BaseModel, ValidationError

from sso_bridge.api.paging import mark_of
from sso_bridge.api.problems import Flaw, Invalid, Malformed, NotFound, WrongMedia
from sso_bridge.api.route import Route

MOST_FLAWS = 100
DEEPEST = 60


def path_of(route: Route, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the parts of the path; NotFound for a text that cannot be one."""
    return {name: _part(schema, values[name]) for name, schema in route.parameters.items()}


def query_of(route: Route, request: Request) -> Any:
    """Return the query as the route's model; Invalid for unknown, repeated or wrong parameters."""
    given = request.args.to_dict(flat=False)
    flaws = [Flaw(detail="comes twice", parameter=_short(name)) for name, values in given.items() if len(values) > 1]
    flaws += [
        Flaw(detail="holds a NUL", parameter=_short(name)) for name, values in given.items() if "\x00" in values[0]
    ]
    known = tuple(route.query.model_fields) if route.query else ()
    hint = f"this address takes {', '.join(known) or 'no parameters'}"
    flaws += [
        Flaw(detail="is not known here", parameter=_short(name), hint=hint) for name in given if name not in known
    ]
    if flaws:
        raise Invalid(errors=flaws[:MOST_FLAWS])
    if route.query is None:
        return None
    said = {name: values[0] for name, values in given.items()}
    try:
        return route.query.model_validate(said, context={"mark": mark_of(request.path, said)})
    except ValidationError as error:
        raise Invalid(errors=[_flaw(one, "parameter") for one in _errors(error)]) from None


def body_of(route: Route, request: Request) -> Any:
    """Return the body as the route's model; WrongMedia, Malformed (not JSON) or Invalid (other JSON than agreed)."""
    if route.body is None:
        return None
    raw = request.get_data()
    if not raw and not any(field.is_required() for field in route.body.model_fields.values()):
        return route.body()
    if request.mimetype != "application/json":
        raise WrongMedia("the body must be application/json")
    return validated(route.body, raw)


def read_json(raw: bytes) -> Any:
    """Return the value of a JSON text (RFC 8259): UTF-8, no key twice, no NaN; Malformed otherwise."""
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON in UTF-8, or has a key twice") from None


def validated(model: type[BaseModel], raw: bytes) -> Any:
    """Return a JSON text as the model, nothing converted; Malformed, or Invalid with the pointer of each mistake."""
    _check_texts(read_json(raw))
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise Invalid(errors=[_flaw(one, "pointer") for one in _errors(error)]) from None


def pointer(steps: tuple[str | int, ...]) -> str:
    """Return the JSON pointer of a place, as a fragment (RFC 6901 section 6)."""
    return "#" + "".join("/" + _short(str(step)).replace("~", "~0").replace("/", "~1") for step in steps)


def _part(schema: Mapping[str, Any], text: str) -> Any:
    if schema.get("type") == "integer":
        if not (text.isascii() and text.isdecimal() and len(text) <= 10) or text.startswith("0"):  # noqa: PLR2004
            raise NotFound
        number = int(text)
        if not schema.get("minimum", 0) <= number <= schema["maximum"]:
            raise NotFound
        return number
    if "enum" in schema and text not in schema["enum"]:
        raise NotFound
    if schema.get("format") == "uuid":
        try:
            return str(UUID(text))
        except ValueError:
            raise NotFound from None
    if not 0 < len(text) <= schema.get("maxLength", 100) or not text.isprintable():
        raise NotFound
    return text


def _errors(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_input=False, include_context=False)[:MOST_FLAWS]


def _flaw(one: Any, where: str) -> Flaw:
    message = str(one["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
    if one["type"] == "extra_forbidden":
        message = "is not known here"
    elif one["type"] == "missing":
        message = "is missing"
    elif one["type"] in {"literal_error", "enum"}:
        message = message.replace("must be", "must be one of", 1)
    if where == "pointer":
        return Flaw(detail=message, pointer=pointer(one["loc"]))
    return Flaw(detail=message, parameter=_short(str(one["loc"][0])) if one["loc"] else None)


def _short(name: str) -> str:
    """Return a name that the caller chose as one harmless word: it goes into the answer (AD-12)."""
    return "".join(char if char.isprintable() else "?" for char in name[:100])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _check_texts(value: Any) -> None:
    """Refuse what no database keeps (NUL) and what is nested more deeply than anything we take."""
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend((*one, *one.values()))
            elif isinstance(one, list):
                inner.extend(one)
            elif isinstance(one, str) and not _is_clean(one):
                raise Invalid("a text holds a NUL or half a character")
        if not inner:
            return
        level = inner
    raise Malformed("the body is nested too deeply")


def _is_clean(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
