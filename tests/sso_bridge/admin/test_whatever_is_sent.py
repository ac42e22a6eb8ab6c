"""The OpenAPI document is true: whatever is sent, the answers are documented ones, and no role sees too much.

`make fuzz` sends much more of it, for an hour if wanted: `SSO_BRIDGE_FUZZ` says how many requests of each kind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from sso_bridge.admin.permissions import allows
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.route import Route
from sso_bridge.parts.machines import routes
from tests.fakes.admin import SITE
from tests.fakes.fuzz import broken_promises, cases, operations
from tests.fakes.lived_in import LivedIn

ROLES = ("viewer", "mapper", "operator", "owner", "hr", "scim", "chat owner", "sales owner")
OFTEN = int(os.environ.get("SSO_BRIDGE_FUZZ", "2"))


@pytest.fixture
def bridge(store, clock, keys) -> LivedIn:
    """The application with a token of every role, and one of everything."""
    return LivedIn(store, clock, keys)


@pytest.mark.timeout(200 + 60 * OFTEN)
def test_whatever_is_sent(bridge: LivedIn) -> None:
    """AD-01, AD-15: no server error, no undocumented answer, and nothing for a role that may not, whatever is sent."""
    by_place = {(route.method, route.path): route for route in routes(bridge.parts)}
    found, wrong = operations(bridge.app), []

    for operation in found:
        route = by_place[operation.method.upper(), operation.path]
        made = cases(operation, drawn=OFTEN, swept=OFTEN * 3)
        if route.method != "GET" and route.parameters:  # what there is may have been used up
            bridge.refill()
        asked = 0
        for who in ("nobody", *ROLES):
            # Who may not is turned away before anything is read; of those who may, the first one sends everything.
            may = who in bridge.kept and _may(bridge.kept[who], route)
            chosen = made[:2] if not may else made if not asked else made[asked % 3 :: 3]
            asked += may
            wrong += sent(bridge, route, chosen, who, may=may)

    assert "" == "\n".join(wrong)
    assert len(by_place) == len(found)


def sent(bridge: LivedIn, route: Route, made: list[Any], who: str, *, may: bool) -> Iterator[str]:
    """Send the requests under this name, as they are and to what there is; yield what is wrong with the answers."""
    headers = {"Authorization": f"Bearer {bridge.texts[who]}"} if who in bridge.kept else {}
    there = {name: bridge.known[name] for name in route.parameters if name in bridge.known}
    for case in made:
        for path in (dict(case.path_parameters), there) if there and may else (dict(case.path_parameters),):
            drawn, case.path_parameters = case.path_parameters, path
            bridge.clock.move(seconds=60)
            answer = case.call(base_url=SITE, headers=headers)
            strict = path is not there and may
            wrong = broken_promises(case, answer, headers, strict=strict)
            if not may and answer.status_code != (403 if who in bridge.kept else 401):
                wrong.append(f"{answer.status_code} for somebody who may not")
            yield from (f"{route.method} {route.path} as {who}: {one}" for one in wrong)
            case.path_parameters = drawn


def _may(token: ApiToken, route: Route) -> bool:
    return allows(token, route.permission) and token.bounds.kinds <= set(route.within)
