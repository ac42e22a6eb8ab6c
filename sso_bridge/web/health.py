"""For machines that watch us: alive, ready, and how much (AD-15)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response, abort, jsonify, request

from sso_bridge.metrics import Metrics

Check = Callable[[], None]
log = structlog.get_logger(__name__)


def blueprint(checks: Mapping[str, Check], metrics: Metrics, metrics_token: str) -> Blueprint:
    """Return `/healthz`, `/readyz` and `/metrics`; a check raises when its part is not ready.

    Without a token there is no `/metrics`: numbers about an organisation are not for everybody.
    """
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @health.get("/readyz")
    def readyz() -> tuple[Response, int]:
        found = {name: _is_ready(name, check) for name, check in checks.items()}
        ready = all(found.values())
        return jsonify({name: "ok" if fine else "not ready" for name, fine in found.items()}), 200 if ready else 503

    @health.get("/metrics")
    def read_metrics() -> Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not metrics_token or not hmac.compare_digest(given.encode(), metrics_token.encode()):
            abort(404)
        return Response(metrics.page(), mimetype="text/plain; version=0.0.4")

    return health


def _is_ready(name: str, check: Check) -> bool:
    """Return whether the part is ready; the cause goes to the log only."""
    try:
        check()
    except Exception as error:  # noqa: BLE001  whatever is wrong, the answer is "not ready"
        log.warning("readiness.failed", part=name, cause=type(error).__name__, detail=str(error))
        return False
    return True
