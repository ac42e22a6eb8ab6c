"""What the demo's bridge does: the configuration document, of the shape that every bridge has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SQUARE, BACKSTAGE = "square", "backstage"
SOURCE = "payroll"
NOT_SUPPLIER = "person.active && person.kind != 'supplier'"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything of the demo is found."""

    bridge: str
    square: str
    backstage: str
    scim: str


def document(at: Addresses, insiders: list[str]) -> dict[str, Any]:
    """Return the configuration; `insiders` are the HR keys of those who may look behind the scenes."""
    listed = ", ".join(f"'{_quoted(key)}'" for key in insiders)
    return {
        "workplaces": {"office": {"kind": "file", "title": "Voorbeeld Groep", "path": "file:users.yaml"}},
        "platforms": {
            SQUARE: {
                "title": "Town square",
                "login": _client(SQUARE, at.square),
                "provisioning": {
                    "connector": "scim",
                    "url": at.scim,
                    "token": "file:scim.secret",
                    "calls_per_second": 2000,
                },
                "mapping": SQUARE,
            },
            BACKSTAGE: {"title": "Behind the scenes", "login": _client(BACKSTAGE, at.backstage), "mapping": BACKSTAGE},
        },
        "mappings": {
            SQUARE: _square(),
            BACKSTAGE: {
                "for": f"person.active && person.id in [{listed}]",
                "attributes": {"userName": "person.id", "displayName": "person.displayName"},
                "release": ["name", "preferred_username"],
                "leaver": {"after": "0d", "do": "keep"},
            },
        },
        "groups": _groups(),
        "guards": {
            "default": {
                "suspend": {"percent": 5, "window": "24h"},
                "member_remove": {"percent": 10},
                "key_change": {"count": 50},
                "feed_shrink": {"percent": 5},
            }
        },
        "hr_sources": {SOURCE: {"kind": "csv"}},
    }


def _square() -> Mapping[str, Any]:
    return {
        "preset": "scim",
        "for": NOT_SUPPLIER,
        "attributes": {
            "userName": "[person.username, person.email, person.employeeNumber].firstOf().lowerAscii()",
            "title": {"value": "primary.title", "strength": "normal"},
        },
        "release": [
            "email",
            "name",
            "given_name",
            "family_name",
            "preferred_username",
            "title",
            "department",
            "groups",
        ],
        "leaver": {"after": "0d", "do": "suspend", "then": {"after": "30d", "do": "delete"}},
        "examples": [
            {
                "person": {"givenName": "Jürgen", "prefix": "van 't", "familyName": "Hoff", "username": "J.vantHoff"},
                "expect": {"displayName": "Jürgen van 't Hoff", "userName": "j.vanthoff"},
            }
        ],
    }


def _groups() -> Mapping[str, Any]:
    return {
        "everyone": {"on": [SQUARE], "members": "person.active", "name": "'Everyone at work'"},
        "units": {
            "on": [SQUARE],
            "each": "unit",
            "members": "unit.key in person.unitPath",
            "owners": "[unit.head, unit.deputy]",
        },
        "lines": {
            "on": [SQUARE],
            "each": "manager",
            "members": "manager.id in person.managers",
            "name": "'Reports to ' + manager.displayName",
            "owners": "manager.id",
        },
    }


def _client(name: str, address: str) -> dict[str, Any]:
    return {
        "protocol": "oidc",
        "client_id": name,
        "client_secret": f"file:{name}.secret",
        "redirect_uris": [f"{address}/callback"],
        "launch_url": f"{address}/sign-in",
    }


def _quoted(key: str) -> str:
    return key.replace("\\", "\\\\").replace("'", "\\'")
