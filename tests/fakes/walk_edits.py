"""What an administrator of the walk changes: each edit is another document than the one that holds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from sso_bridge.configuration.document.editing import Edit, edited
from tests.fakes.asked import LOGIN

START: dict[str, Any] = {
    "platforms": {
        "chat": {"login": LOGIN, "provisioning": {"connector": "memory"}, "mapping": "chat"},
        "crew": {"login": {"protocol": "none"}, "provisioning": {"connector": "memory"}, "mapping": "crew"},
        "wiki": {"login": LOGIN | {"client_id": "w"}, "mapping": "wiki"},
    },
    "mappings": {
        "chat": {
            "attributes": {"userName": "person.employeeNumber", "displayName": "person.displayName"},
            "release": ["name"],
        },
        "crew": {"preset": "scim"},
        "wiki": {"release": ["name", "title"]},
    },
    "guards": {"default": {name: {"percent": 100} for name in ("create", "update", "suspend", "member_remove")}},
    "hr_sources": {"payroll": {"kind": "csv"}},
}
NAMES = ("title", "department", "displayName", "name.givenName", "employeeNumber")
RULES = [
    {"value": value, "strength": strength, "empty": empty}
    for value in ("primary.title", "unit.name", "person.givenName", "primary.country", "'fixed'", "''")
    for strength, empty in (("strong", "clear"), ("strong", "keep"), ("normal", "clear"), ("weak", "keep"))
]
SCOPES = ("person.active", "primary.country == 'NL'", "primary.unit != 'north'", "person.employeeNumber != 'E2'", None)
RELEASES = (["name"], ["name", "title"], ["email"], ["name", "email", "groups"], ["given_name", "groups"])
GROUPS = (
    {"members": "primary.country == 'NL'"},
    {"members": "'sales' in person.unitPath"},
    {"members": ["E1", "E2", "E5"]},
    {"each": "unit", "members": "unit.key in person.unitPath"},
    {"each": "unit", "members": "unit.key in person.unitPath", "owners": ["unit.head"]},
    {"members": "person.active", "owners": ["E1"]},
    None,
)
WAVES = (
    None,
    {"steps": [{"name": "pilot", "people": ["E1", "E2"]}, {"name": "rest", "percent": 100}], "open": "pilot"},
    {"steps": [{"name": "pilot", "people": ["E1", "E2"]}, {"name": "rest", "percent": 100}], "open": "rest"},
    {"steps": [{"name": "nl", "when": "primary.country == 'NL'"}], "open": "nl", "shrink": "leave"},
    {"steps": [{"name": "sales", "units": ["sales"]}], "open": "sales"},
)
LEAVERS = (
    None,
    {"after": "0d", "do": "suspend"},
    {"after": "0d", "do": "suspend", "groups": "keep"},
    {"after": "0d", "do": "suspend", "then": {"after": "2d", "do": "delete"}},
    {"after": "5d", "do": "suspend", "then": {"after": "30d", "do": "delete"}},
    {"do": "keep"},
)
PRESETS = ("scim", "mattermost", "zulip", "nextcloud", "matrix_synapse")
MISTAKES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("mappings.chat", {"for": "person.no"}),
    ("mappings.chat", {"for": "primary.title"}),
    ("mappings.chat", {"for": "person.active &&"}),
    ("mappings.wiki", {"release": ["shoe_size"]}),
    ("mappings.crew", {"preset": "skim"}),
    ("groups.z", {"on": ["nowhere"], "members": "person.active"}),
    ("platforms.chat", {"login": LOGIN, "mapping": "none_such"}),
    ("platforms.chat", {"login": LOGIN | {"client_secret": "hunter2-in-clear"}, "mapping": "chat"}),
    ("guards.default", {"suspend": {"percent": 300}}),
    ("mappings.chat", {"leaver": {"after": "0d", "do": "delete"}}),
)


def _in(place: str, key: str, values: Any) -> Callable[[dict[str, Any], Random], list[tuple[str, Any]]]:
    """Return the edits that set one key of a resource; None takes it away."""

    def choices(document: dict[str, Any], _luck: Random) -> list[tuple[str, Any]]:
        body = document[place.partition(".")[0]][place.partition(".")[2]]
        rest = {name: value for name, value in body.items() if name != key}
        return [(place, rest | ({key: value} if value is not None else {})) for value in values]

    return choices


def _attributes(document: dict[str, Any], luck: Random) -> list[tuple[str, Any]]:
    name = luck.choice(["chat", "crew"])
    body, attribute = document["mappings"][name], luck.choice(NAMES)
    own = {key: value for key, value in body.get("attributes", {}).items() if key != attribute}
    return [(f"mappings.{name}", body | {"attributes": own | {attribute: rule}}) for rule in RULES]


def _groups(_document: dict[str, Any], luck: Random) -> list[tuple[str, Any]]:
    name, on = luck.choice(["a", "b", "c"]), luck.choice([["chat"], ["crew"], ["chat", "crew"]])
    return [(f"groups.{name}", body and body | {"on": on}) for body in GROUPS]


def _switches(document: dict[str, Any], luck: Random) -> list[tuple[str, Any]]:
    name = luck.choice(["chat", "crew", "wiki"])
    body = document["platforms"][name]
    return [(f"platforms.{name}", body | {"enabled": not body.get("enabled", True)})]


def _extra(document: dict[str, Any], _luck: Random) -> list[tuple[str, Any]]:
    there = "extra" in document["platforms"]
    return [("platforms.extra", None if there else {"login": LOGIN | {"client_id": "x"}, "mapping": "wiki"})]


def _either(*kinds: Any) -> Callable[[dict[str, Any], Random], list[tuple[str, Any]]]:
    return lambda document, luck: luck.choice(kinds)(document, luck)


KINDS: dict[str, Callable[[dict[str, Any], Random], list[tuple[str, Any]]]] = {
    "attribute": _attributes,
    "group": _groups,
    "scope": _either(_in("mappings.chat", "for", SCOPES), _in("mappings.crew", "for", SCOPES)),
    "release": _either(_in("mappings.chat", "release", RELEASES), _in("mappings.wiki", "release", RELEASES)),
    "waves": _either(_in("platforms.chat", "waves", WAVES), _in("platforms.crew", "waves", WAVES)),
    "switch": _switches,
    "platform": _extra,
    "leaver": _either(_in("mappings.chat", "leaver", LEAVERS), _in("mappings.crew", "leaver", LEAVERS)),
    "preset": _in("mappings.crew", "preset", PRESETS),
    "guard": lambda _document, luck: [
        ("guards.default", START["guards"]["default"] | {"delete": {"percent": share}}) for share in range(1, 9)
    ],
}


def another(kind: str, document: dict[str, Any], luck: Random) -> dict[str, Any]:
    """Return the document with one edit of this kind that changes something."""
    for _ in range(50):
        choices = KINDS[kind](document, luck)
        place, value = luck.choice(choices)
        edit = Edit.at(place, value)
        if value != (document.get(edit.part) or {}).get(edit.name):
            return edited(document, [edit])
    raise AssertionError(f"nothing to change: {kind}")
