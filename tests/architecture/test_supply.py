"""What is installed: locked, complete, and at or above the versions that carry known fixes."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import xmlsec
from lxml import etree
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")
FLOORS = {
    "authlib": "1.9.0",
    "joserfc": "1.8",
    "lxml": "6.0.2",
    "xmlsec": "1.3.17",
    "werkzeug": "3.1",
    "cryptography": "44",
}


def entries(lock: Path) -> list[str]:
    """Return the requirements of a lock file, each with its continuation lines."""
    joined = lock.read_text().replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def name_of(text: str) -> str:
    """Return a name as packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locked(lock: Path) -> None:
    """SC-01: every line of every lock file is one exact version with SHA-256 hashes, and names no other index."""
    found = entries(lock)

    assert found
    for line in found:
        assert PINNED.match(line), line
        assert "--hash=sha256:" in line, line
        assert not re.search(r"https?://|--(?:extra-)?index|--find-links|--trusted-host", line), line


def test_complete() -> None:
    """SC-01: everything the product depends on is in the lock of the running service."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {
        name_of(match[1]): match[2] for line in entries(ROOT / "requirements/run.txt") if (match := PINNED.match(line))
    }

    for text in project["dependencies"]:
        wanted = Requirement(text)
        assert name_of(wanted.name) in locked, text
        assert wanted.specifier.contains(locked[name_of(wanted.name)], prereleases=True), text


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_floors(package: str, floor: str) -> None:
    """SC-02: what is installed, and what is locked, has the known fixes."""
    locked = {name_of(m[1]): m[2] for line in entries(ROOT / "requirements/run.txt") if (m := PINNED.match(line))}

    assert Version(version(package)) >= Version(floor)
    assert Version(locked[package]) >= Version(floor)


def test_one_libxml2() -> None:
    """SC-02: lxml and xmlsec were built on the same libxml2; a mix corrupts memory instead of failing."""
    assert etree.LIBXML_COMPILED_VERSION == etree.LIBXML_VERSION
    assert etree.LIBXML_VERSION == tuple(xmlsec.get_libxml_version())
    assert tuple(xmlsec.get_libxml_compiled_version()) == etree.LIBXML_VERSION
