"""The doctor over the API."""

from __future__ import annotations

import json

import pytest

from sso_bridge.admin.examination import ExaminationRoutes
from sso_bridge.api.problems import Conflict
from sso_bridge.api.route import Call
from sso_bridge.login.authenticate.password_file import hash_password
from tests.fakes.admin import DOCUMENT, AdminBridge

PATH = "/admin/v1/workplaces/staff/examination"
PASSWORD = "PLANTED-0123456789"


@pytest.fixture
def bridge(store, clock, keys, tmp_path) -> AdminBridge:
    """A bridge with one workplace, whose file has one user."""
    bridge = AdminBridge(store, clock, keys, base_dir=tmp_path)
    file = tmp_path / "users.yaml"
    file.write_text(json.dumps({"users": {"ada": {"employee_number": "E1", "password": hash_password(PASSWORD)}}}))
    file.chmod(0o644)
    return bridge


@pytest.mark.parametrize("who", ["viewer", "mapper", "operator", "owner"])
def test_whoever_reads_the_configuration(bridge: AdminBridge, who: str) -> None:
    """LD-11: who may read a workplace may have it examined, and is told counts and settings, never an entry."""
    answer = bridge.call("POST", PATH, who)

    assert 200 == answer.status_code
    assert (0, 1) == (answer.json["failed"], answer.json["warnings"])
    found = {one["what"]: one for one in answer.json["findings"]}
    assert "1 users in users.yaml" == found["users file"]["said"]
    assert "can be read by others" in found["its permissions"]["said"]
    assert found["its permissions"]["todo"].startswith("run: chmod 600")
    for private in (PASSWORD, "$argon2id$", "ada", "E1"):
        assert private not in answer.text


@pytest.mark.parametrize("who", ["nobody", "hr", "scim", "revoked"])
def test_nobody_else(bridge: AdminBridge, who: str) -> None:
    """LD-11: without the right to read the configuration nothing is examined."""
    assert bridge.call("POST", PATH, who).status_code in {401, 403}


def test_unknown_workplace(bridge: AdminBridge) -> None:
    """A workplace that there is not is not found, also under the name of a platform."""
    assert "chat" in DOCUMENT["platforms"]
    for name in ("nowhere", "chat"):
        assert 404 == bridge.call("POST", f"/admin/v1/workplaces/{name}/examination").status_code


def test_one_at_a_time(bridge: AdminBridge) -> None:
    """While one examination runs another is refused: nobody makes the bridge knock at a peer all day."""
    second: list[str] = []

    def examine(name: str):
        with pytest.raises(Conflict):
            routes.examine(call)
        second.append(name)
        return []

    routes = ExaminationRoutes(examine)
    call = Call(bridge.kept["viewer"], None, "r-1", {"workplace": "staff"})
    routes.examine(call)

    assert ["staff"] == second
