"""What one SCIM call costs in the client: raw requests, our connector's line, scim2-models, scim2-client.

Run: `python benchmarks/scim_client.py [CALLS]`. The service is a loop-back server that answers at once with one fixed
user, so that nearly all that is measured is the client. The last lines count whole operations on scim2-server.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from scim2_client import BaseSyncSCIMClient
from scim2_models import Context, ResourceType, ScimProvider, User
from scim2_models.resources.enterprise_user import EnterpriseUser

sys.path.insert(0, str(Path(__file__).parents[1]))

from provisioners.conformance.sample import account
from provisioners.platforms.http import Bearer, Http
from provisioners.platforms.limiter import Unlimited
from provisioners.platforms.opening import Opening
from provisioners.platforms.register import open_connector
from provisioners.platforms.scim2.attributes import new_user, remote_account
from tests.lab import scim
from tests.lab.site import Site

BODY = {**new_user(account(1, department="R&D", **{"name.givenName": "Ada"})), "id": "7"}
CONTENT = json.dumps(BODY).encode()
Model = User[EnterpriseUser]


class Engine(BaseSyncSCIMClient):
    """scim2-client on requests, as small as it can be."""

    def __init__(self, base: str) -> None:
        super().__init__(
            provider=ScimProvider(models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(Model)])
        )
        self.base = base
        self.session = requests.Session()

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return not endpoint.startswith("http")

    def _parse_json(self, response: requests.Response) -> object:
        return response.json()

    def request(self, method: str, url: str, **arguments: object) -> requests.Response:
        """Send."""
        return self.session.request(method, self.base + url, timeout=5, **arguments)


class Fixed(BaseHTTPRequestHandler):
    """Answers every request with the same user."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
        self.wfile.write(head.encode() + CONTENT)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


def per_call(calls: int, act: Callable[[], object]) -> float:
    """Return the best of five medians, in milliseconds."""
    rounds = []
    for _ in range(5):
        times = []
        for _ in range(max(calls // 5, 1)):
            start = time.perf_counter()
            act()
            times.append(time.perf_counter() - start)
        rounds.append(statistics.median(times) * 1000)
    return min(rounds)


def one_call(calls: int) -> None:
    """Print what reading one user costs in four ways."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fixed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    session = requests.Session()
    line = Http(requests.Session(), base, platform="bench", auth=Bearer("t"), limiter=Unlimited(), now=clock)
    client = Engine(base)
    ways: dict[str, Callable[[], object]] = {
        "requests, kept session": lambda: session.get(f"{base}/Users/7", timeout=5).json(),
        "our line + our reading": lambda: remote_account(line.get("/Users/7", "read").fields),
        "our line + scim2-models": lambda: Model.model_validate(
            line.get("/Users/7", "read").fields, scim_ctx=Context.RESOURCE_QUERY_RESPONSE
        ),
        "scim2-client on requests": lambda: client.query(Model, "7"),
        "  our reading alone": lambda: remote_account(BODY),
        "  scim2-models alone": lambda: Model.model_validate(BODY, scim_ctx=Context.RESOURCE_QUERY_RESPONSE),
    }
    for name, act in ways.items():
        print(f"{name:28} {per_call(calls, act):7.3f} ms")
    server.shutdown()


def operations(people: int) -> None:
    """Print how many whole operations a second the connector gets out of scim2-server, one thread."""
    site = Site()
    service = scim.start(site)
    try:
        settings: dict[str, object] = {"url": service.url, "token": "env:T"}
        parts = (requests.Session(), Unlimited(), clock, lambda _: service.token)
        connector = open_connector("scim", Opening("bench", settings, *parts))
        ids: list[str] = []
        steps: dict[str, Callable[[int], object]] = {
            "create": lambda number: ids.append(connector.create(account(number))),
            "update": lambda number: connector.update(ids[number], account(number, displayName="Changed")),
            "suspend": lambda number: connector.suspend(ids[number]),
        }
        for name, step in steps.items():
            before, start = sum(service.gate.counts.values()), time.perf_counter()
            for number in range(people):
                step(number)
            took, calls = time.perf_counter() - start, sum(service.gate.counts.values()) - before
            print(f"{name:28} {people / took:7.0f} /s on scim2-server, {calls / people:.2f} calls each")
    finally:
        service.stop()
        site.clear()


if __name__ == "__main__":
    one_call(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    operations(200)
