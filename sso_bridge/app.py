"""The composition root of the web: which addresses there are, and which parts stand behind them."""

from __future__ import annotations

from typing import Any

from flask import Flask

from sso_bridge.config import Settings
from sso_bridge.parts import machines
from sso_bridge.parts.site import SiteParts
from sso_bridge.web import (
    brake,
    break_glass,
    change_password,
    errors,
    headers,
    health,
    logout,
    oidc,
    request_log,
    saml,
    second_factor,
    security,
    signin,
    workplace,
)
from sso_bridge.web.proxies import OnlyOurProxies


def create_app(settings: Settings, **given: Any) -> Flask:
    """Return the web application; a part given by name (see `SiteParts`) takes the place of the built one."""
    parts = SiteParts(settings, **given)
    app = Flask("sso_bridge.web", static_folder="static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=settings.max_request_bytes, MAX_FORM_MEMORY_SIZE=settings.max_request_bytes)
    app.config.update(MAX_FORM_PARTS=100, TRAP_HTTP_EXCEPTIONS=False, PROPAGATE_EXCEPTIONS=False)
    app.config.update(DEFAULT_LANGUAGE=settings.default_language)
    app.extensions["sso_bridge"] = parts

    headers.install(app, https=settings.public_url.startswith("https:"))
    request_log.install(app, parts.metrics, parts.circumstances)
    brake.install(app, parts.kept.throttle, parts.clock)
    errors.install(app, parts.sign_in.visits.lost)
    app.before_request(parts.sign_in_configuration.hold)
    app.teardown_request(lambda _why: parts.sign_in_configuration.let_go())
    app.register_blueprint(signin.blueprint(parts.sign_in, parts.portal))
    app.register_blueprint(change_password.blueprint(parts.password_change))
    app.register_blueprint(second_factor.blueprint(parts.sign_in, parts.checking))
    app.register_blueprint(security.blueprint(parts.sign_in, parts.enrolment))
    app.register_blueprint(break_glass.blueprint(parts.opening))
    app.register_blueprint(logout.blueprint(parts.sign_in.desk, parts.sign_out))
    app.register_blueprint(workplace.blueprint(parts.sign_in, parts.sign_out, settings.public_url))
    app.register_blueprint(saml.blueprint(parts.saml, parts.sign_in))
    app.register_blueprint(oidc.blueprint(parts.openid, parts.sign_in, parts.sign_out))
    machines.install(app, parts)
    app.register_blueprint(health.blueprint(parts.checks, parts.metrics, parts.metrics_token))

    app.wsgi_app = OnlyOurProxies(app.wsgi_app, settings.public_url, settings.trusted_proxies)  # type: ignore[method-assign]
    return app
