"""Logs: one line per message, nothing secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
import structlog

from sso_bridge.log import set_up

Open = Callable[[Literal["text", "json"]], io.StringIO]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Set logging up into memory, and put back what was there."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level

    def open_log(form: Literal["text", "json"]) -> io.StringIO:
        stream = io.StringIO()
        set_up(form, "info", stream)
        return stream

    yield open_log
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["text", "json"])
def test_one_line(opened: Open, form: Literal["text", "json"]) -> None:
    """AD-12: a value with line ends, terminal codes or direction marks stays within its line, visible."""
    stream = opened(form)

    structlog.get_logger("x").info("seen", name="a\nERROR forged\r\x1b[31mred\u2028\u202e\x85", deep={"k\n": ["\n"]})

    written = stream.getvalue()
    assert 1 == len(written.splitlines())
    assert not {"\x1b", "\u2028", "\u202e", "\x85"} & set(written)
    assert "forged" in written


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secrets(opened: Open, form: Literal["text", "json"]) -> None:
    """AD-12: planted secrets do not come out, by name, by shape or out of an exception."""
    stream = opened(form)

    try:
        raise ValueError("failed: Authorization: Bearer hunter2hunter2")  # noqa: TRY301
    except ValueError:
        structlog.get_logger("x").exception("failed", password="hunter2", headers={"Cookie": "hunter2"})
    logging.getLogger("other").warning("library says %s", "ssob_hunter2")

    written = stream.getvalue()
    assert "hunter2" not in written
    assert "ValueError" in written
    assert 2 == len(written.splitlines())


def test_json(opened: Open) -> None:
    """With `json` each line is a JSON object with time, level and message, also for libraries."""
    stream = opened("json")

    structlog.get_logger("x").info("a.b", n=1)
    logging.getLogger("other").warning("hello")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ("a.b", "info", 1) == (first["event"], first["level"], first["n"])
    assert ("hello", "warning") == (second["event"], second["level"])
    assert first["timestamp"].endswith("Z")


def test_levels(opened: Open) -> None:
    """What is less important than the level is not written, and libraries do not tell their requests."""
    stream = opened("text")

    structlog.get_logger("x").debug("a")
    logging.getLogger("urllib3.connectionpool").info("GET /?code=hunter2")

    assert "" == stream.getvalue()
