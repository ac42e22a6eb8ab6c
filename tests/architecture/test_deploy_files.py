"""What stands in `deploy/` is whole: compose files, units, Dockerfile. What runs is shown by tests/journeys."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sso_bridge.config import PREFIX, Settings
from tests.lab.process import which

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = sorted(DEPLOY.glob("compose*.yaml"))
UNITS = sorted(DEPLOY.glob("*.service"))


def services(path: Path) -> dict[str, dict[str, Any]]:
    """Return the services with their anchors resolved."""
    return yaml.safe_load(path.read_text())["services"]


def ours(path: Path) -> dict[str, dict[str, Any]]:
    """Return those that run our image."""
    return {name: each for name, each in services(path).items() if "build" in each}


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_our_services_are_locked_up(path: Path) -> None:
    """SC-06: nothing of ours can write outside its volumes, gain rights, or eat the machine."""
    assert ours(path)
    for name, each in ours(path).items():
        assert each["read_only"], name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert "mem_limit" in each, name
        assert "user" not in each, f"{name}: the user is the image's"


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_secrets_volumes_and_settings_exist(path: Path) -> None:
    """Every secret, volume and network that a service names is declared, every setting exists, no secret is plain."""
    document = yaml.safe_load(path.read_text())
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    for name, each in services(path).items():
        assert set(each.get("secrets", ())) <= document["secrets"].keys(), name
        assert set(each.get("networks", ())) <= document.get("networks", {}).keys(), name
        assert set(each.get("depends_on", ())) <= services(path).keys(), name
        named = {volume.split(":")[0] for volume in each.get("volumes", ())}
        assert {volume for volume in named if volume[0] not in "./"} <= document.get("volumes", {}).keys(), name
        assert {key for key in each.get("environment", {}) if key.startswith(PREFIX)} <= settings, name
    assert not re.search(r"(?i)(password|secret|key)\s*[:=]\s*[A-Za-z0-9+/]{16,}", path.read_text())


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_every_service_is_watched(path: Path) -> None:
    """A web process has the health check of the image; what has no port says so, and jobs that end do not restart."""
    for name, each in ours(path).items():
        if name.startswith("web"):
            assert "healthcheck" not in each, name
        elif name == "migrate":
            assert each["restart"] == "no"
        else:
            assert each["healthcheck"] == {"disable": True}, name
    assert "/readyz" in (DEPLOY / "Dockerfile").read_text()


def test_pilot_and_full_size() -> None:
    """The pilot is one process of each kind on SQLite; the other has two of each on PostgreSQL."""
    pilot, full = ours(DEPLOY / "compose.pilot.yaml"), ours(DEPLOY / "compose.yaml")

    assert {"migrate", "web", "worker"} == pilot.keys()
    assert {"migrate", "web1", "web2", "worker1", "worker2"} == full.keys()
    assert all("sqlite" in each["environment"][f"{PREFIX}DATABASE_URL"] for each in pilot.values())
    assert all("postgresql" in each["environment"][f"{PREFIX}DATABASE_URL"] for each in full.values())


def test_image_runs_as_nobody_special() -> None:
    """SC-06, SC-01: the last stage ends as another user than root, and packages come locked with hashes."""
    last = (DEPLOY / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]

    assert "10001:10001" in re.findall(r"^USER (\S+)$", last, re.MULTILINE)
    assert "pip" not in last
    assert "--require-hashes" in (DEPLOY / "Dockerfile").read_text()


def test_both_proxies_do_the_same() -> None:
    """The configuration of nginx for compose differs from the other in names and addresses only."""

    def rules(name: str) -> list[str]:
        lines = [line.strip() for line in (DEPLOY / name).read_text().splitlines()]
        return [line for line in lines if line and not line.startswith(("#", "server ", "ssl_certificate"))]

    assert rules("nginx.conf") == rules("compose-nginx.conf")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
@pytest.mark.skipif(which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_units(path: Path, tmp_path: Path) -> None:
    """systemd finds nothing to say about the units."""
    unit = tmp_path / path.name.replace("@", "@8080")
    unit.write_text(path.read_text().replace("/opt/sso-bridge/bin/sso-bridge", "/bin/true"))

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], check=False, capture_output=True, text=True, timeout=60
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)
