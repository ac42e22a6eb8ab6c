"""`/admin/openapi.json` and `/admin/docs`: what the API is, for programs and people; neither holds a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask import Blueprint, Response, render_template
from markupsafe import Markup, escape

from sso_bridge.api.manual import operations, type_of
from sso_bridge.api.problems import KINDS


def blueprint(made: Callable[[], Mapping[str, Any]]) -> Blueprint:
    """Return both addresses; the document is made when somebody asks for it, once."""
    docs = Blueprint("admin_docs", __name__)
    document = cache(made)

    @docs.get("/admin/openapi.json")
    def openapi() -> Response:
        text = json.dumps(document(), ensure_ascii=False)
        return Response(text, mimetype="application/json", headers={"Cache-Control": "public, max-age=300"})

    @docs.get("/admin/docs")
    def page() -> Response:
        told = document()
        body = render_template(
            "admin_docs.html",
            document=told,
            operations=list(operations(told)),
            type_of=type_of,
            coded=coded,
            kinds=KINDS,
        )
        return Response(body, headers={"Cache-Control": "public, max-age=300"})

    return docs


def coded(text: str | None) -> Markup:
    """Return a description for the page: what stands between backticks as code, everything escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704  escaped before
