"""Many orders in one call: each is checked, done, limited and audited as if it had come alone, and told on its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import copy_context
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, current_app
from pydantic import Field
from werkzeug.test import EnvironBuilder

from sso_bridge.admin.bounds import BOTH
from sso_bridge.api.route import Answer, Call, Route, Taken, Told

PATH = "/admin/v1/bulk"
MOST = 100
EXAMPLE = {
    "items": [
        {"method": "POST", "path": "/admin/v1/plans/12/approve", "body": {"digest": "0" * 64}},
        {"method": "DELETE", "path": "/admin/v1/tokens/0123456789abcdef"},
    ]
}


class Order(Taken):
    """One call, as it would be made alone."""

    method: Literal["POST", "PUT", "DELETE"]
    path: Annotated[str, Field(max_length=500, pattern=r"^/admin/v1/[!-~]+$")]
    body: dict[str, Any] | None = None
    if_match: Annotated[str, Field(max_length=100, pattern=r"^[ -~]*$")] | None = Field(
        default=None, description="The header `If-Match` of this call."
    )


class Orders(Taken):
    """What is to be done, in this order."""

    items: Annotated[tuple[Order, ...], Field(min_length=1, max_length=MOST)]


class Outcome(Told):
    """What came of one of them."""

    status: int = Field(description="The status that the call alone would have had.", examples=[200])
    etag: str | None
    body: Any = Field(description="Its answer: a result, or a problem document.")


class Outcomes(Told):
    """What came of each, in the same order; one that fails stops no other."""

    done: int = Field(description="How many went well.")
    items: list[Outcome]


class BulkRoutes:
    """The route. It knows nothing of what it passes on, so every route can be called by it, except itself."""

    def routes(self) -> tuple[Route, ...]:
        """Return it."""
        return (
            Route("POST", PATH, "self.read", self.perform, "Many calls in one", body=Orders, example=EXAMPLE,
                  result=Outcomes, within=BOTH,
                  description=f"Up to {MOST} calls that change something, as approve, cancel or revoke. Each takes its "
                  "own permission, counts as a call, and is done or refused on its own."),
        )  # fmt: skip

    def perform(self, call: Call) -> Answer:
        """Do them."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  Flask's public way
        outer = call.request.environ
        items = [copy_context().run(_one, app, outer, order) for order in call.body.items]
        return Answer(Outcomes(done=sum(one.status < 400 for one in items), items=items))  # noqa: PLR2004  HTTP


def _one(app: Flask, outer: Mapping[str, Any], order: Order) -> Outcome:
    """Let the application answer the call in a context of its own, under the caller's token and address."""
    if unquote(urlsplit(order.path).path).rstrip("/") == PATH:
        return Outcome(status=404, etag=None, body=None)
    headers = [("Authorization", str(outer.get("HTTP_AUTHORIZATION", "")))]
    if order.if_match is not None:
        headers.append(("If-Match", order.if_match))
    base = {name: outer[name] for name in ("REMOTE_ADDR", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme")
            if name in outer}  # fmt: skip
    builder = EnvironBuilder(order.path, method=order.method, headers=headers, json=order.body, environ_base=base)
    try:
        environ = builder.get_environ()
    finally:
        builder.close()
    with app.app_context(), app.request_context(environ):
        response: Response = app.full_dispatch_request()
    text = response.get_data()
    told = json.loads(text) if (response.mimetype or "").endswith("json") and text else None
    return Outcome(status=response.status_code, etag=response.headers.get("ETag"), body=told)
