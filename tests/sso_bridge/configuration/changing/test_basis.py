"""Which changes of the configuration make a plan a plan of yesterday."""

from __future__ import annotations

import copy

import pytest

from sso_bridge.configuration.changing.basis import Bases
from sso_bridge.configuration.live import LiveConfiguration

DOCUMENT = {
    "platforms": {
        "chat": {
            "provisioning": {"connector": "scim", "url": "https://chat.example/scim/v2", "token": "env:CHAT"},
            "mapping": "chat",
        },
        "wiki": {
            "provisioning": {"connector": "scim", "url": "https://wiki.example/scim/v2", "token": "env:WIKI"},
            "mapping": "wiki",
        },
    },
    "mappings": {
        "chat": {"for": "person.active", "attributes": {"userName": "person.email"}},
        "wiki": {"for": "person.active", "attributes": {"userName": "person.email"}},
    },
    "groups": {"all": {"on": ["chat"], "members": "true"}},
    "guards": {"default": {"suspend": {"percent": 5}}},
}


class Kept:
    """Revisions in a list; the last one holds."""

    def __init__(self, *documents):
        self.documents = documents

    def number(self):
        return len(self.documents)

    def get(self, number):
        return type("Revision", (), {"document": self.documents[number - 1]})


def changed(platform, **parts):
    """Return whether a plan of revision 1 is outdated when the document has these parts instead."""
    later = copy.deepcopy(DOCUMENT)
    for path, value in parts.items():
        *above, last = path.split("__")
        place = later
        for name in above:
            place = place[name]
        place[last] = value
    live = LiveConfiguration(Kept(DOCUMENT, later))
    return Bases(live.current, live.at).changed(platform, 1)


@pytest.mark.parametrize(
    "parts",
    [
        {"mappings__chat__for": "person.active && person.kind != 'supplier'"},
        {"mappings__chat__leaver": {"after": "5d", "do": "suspend"}},
        {"groups__all__members": "person.kind == 'employee'"},
        {"guards__default": {"suspend": {"percent": 1}}},
        {"guards__chat": {"delete": {"count": 0}}},
        {"platforms__chat__provisioning__url": "https://other.example/scim/v2"},
        {"platforms__chat__enabled": False},
        {"platforms": {"wiki": DOCUMENT["platforms"]["wiki"]}, "groups": {}},
    ],
)
def test_decides(parts):
    """Rules, guards, and where the accounts are: a plan made before such a change is not carried out (PR-03)."""
    assert changed("chat", **parts)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"mappings__wiki__attributes": {"userName": "person.givenName"}},
        {"platforms__chat__title": "Chat"},
        {"platforms__chat__provisioning__token": "env:NEW_CHAT"},
        {"platforms__chat__provisioning__calls_per_second": 5},
        {"platforms__chat__protected": ["bot"]},
    ],
)
def test_does_not_decide(parts):
    """Another platform's rules, a new token or pace, and the protected list (asked before each call) change nothing."""
    assert not changed("chat", **parts)


def test_unreadable_revision():
    """When the old revision cannot be read any more, nobody can tell, and the plan counts as outdated."""
    live = LiveConfiguration(Kept({"platforms": {"chat": {"nonsense": 1}}}, DOCUMENT))

    assert Bases(live.current, live.at).changed("chat", 1)
