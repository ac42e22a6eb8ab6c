"""Debian's headless Chromium, driven by Playwright: a person in front of a real browser."""

from __future__ import annotations

import atexit
import ctypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.lab.process import which

LIBRARY = "libatomic.so.1"  # the node inside Playwright needs it and does not bring it
PACKAGES = ("chromium-headless-shell", "libatomic1")
PROGRAMS = ("chromium-headless-shell", "chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def missing() -> str | None:
    """Return what is not installed, or None."""
    if not which(*PROGRAMS):
        return "chromium-headless-shell"
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return "libatomic1"
    return None


@contextmanager
def running(environment: Mapping[str, str] | None = None, *options: str) -> Iterator[Browser]:
    """Give a browser; make a context with `ignore_https_errors=True`, since it does not know the lab's authority.

    It sees the tickets of this environment, and shows them to sites that `--auth-server-allowlist=` names.
    """
    browser = _playwright().chromium.launch(
        executable_path=which(*PROGRAMS),
        headless=True,
        args=[*QUIET, *options],
        env=None if environment is None else dict(environment),
    )
    try:
        yield browser
    finally:
        browser.close()


@cache
def _playwright() -> Playwright:
    """Start Playwright once per process: a second one beside it is refused, and fixtures of several scopes meet."""
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started
