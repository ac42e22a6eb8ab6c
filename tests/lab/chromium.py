"""Debian's headless Chromium, driven by Playwright: a person in front of a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.lab.process import which

PACKAGES = ("chromium-headless-shell",)
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
    return None if which(*PROGRAMS) else "chromium-headless-shell"


@contextmanager
def running() -> Iterator[Browser]:
    """Give a browser; make a context with `ignore_https_errors=True`, since it does not know the lab's authority."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which(*PROGRAMS), headless=True, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()
