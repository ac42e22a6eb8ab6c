"""What one request costs our SCIM server by the size of the group: 100, 3,500 and 100,000 members.

Run: `python -m benchmarks.scim_server [SIZE ...]`. The whole product, called in process (no line, no TLS), on a new
SQLite file on disk; every answer is read to its end. Milliseconds are the median of several calls; memory is the most
that Python held beyond what it held before the call, in another run of the same call.
Fails when one member more or less, or a new name, costs more than three times as much in the largest group as in the
smallest.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import insert
from structlog import make_filtering_bound_logger

from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import digest_of
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.scim import scim_user
from tests.fakes.keys import MadeKeys
from tests.fakes.scim_bridge import ScimBridge

SIZES = (100, 3_500, 100_000)
AT_ONCE = 10_000
CALLS = 9
MOST = 3.0
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    """A second passes with each look, so that no rate limit is reached."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        self.now += timedelta(seconds=1)
        return self.now


def fill(store: Store, count: int) -> list[str]:
    """Put people into the register as if they had been pushed; return their ids."""
    uuids = [str(uuid4()) for _ in range(count)]
    common = {"source": "okta", "created_at": NOW, "modified_at": NOW, "revision": 1, "active": True}
    with store.writing() as connection:
        for start in range(0, count, 5000):
            some = list(enumerate(uuids[start : start + 5000], start + 1))
            facts = [{"username": f"u{number}"} for number, _ in some]
            connection.execute(
                insert(person),
                [
                    {"id": number, "uuid": uuid, "source": "okta", "key": uuid, "facts": fact,
                     "digest": digest_of(fact), "strikes": 0, "changed_at": NOW}
                    for (number, uuid), fact in zip(some, facts, strict=True)
                ],
            )  # fmt: skip
            connection.execute(
                insert(scim_user),
                [
                    {"id": number, "uuid": uuid, "user_name": f"u{number}",
                     "resource": {"userName": f"u{number}", "active": True, "title": "Engineer"}, **common}
                    for number, uuid in some
                ],
            )  # fmt: skip
    return uuids


def measured(call: Callable[[], object], before: Callable[[], object] = int, calls: int = CALLS) -> tuple[float, float]:
    """Return (median milliseconds, most MiB held meanwhile) of a call, each time after a preparation."""
    taken = []
    for _ in range(calls):
        before()
        gc.collect()
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    before()
    tracemalloc.start()
    call()
    held = tracemalloc.get_traced_memory()[1] / (1 << 20)
    tracemalloc.stop()
    return statistics.median(taken), held


class Group:
    """One group of a size, and everybody who may be in it."""

    def __init__(self, bridge: ScimBridge, uuids: list[str], size: int) -> None:
        self.bridge, self.people, self.guest = bridge, uuids[:size], uuids[-1]
        began = time.perf_counter()
        self.path = f"/Groups/{bridge.group(f'Group of {size}')['id']}"
        for start in range(0, size, AT_ONCE):
            some = [{"value": one} for one in self.people[start : start + AT_ONCE]]
            assert bridge.patch(self.path, {"op": "add", "path": "members", "value": some}).status_code in {200, 204}
        self.filled = time.perf_counter() - began

    def get(self, query: str = "") -> None:
        """Read the group, or a page about it, to the end."""
        answer = self.bridge.app.test_client().get(
            f"/scim/v2{self.path}{query}", headers=self._head, base_url=self.bridge.site, buffered=False
        )
        size = sum(len(piece) for piece in answer.response)
        assert answer.status_code == 200
        assert size

    def find(self, path: str, text: str, **more: str) -> None:
        """Ask by a filter."""
        assert self.bridge.found(path, text, **more) is not None

    def add(self) -> None:
        """Add one member."""
        self._patch({"op": "add", "path": "members", "value": [{"value": self.guest}]})

    def remove(self) -> None:
        """Remove one member."""
        self._patch({"op": "remove", "path": f'members[value eq "{self.guest}"]'})

    def rename(self) -> None:
        """Give it another name."""
        self._patch({"op": "replace", "path": "displayName", "value": f"Group {uuid4()}"})

    @property
    def _head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bridge.texts['okta']}"}

    def _patch(self, operation: dict[str, object]) -> None:
        answer = self.bridge.patch(f"{self.path}?excludedAttributes=members", operation)
        assert answer.status_code == 200, answer.text


def operations(group: Group) -> dict[str, tuple[float, float]]:
    """Return what each operation costs on this group."""
    member = f'id eq "{group.guest}"'
    return {
        "add one member": measured(group.add, group.remove),
        "remove one member": measured(group.remove, group.add),
        "group without members": measured(lambda: group.get("?excludedAttributes=members")),
        "one page of its members (100)": measured(
            lambda: group.find("/Users", f'groups.value eq "{group.path.rpartition("/")[2]}"', attributes="userName")
        ),
        "find a person by id": measured(lambda: group.find("/Users", member)),
        "find a person by userName": measured(lambda: group.find("/Users", 'userName eq "U17"')),
        "whole group, all members": measured(group.get, calls=3),
        "rename": measured(group.rename, calls=3),
    }


def main(sizes: list[int]) -> int:
    """Measure and print; 1 when one member costs too much in a large group."""
    structlog.configure(wrapper_class=make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        store, clock = Store(f"sqlite:///{Path(folder) / 'bench.db'}"), Clock()
        with store.writing() as connection:
            metadata.create_all(connection)
        ring = KeyRing(store, Vault(make_key()), clock, MadeKeys().maker())
        ring.ensure()
        bridge = ScimBridge(store, clock, ring)
        uuids = fill(store, max(sizes) + 1)
        table = {}
        for size in sizes:
            group = Group(bridge, uuids, size)
            print(
                f"{size:>7} members: filled in {group.filled:.1f} s, {group.filled / size * 1e6:.0f} us each",
                flush=True,
            )
            table[size] = operations(group)
        store.close()
    print(f"{'':32}" + "".join(f"{size:>22}" for size in sizes) + "   largest : smallest")
    worst = 0.0
    for name in table[sizes[0]]:
        row = [table[size][name] for size in sizes]
        ratio = row[-1][0] / row[0][0]
        if name.endswith("one member") or name == "rename":
            worst = max(worst, ratio)
        print(f"{name:32}" + "".join(f"{ms:>11.1f} ms {held:>4.1f} MiB" for ms, held in row) + f"{ratio:>12.1f}")
    said = "FAIL" if worst > MOST else "ok"
    print(f"{said}: one member, or a new name, costs in the largest group {worst:.1f} x as much as in the smallest")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main([int(one) for one in sys.argv[1:]] or list(SIZES)))
