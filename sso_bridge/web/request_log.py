"""One log line and one measurement per request, under an id that the answer carries too (AD-15).

The line tells the route, not the address: addresses hold codes and names.
"""

from __future__ import annotations

import secrets
import time

import structlog
from flask import Flask, Response, g, request

from sso_bridge.audit.circumstances import Circumstance, Circumstances, reason
from sso_bridge.metrics import Metrics

QUIET = frozenset({"health.healthz", "health.readyz", "health.read_metrics", "static"})
REASON = "Audit-Reason"
"""The header in which a caller may say why, or name the ticket; it goes into the audit."""

log = structlog.get_logger(__name__)


def install(app: Flask, metrics: Metrics, circumstances: Circumstances) -> None:
    """Log and measure every request of the app; what is audited in it carries its id and address."""

    def begin() -> None:
        g.began_at = time.perf_counter()
        g.request_id = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        why = reason(request.headers.get(REASON, ""))
        circumstances.begin(Circumstance(request.remote_addr or "", g.request_id, why))

    def end(response: Response) -> Response:
        taken = time.perf_counter() - g.get("began_at", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "(none)"
        method = request.method if request.method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} else "(other)"
        metrics.requests.labels(route, method, response.status_code).observe(taken)
        if request.endpoint not in QUIET:
            log.info(
                "request",
                method=method,
                route=route,
                status=response.status_code,
                milliseconds=round(taken * 1000, 1),
                address=request.remote_addr,
            )
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response

    app.before_request(begin)
    app.after_request(end)
