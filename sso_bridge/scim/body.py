"""The body of a request -> JSON, within limits of size and depth."""

from __future__ import annotations

from typing import Any, Final

from flask import Request

from sso_bridge.api.problems import Malformed
from sso_bridge.api.reading import read_json
from sso_bridge.scim.errors import InvalidSyntax, TooLarge, WrongMedia
from sso_bridge.scim.limits import LONGEST_BODY

MEDIA: Final = ("application/scim+json", "application/json")
DEEPEST: Final = 20


def body_of(request: Request) -> Any:
    """Return what was sent; WrongMedia, TooLarge, InvalidSyntax."""
    if request.mimetype not in MEDIA:
        raise WrongMedia
    if (request.content_length or 0) > LONGEST_BODY:
        raise TooLarge(f"a request has at most {LONGEST_BODY} bytes")
    request.max_content_length = LONGEST_BODY
    try:
        found = read_json(request.get_data(cache=False))
    except Malformed as why:
        raise InvalidSyntax(why.detail) from None
    _check_depth(found)
    return found


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        if not inner:
            return
        level = inner
    raise InvalidSyntax("the body is nested too deeply")
