"""`sso-bridge waves` and `sso-bridge groups`."""

from __future__ import annotations

import json

import pytest
import yaml

from provisioners.ports import GroupShadow
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.shadows import StoredShadows

DOCUMENT = {
    "platforms": {
        "chat": {
            "provisioning": {"connector": "memory"}, "mapping": "m",
            "waves": {"steps": [{"name": "all", "percent": 100}]},
        },
    },
    "mappings": {"m": {"attributes": {"userName": "person.email"}}},
}  # fmt: skip


@pytest.fixture
def configured(run, folder, blank_database: str, clock):
    """A platform in waves, with one group that has no owner and one that has."""
    (folder / "c.yaml").write_text(yaml.safe_dump(DOCUMENT))
    assert 0 == run("config", "apply", str(folder / "c.yaml"), "--approve").exit_code
    store = Store(blank_database)
    shadows = StoredShadows(store, clock)
    shadows.keep_group(GroupShadow("chat", "units/a", "1", "A"))
    shadows.keep_group(GroupShadow("chat", "units/b", "2", "B", owners=frozenset({1})))
    store.close()


@pytest.mark.usefixtures("configured")
def test_waves(run) -> None:
    """The waves of a platform are counted, for people and for machines."""
    told = json.loads(run("waves", "chat", "--json").output)

    assert {"wave": "all", "open": "no", "people": 0, "accounts": 0} == told[0]
    assert "all   no" in run("waves", "chat").output


def test_no_waves(run) -> None:
    """A platform without waves is a wrong usage."""
    result = run("waves", "nothing")

    assert (2, True) == (result.exit_code, "is not opened in waves" in result.output)


@pytest.mark.usefixtures("configured")
def test_groups(run) -> None:
    """Groups are listed, or those without an owner."""
    every, lacking = (json.loads(run("groups", *more, "--json").output) for more in ((), ("--without-owner",)))

    assert ["units/a", "units/b"] == [one["key"] for one in every]
    assert ["units/a"] == [one["key"] for one in lacking]
    assert "There are no groups" in run("groups", "--platform", "other").output
