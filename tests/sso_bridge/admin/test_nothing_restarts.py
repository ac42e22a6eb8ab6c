"""A new revision holds everywhere at once: two web processes and a worker, each with a connection of its own."""

from __future__ import annotations

from contextlib import closing

from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.parts.bridge import Parts
from sso_bridge.store.engine import Store
from tests.fakes.admin import DOCUMENT, SITE, AdminBridge

BASE = "/admin/v1/configuration"


def test_everywhere_at_once(store, clock, keys, database_url) -> None:
    """What one web process applies, the next request of another sees, and the next plan of a worker is made by it."""
    first = AdminBridge(store, clock, keys)
    settings = Settings(public_url=SITE)
    with closing(Store(database_url)) as of_web, closing(Store(database_url)) as of_worker:
        web = create_app(settings, store=of_web, clock=clock, keys=keys)
        worker = Parts(settings, store=of_worker, clock=clock, keys=keys)
        ask = {"headers": {"Authorization": f"Bearer {first.texts['viewer']}"}, "base_url": SITE}
        seen = lambda: web.test_client().get(f"{BASE}/platforms/chat", **ask).json["value"]  # noqa: E731 - asked twice
        assert (None, 1) == (seen().get("title"), worker.live.current().revision)

        tag = {"If-Match": first.call("GET", f"{BASE}/platforms/chat").headers["ETag"]}
        chat = DOCUMENT["platforms"]["chat"] | {"title": "Our chat"}
        assert 200 == first.call("PUT", f"{BASE}/platforms/chat", json={"value": chat}, headers=tag).status_code

        assert "Our chat" == seen()["title"]
        assert 2 == web.extensions["sso_bridge"].sign_in_configuration.current().revision
        number, plan = worker.looking()
        assert (2, 2) == (worker.live.current().revision, plan.revision)
        assert number
