"""The closed table of permissions: what each takes. What is not in it cannot be done by anybody (AD-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sso_bridge.admin.tokens import ApiToken, Role

Grant = tuple[str, Role]
"""A scope and the least role in it."""

PERMISSIONS: Final[Mapping[str, tuple[Grant, ...]]] = {
    "self.read": (("admin", "viewer"), ("hr", "viewer"), ("scim", "viewer")),
    "configuration.read": (("admin", "viewer"),),
    "configuration.preview": (("admin", "mapper"),),
    "configuration.approve": (("admin", "mapper"),),
    "configuration.change": (("admin", "mapper"),),
    "configuration.change_limits": (("admin", "owner"),),
    "platforms.read": (("admin", "viewer"),),
    "workplaces.trust": (("admin", "owner"),),
    "people.read": (("admin", "viewer"),),
    "people.export": (("admin", "owner"),),
    "people.erase": (("admin", "owner"),),
    "sessions.read": (("admin", "operator"),),
    "sessions.end": (("admin", "operator"),),
    "second_factors.read": (("admin", "operator"),),
    "second_factors.reset": (("admin", "owner"),),
    "links.read": (("admin", "operator"),),
    "links.decide": (("admin", "owner"),),
    "correlation.read": (("admin", "operator"),),
    "correlation.look": (("admin", "operator"),),
    "correlation.decide": (("admin", "owner"),),
    "plans.read": (("admin", "viewer"),),
    "plans.make": (("admin", "operator"),),
    "plans.approve": (("admin", "operator"),),
    "plans.roll_out": (("admin", "operator"),),
    "runs.read": (("admin", "viewer"),),
    "runs.cancel": (("admin", "operator"),),
    "runs.roll_back": (("admin", "operator"),),
    "traces.read": (("admin", "viewer"),),
    "audit.read": (("admin", "viewer"),),
    "jobs.read": (("admin", "viewer"),),
    "jobs.cancel": (("admin", "operator"),),
    "imports.read": (("admin", "viewer"),),
    "keys.read": (("admin", "viewer"),),
    "keys.change": (("admin", "owner"),),
    "tokens.manage": (("admin", "owner"),),
    "webhooks.manage": (("admin", "owner"),),
    "hr.push": (("hr", "viewer"), ("admin", "operator")),
    "hr.read": (("hr", "viewer"), ("admin", "viewer")),
    "scim.read": (("scim", "viewer"),),
    "scim.write": (("scim", "operator"),),
}
"""Permission -> the grants of which one is enough."""


def allows(token: ApiToken, permission: str) -> bool:
    """Return whether the token may; KeyError for a permission that is not in the table, never a yes."""
    return any(token.may(role, scope) for scope, role in PERMISSIONS[permission])


def held_by(token: ApiToken) -> list[str]:
    """Return all permissions that the token has."""
    return [permission for permission in PERMISSIONS if allows(token, permission)]
