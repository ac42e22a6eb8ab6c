"""The `file` workplace."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile, hash_password, read_users
from tests.fakes.clock import FakeClock
from tests.fakes.examined import examined

HASH = hash_password("correct horse")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with two users."""
    path = tmp_path / "users.yaml"
    path.write_text(
        f"users:\n  ada: {{employee_number: E1, password: '{HASH}'}}\n  old: {{password: '{HASH}', disabled: true}}\n"
    )
    return path


@pytest.fixture
def workplace(path: Path) -> PasswordFile:
    """The workplace over it."""
    return PasswordFile(FileSettings("staff", path), FakeClock())


def test_right(workplace: PasswordFile):
    """The right password gives the name as subject and HR's number as key."""
    login = workplace.check_password("ada", "correct horse")

    assert ("staff", "ada") == (login.subject.workplace, login.subject.value)
    assert {"employee_number": "E1"} == login.keys
    assert "2 users" in examined(workplace).said("users file")


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("ada", "wrong", "wrong_password"),
        ("Ada", "correct horse", "unknown_user"),
        ("ada ", "correct horse", "unknown_user"),
        ("old", "correct horse", "account_disabled"),
        ("old", "wrong", "wrong_password"),
        ("ada", "", "empty_password"),
    ],
)
def test_refused(workplace: PasswordFile, name: str, password: str, reason: str):
    """Every other way is refused with its reason for the audit (LD-02, LD-09)."""
    with pytest.raises(SignInRefused) as refused:
        workplace.check_password(name, password)

    assert reason == refused.value.reason


def test_unknown_costs_the_same(workplace: PasswordFile):
    """An unknown name takes as long as a wrong password (LD-09)."""

    def cost(name: str) -> float:
        begun = time.thread_time()
        with pytest.raises(SignInRefused):
            workplace.check_password(name, "wrong")
        return time.thread_time() - begun

    pairs = [(cost("nobody"), cost("ada")) for _ in range(6)]
    unknown, wrong = (statistics.median(side) for side in zip(*pairs, strict=True))

    assert 0.5 < unknown / wrong < 2


def test_changed_file(workplace: PasswordFile, path: Path):
    """A changed file counts at the next sign-in, without a restart."""
    workplace.check_password("ada", "correct horse")
    path.write_text("users: {}")
    os.utime(path, ns=(1, 1))

    with pytest.raises(SignInRefused):
        workplace.check_password("ada", "correct horse")


def test_json():
    """The file may be JSON as well."""
    assert (
        "E7"
        == read_users(f'{{"users": {{"x": {{"password": "{HASH}", "employee_number": "E7"}}}}}}')["x"].employee_number
    )


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "users: []",
        "users: {a: b}",
        "users: {a: {password: plain}}",
        "users: {a: {password: '$2b$x'}}",
        "{",
        "users: !!python/object:x {}",
    ],
)
def test_broken_file(workplace: PasswordFile, path: Path, text: str):
    """A file that cannot be read signs nobody in, and shows no line of it."""
    path.write_text(text)

    with pytest.raises(WorkplaceDown) as down:
        workplace.check_password("ada", "correct horse")
    assert "plain" not in down.value.cause


def test_missing_file(workplace: PasswordFile, path: Path):
    """Without its file the workplace is down."""
    path.unlink()

    with pytest.raises(WorkplaceDown):
        workplace.check_password("ada", "correct horse")


def test_cost_of_nobody(tmp_path):
    """What an unknown name is tried against is a real hash of today's cost, another one each time (LD-09)."""
    first, second = (PasswordFile(FileSettings("staff", tmp_path / "none"), FakeClock())._nobody for _ in range(2))

    assert extract_parameters(hash_password("x")) == extract_parameters(first)
    assert first != second
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(first, "x")
