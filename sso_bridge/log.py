"""One way to log: structured, one line per message, nothing secret, nothing that could fake another line (AD-12)."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from sso_bridge.redact import redact, scrub

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_NOISY = ("werkzeug", "urllib3", "alembic", "sqlalchemy", "PIL")


def set_up(form: Literal["text", "json"] = "text", level: str = "info", stream: TextIO | None = None) -> None:
    """Send our messages and those of the libraries to `stream` (standard error), each on one line.

    Libraries tell warnings only: some of them log whole requests below that.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=True) if form == "json" else _render_text
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide,
            renderer,
        ],
    )
    handler = logging.StreamHandler(stream) if stream else _ToStandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _ToStandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that moment: it may be replaced or closed."""

    @property
    def stream(self) -> TextIO:
        """Return standard error."""
        return sys.stderr

    @stream.setter
    def stream(self, _value: TextIO) -> None:
        """Keep to standard error."""


def hide(_logger: WrappedLogger, _method: str, message: EventDict) -> EventDict:
    """Hide secrets by name and by shape, and write control characters as escapes."""
    safe: EventDict = redact(message)
    return {name: _clean(value) for name, value in safe.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return encode(scrub(value))
    if isinstance(value, dict):
        return {encode(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return encode(scrub(str(value)))


def encode(text: str) -> str:
    """Return the text with line ends, terminal codes and direction marks as visible escapes."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def _render_text(_logger: WrappedLogger, _method: str, message: EventDict) -> str:
    moment, level, event = (message.pop(name, "") for name in ("timestamp", "level", "event"))
    rest = " ".join(f"{name}={_quoted(value)}" for name, value in message.items())
    return f"{moment} {level:<7} {event} {rest}".rstrip()


def _quoted(value: Any) -> str:
    text = str(value)
    return f'"{text}"' if " " in text or not text else text
