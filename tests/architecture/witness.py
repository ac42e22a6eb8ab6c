"""Watches the tests that `audited.toml` names: each must write its acts, with the sides that stand there (AD-11).

A plug-in of the whole run; it listens to the database during these tests only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.architecture.audited import Act, acts

PERSONAL = frozenset({
    "given_name", "family_name", "partner_name", "preferred_name", "name_prefix", "email", "username", "birth_date",
    "userName", "displayName", "name.givenName", "name.familyName", "emails",
})  # fmt: skip
HERS = re.compile(r".*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What was done to a person, or to an account of hers: erasure empties these records."""


@dataclass
class Watch:
    """What one test wrote."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def look(self, _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any) -> None:
        """Note what is written to the audit."""
        if statement.startswith("INSERT INTO audit ("):
            self.rows += context.compiled_parameters

    def lacks(self, act: Act) -> str:
        """Return what is not as the table says; empty when all is."""
        mine = [row for row in self.rows if row["what"] == act.name]
        wanted = {"before": [("before",)], "after": [("after",)], "both": [("before", "after")], "none": [()]}[
            act.sides
        ]
        if not mine:
            return f"{act.test} writes no {act.name}"
        told = {tuple(side for side in ("before", "after") if json.loads(row[side] or "{}")) for row in mine}
        return "" if set(wanted) <= told else f"{act.name} has {sorted(told)} in {act.test}, not {act.sides}"

    def beyond_erasure(self) -> list[str]:
        """Return acts with a personal datum that no erasure would find by whom the act was done to."""
        return [
            f"{row['what']} on {row['target']}: {sorted(named)}"
            for row in self.rows
            if (named := PERSONAL & {*json.loads(row["before"] or "{}"), *json.loads(row["after"] or "{}")})
            and not HERS.fullmatch(row["target"])
        ]


LISTED: dict[str, list[Act]] = {}
for _act in acts().values():
    LISTED.setdefault(_act.test, []).append(_act)
WATCH = pytest.StashKey[Watch]()
STOP = pytest.StashKey[Callable[[], None]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Begin to listen."""
    if item.nodeid in LISTED:
        watch = item.stash[WATCH] = Watch()
        look = watch.look
        event.listen(Engine, "before_cursor_execute", look)
        item.stash[STOP] = lambda: event.remove(Engine, "before_cursor_execute", look)
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Compare with the table."""
    yield
    if watch := item.stash.get(WATCH, None):
        assert [] == [lack for act in LISTED[item.nodeid] if (lack := watch.lacks(act))]
        assert [] == watch.beyond_erasure()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Listen no more."""
    if stop := item.stash.get(STOP, None):
        stop()
    yield
