"""Routes -> Flask: one view for each, which checks everything before the route's own code runs.

In this order: token, permission, path, query, body. Cookies are never looked at, so another site's page has nothing to
ride on and no form token is needed; a token in the query opens nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api import conditional
from sso_bridge.api.door import Door
from sso_bridge.api.paging import mark_of
from sso_bridge.api.problems import KINDS, MEDIA, Broken, NotFound, Refused, TooLarge, WrongMethod
from sso_bridge.api.reading import body_of, path_of, query_of
from sso_bridge.api.route import Answer, Call, Route
from sso_bridge.api.translate import translated
from sso_bridge.api.witness import Witness

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
log = structlog.get_logger(__name__)


def blueprint(
    name: str, routes: Iterable[Route], door: Door, prefixes: Iterable[str], upload_limit: int, witness: Witness
) -> Blueprint:
    """Return the routes, ready to be registered; every other address below the prefixes is not found, as a problem."""
    made = Blueprint(name, __name__)
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
        rule = route.path.replace("{", "<").replace("}", ">")
        options: dict[str, Any] = {"methods": [route.method], "provide_automatic_options": False}
        made.add_url_rule(rule, route.name, _guarded(_view(route, door, upload_limit, witness)), **options)
    for path, known in by_path.items():
        allowed = sorted(
            {route.method for route in known} | ({"HEAD"} if any(r.method == "GET" for r in known) else set())
        )
        rule, rest = path.replace("{", "<").replace("}", ">"), [one for one in METHODS if one not in allowed]
        view = _guarded(_refusing(door, WrongMethod(headers={"Allow": ", ".join(allowed)})))
        made.add_url_rule(rule, f"other_{known[0].name}", view, methods=rest, provide_automatic_options=False)
    for prefix in prefixes:
        view, label = _guarded(_refusing(door, NotFound())), prefix.strip("/").replace("/", "_")
        for rule in (prefix, f"{prefix}<path:rest>"):
            made.add_url_rule(rule, f"none_{label}_{len(rule)}", view, methods=METHODS, provide_automatic_options=False)
    return made


def _view(route: Route, door: Door, upload_limit: int, witness: Witness) -> Callable[..., Response]:
    def view(**values: str) -> Response:
        token = door.enter(request)
        try:
            answer = _answer(route, door, token, values, upload_limit)
        except Exception as error:
            witness.refused(route, token, error)
            raise
        witness.done(route, token)
        if conditional.is_known(request, answer, route.status):
            return as_response(conditional.short(answer), conditional.STATUS, "")
        return as_response(answer, route.status, mark_of(request.path, request.args))

    return view


def _answer(route: Route, door: Door, token: ApiToken, values: Mapping[str, str], upload_limit: int) -> Answer:
    door.check(token, route.permission, route.within, route.beyond)
    if route.streams:
        request.max_content_length = upload_limit
    call = Call(
        token=token,
        request=request,
        request_id=g.get("request_id", ""),
        path=path_of(route, values),
        query=query_of(route, request),
        body=body_of(route, request),
        mark=mark_of(request.path, request.args),
    )
    return route.does(call)


def _refusing(door: Door, why: Refused) -> Callable[..., Response]:
    def view(**_values: str) -> Response:
        door.enter(request)
        raise why

    return view


def _guarded(view: Callable[..., Response]) -> Callable[..., Response]:
    """Turn every way to fail into a problem document; the cause of our own faults goes to the log only (AD-15)."""

    def guarded(**values: str) -> Response:
        try:
            return view(**values)
        except Refused as why:
            return problem(why)
        except HTTPException as error:
            kind = KINDS.get(error.code or 0)
            return problem(TooLarge() if error.code == TooLarge.status else kind() if kind else KINDS[400]())
        except Exception as error:  # whatever it is, no traceback leaves
            known = translated(error)
            if known is None:
                log.exception("unexpected", error=type(error).__name__)
            return problem(known or Broken())

    return guarded


def problem(why: Refused) -> Response:
    """Return the problem document as a response."""
    log.info("refused", code=why.code)
    text = json.dumps(why.document(g.get("request_id", "")), ensure_ascii=False)
    return _response(text, why.status, MEDIA, why.headers)


def as_response(answer: Answer, status: int, mark: str) -> Response:
    """Return what the route gave back; places in lists get the `mark` of what was asked for."""
    if answer.body is not None:
        text = json.dumps(answer.body.model_dump(mode="json", context={"mark": mark}), ensure_ascii=False)
        return _response(text, status, answer.media, answer.headers)
    if answer.stream is not None:
        return _headed(Response((line.encode() for line in answer.stream), status), answer.media, answer.headers)
    return _response(answer.text or "", status, answer.media if answer.text is not None else "", answer.headers)


def _response(text: str, status: int, media: str, headers: Mapping[str, str]) -> Response:
    return _headed(Response(text.encode("utf-8", "replace"), status=status), media, headers)


def _headed(response: Response, media: str, headers: Mapping[str, str]) -> Response:
    if media:
        response.headers["Content-Type"] = media
    else:
        response.headers.pop("Content-Type", None)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name] = value
    return response
