"""`sso-bridge serve`: the web service on gunicorn, processes of threads, graceful at the end."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from sso_bridge.app import create_app
from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.draining import DrainingWorker
from sso_bridge.config import Settings
from sso_bridge.log import set_up
from sso_bridge.metrics import SHARED_FOLDER
from sso_bridge.store import schema

LONGEST_LINE = 8190  # the most gunicorn takes; a SAML request that does not fit is sent by POST
LONGEST_HEADER = 65_536  # the Kerberos ticket of somebody in hundreds of groups


@click.command("serve", short_help="Serve sign-in, admin API and all other addresses.")
@click.option("--bind", metavar="ADDRESS:PORT", help="Instead of the address in the settings.")
@click.option("--processes", type=click.IntRange(1, 64), metavar="N", help="Instead of the number in the settings.")
@click.option("--json", "as_json", is_flag=True, help="Write the log as JSON.")
@pass_context
def command(context: CommandContext, bind: str | None, processes: int | None, *, as_json: bool) -> None:
    """Serve sign-in, admin API and all other addresses until told to stop (Ctrl-C, or SIGTERM)."""
    changed: dict[str, Any] = {"bind": bind, "processes": processes, "log_format": "json" if as_json else None}
    settings = context.settings.model_copy(update={name: value for name, value in changed.items() if value})
    set_up(settings.log_format, settings.log_level)
    _check(context)
    context.close()  # no connection may cross a fork
    click.echo(f"Serving {settings.public_url} on {settings.bind}. Ctrl-C stops it.", err=True)
    with tempfile.TemporaryDirectory(prefix="sso-bridge-") as folder:
        os.environ[SHARED_FOLDER] = folder
        Server(settings).run()


def _check(context: CommandContext) -> None:
    """Find out before serving what would make every request fail."""
    parts = context.parts
    schema.check_current(parts.store, schema.newest())
    with parts.store.writing():
        made = parts.keys.ensure()
        parts.audit.record(
            *(Event("key.created", context.actor, key.kid, after={"purpose": key.purpose}) for key in made)
        )


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn, told everything by our settings and nothing by its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Hand over the settings."""
        settings = self._settings
        values: dict[str, Any] = {
            "bind": settings.bind,
            "workers": settings.processes,
            "threads": settings.threads,
            "worker_class": DrainingWorker,
            "graceful_timeout": settings.graceful_seconds,
            "timeout": 60,
            "keepalive": 15,
            "limit_request_line": LONGEST_LINE,
            "limit_request_field_size": LONGEST_HEADER,
            "limit_request_fields": 64,
            "logger_class": "sso_bridge.commands.serve.ToOurLog",
            "child_exit": _forget_numbers,
            "forwarded_allow_ips": "",
            "control_socket_disable": True,  # a way in that nobody asked for
        }
        if settings.tls_certificate:
            values["certfile"] = str(settings.base_dir / settings.tls_certificate)
            values["keyfile"] = str(settings.base_dir / settings.tls_key)
            values["ssl_context"] = _modern_tls
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application; called in each web process."""
        return create_app(self._settings)


class ToOurLog(Logger):  # type: ignore[misc]
    """Gunicorn's messages go where all others go, and its access log, with its addresses, nowhere."""

    def setup(self, cfg: Any) -> None:
        """Leave the handlers to `log.py`."""
        self.loglevel = 30
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.setLevel(self.loglevel)
        self.error_log.propagate = True
        self.access_log.propagate = False
        del cfg


def _modern_tls(_config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _forget_numbers(_server: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  see `metrics.py`

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
