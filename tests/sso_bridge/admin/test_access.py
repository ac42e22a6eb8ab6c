"""Who may do what: all routes, all roles, and everybody who is none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sso_bridge.admin.beyond import REASONS
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.permissions import PERMISSIONS
from sso_bridge.parts.machines import routes
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA

TABLE = tomllib.loads((Path(__file__).parent / "access.toml").read_text())
WHO = ("viewer", "mapper", "operator", "owner", "hr", "scim")
NOBODY = ("nobody", "expired", "revoked", "forged")


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a token of every role, and some that open nothing."""
    made = AdminBridge(store, clock, keys)
    made.token("expired", "owner", days=1)
    clock.move(days=1)
    made.texts["forged"] = made.texts["owner"][:-1] + ("A" if made.texts["owner"][-1] != "A" else "B")
    return made


def _address(path: str) -> str:
    """Fill in a path so that it leads to something where it can."""
    for name, value in {"person": ADA.uuid, "import": ADA.uuid, "reference": "a-b-c-d", "token": "0" * 16}.items():
        path = path.replace(f"{{{name}}}", value)
    return (
        path.replace("{revision}", "1")
        .replace("{plan}", "1")
        .replace("{run}", "1")
        .replace("{job}", "1")
        .replace("{conflict}", "1")
    )


def test_every_route_is_in_the_table(bridge: AdminBridge) -> None:
    """AD-01: the checked-in table has every route and no other, and every permission is used or checked inside one."""
    known = {f"{route.method} {route.path}" for route in routes(bridge.parts)}

    assert known == set(TABLE)
    elsewhere = {"configuration.change_limits", "scim.read", "scim.write"}
    assert elsewhere == set(PERMISSIONS) - {route.permission for route in routes(bridge.parts)}


def test_every_route_and_every_role(bridge: AdminBridge) -> None:
    """AD-01, AD-05: who is in the table is not refused, everybody else is; no token, or a dead one, opens nothing."""
    wrong = []
    for name, allowed in TABLE.items():
        method, path = name.split()
        for who in (*WHO, *NOBODY):
            bridge.clock.move(minutes=1)
            status = bridge.call(method, _address(path), who).status_code
            refused = 401 if who in NOBODY else 403
            if (status in {401, 403}) != (who not in allowed) or (who not in allowed and status != refused):
                wrong.append((name, who, status))

    assert [] == wrong


def test_what_is_delegated(bridge: AdminBridge) -> None:
    """AD-01, AD-02: which bounds each route keeps is in a checked-in table; what keeps not all of them says why."""
    known = routes(bridge.parts)

    kept = {f"{route.method} {route.path}": list(route.within) for route in known}
    assert tomllib.loads((Path(__file__).parent / "delegation.toml").read_text()) == kept
    assert [] == [route.path for route in known if len(route.within) < len(BOTH) and not route.beyond]
    assert set(REASONS.values()) == {route.beyond for route in known} - {""}


@pytest.mark.parametrize("who", NOBODY)
@pytest.mark.parametrize("path", ["/admin/v1/", "/admin/v1/nowhere", "/hr/v1/x", "/admin/v1/me"])
def test_strangers_learn_nothing(bridge: AdminBridge, who: str, path: str) -> None:
    """AD-15: without a good token every address answers alike, also one that does not exist, or a wrong method."""
    for method in ("GET", "PATCH", "OPTIONS"):
        answer = bridge.call(method, path, who)
        assert 401 == answer.status_code
        assert "Bearer" in answer.headers["WWW-Authenticate"]
        assert "application/problem+json" == answer.mimetype
        assert "no-store" == answer.headers["Cache-Control"]


def test_wrong_method(bridge: AdminBridge) -> None:
    """A method that an address does not take is refused with those it takes."""
    answer = bridge.call("PATCH", "/admin/v1/configuration")

    assert (405, "GET, HEAD, PUT") == (answer.status_code, answer.headers["Allow"])


def test_limited(bridge: AdminBridge) -> None:
    """AD-10: wrong tokens from one address, and one token in a hurry, are slowed down and told for how long."""
    strangers = [bridge.call("GET", "/admin/v1/me", "nobody") for _ in range(31)]
    assert [401] * 30 == [one.status_code for one in strangers[:30]]
    assert (429, "2") == (strangers[30].status_code, strangers[30].headers["Retry-After"])

    answers = [bridge.call("GET", "/admin/v1/me", "viewer").status_code for _ in range(301)]
    assert [200] * 300 + [429] == answers
    assert 200 == bridge.call("GET", "/admin/v1/me", "owner").status_code
    bridge.clock.move(seconds=1)
    assert 200 == bridge.call("GET", "/admin/v1/me", "viewer").status_code
