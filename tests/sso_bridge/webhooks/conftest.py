"""A bridge with a subscription and a real receiver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.admin import AdminBridge
from tests.fakes.receiver import ADDRESS, Receiver, receiving

WEBHOOKS = "/admin/v1/webhooks"


class Telling(AdminBridge):
    """`subscribe` makes a subscription, `let_workers` does what workers do after a moment."""

    def subscribe(self, url: str, *events: str) -> Any:
        """Return what the API answers, with the secret."""
        made = self.call(
            "POST", WEBHOOKS, json={"name": "desk", "url": url, "events": list(events) or ["run.finished"]}
        )
        assert made.status_code == 201, made.text
        self.let_workers()
        return made.json

    def let_workers(self, **later: float) -> list[tuple[str, Any]]:
        """Let the herald look, and a worker do all jobs, after that time."""
        self.clock.move(**(later or {"seconds": 3}))
        self.parts.telling.herald.tick()
        return self.work()

    def log(self, hook: Any) -> list[dict[str, Any]]:
        """Return what was told, oldest first."""
        return self.call("GET", f"{WEBHOOKS}/{hook['id']}/deliveries").json["items"][::-1]

    def change(self, hook: Any, **values: Any) -> Any:
        """Change a subscription that was looked at just now."""
        place = f"{WEBHOOKS}/{hook['id']}"
        return self.call("PUT", place, json=values, seen=place)

    def hook(self, hook: Any) -> dict[str, Any]:
        """Return a subscription as it stands."""
        return next(one for one in self.call("GET", WEBHOOKS).json["items"] if one["id"] == hook["id"])


@pytest.fixture
def bridge(store, clock, keys) -> Telling:
    """The application, which may send to this machine."""
    return Telling(store, clock, keys, outgoing_allow=(ADDRESS,))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real receiver."""
    with receiving() as one:
        yield one
