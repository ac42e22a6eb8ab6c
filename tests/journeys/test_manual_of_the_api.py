"""An administrator reads the manual of the admin API in a real browser, at a desk and on a telephone."""

from __future__ import annotations

import threading

import pytest
from werkzeug.serving import make_server

from tests.fakes.admin import AdminBridge

WIDTHS = (1200, 400)


@pytest.mark.peer("chromium")
def test_in_a_browser(store, clock, keys, browser) -> None:
    """The page loads nothing but itself, breaks no rule of its policy, and fits the screen; examples can be opened."""
    bridge = AdminBridge(store, clock, keys)
    server = make_server("127.0.0.1", 0, bridge.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = browser.new_context()
    try:
        page, said, asked = context.new_page(), [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        home = f"http://127.0.0.1:{server.server_port}/admin/docs"
        page.goto(home)

        widths = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
        page.locator("#post_admin_tokens details").first.click()
        example = page.locator("#post_admin_tokens details pre").first.inner_text()
    finally:
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()

    assert ([], [home]) == (said, asked)
    assert list(WIDTHS) == widths
    assert '"token": "ssob_..."' in example
