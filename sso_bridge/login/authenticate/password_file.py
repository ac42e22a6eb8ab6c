"""The `file` workplace: names and argon2id hashes in a YAML or JSON file, for pilots, demos and break-glass.

    users:
      jdevries: {employee_number: E1001, password: "$argon2id$v=19$..."}

The name is compared byte for byte, and is the subject: it must not be given to somebody else later. The file is read
again when it has changed. An unknown name costs the same work as a wrong password (LD-09).
"""

from __future__ import annotations

import secrets
import stat
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, PASSWORD
from sso_bridge.question import Doubt, Question

LONGEST_FILE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileSettings:
    """A `file` workplace of the configuration. `path` is absolute or beside the settings."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class User:
    """One line of the file."""

    password: str = field(repr=False)
    employee_number: str = ""
    disabled: bool = False


def hash_password(password: str) -> str:
    """Return what to write into the file (argon2id, the library's current cost)."""
    return PasswordHasher(type=Type.ID).hash(password)


def fits(hashed: str, password: str) -> bool:
    """Return whether this is the password of a hash."""
    try:
        return PasswordHasher(type=Type.ID).verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


class PasswordFile:
    """Fulfils `contract.Workplace` and `TakesPassword`."""

    assurance = PASSWORD

    def __init__(self, settings: FileSettings, clock: Clock) -> None:
        self.name = settings.name
        self._path = settings.path
        self._clock = clock
        self._nobody = hash_of_nobody()
        self._read: tuple[tuple[int, int], Mapping[str, User]] = ((0, 0), {})

    def close(self) -> None:
        """Nothing is open."""

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks."""
        yield Question("users file", self._counted, "see path of this workplace; `sso-bridge password` makes hashes")
        yield Question("its permissions", self._private, f"run: chmod 600 {self._path}")

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        """Return who that is, or raise SignInRefused or WorkplaceDown."""
        if not password.strip() or "\x00" in password:
            raise SignInRefused("empty_password")
        user = self._users().get(username)
        right = fits(self._nobody if user is None else user.password, password)
        if user is None:
            raise SignInRefused("unknown_user")
        if not right:
            raise SignInRefused("wrong_password")
        if user.disabled:
            raise SignInRefused("account_disabled")
        return VerifiedLogin(
            subject=Subject(self.name, username),
            authenticated_at=self._clock(),
            method=("pwd",),
            assurance=PASSWORD,
            keys={EMPLOYEE_NUMBER: user.employee_number} if user.employee_number else {},
        )

    def _counted(self) -> str:
        return f"{len(self._users())} users in {self._path.name}"

    def _private(self) -> str:
        if stat.S_IMODE(self._path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise Doubt(f"{self._path.name} can be read by others")
        return f"only its owner can read {self._path.name}"

    def _users(self) -> Mapping[str, User]:
        try:
            state = self._path.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            if self._read[0] != stamp:
                if state.st_size > LONGEST_FILE:
                    raise WorkplaceDown(f"{self._path.name} is too large")
                self._read = (stamp, read_users(self._path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise WorkplaceDown(f"{self._path.name} cannot be read: {type(error).__name__}") from None
        return self._read[1]


def read_users(text: str) -> Mapping[str, User]:
    """Return the users of a file; ValueError when it has another shape, or a password that is no argon2id hash."""
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError("not YAML or JSON") from None
    entries = document.get("users") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise ValueError("the file must have `users:` with one entry per name")  # noqa: TRY004  all mistakes alike
    return {str(name): _user(str(name), entry) for name, entry in entries.items()}


def hash_of_nobody() -> str:
    """Return a hash that no password has; trying one against it costs what it costs against a real one of today."""
    hasher = PasswordHasher(type=Type.ID)
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def _user(name: str, entry: Any) -> User:
    if not isinstance(entry, dict) or not str(entry.get("password", "")).startswith("$argon2id$"):
        raise ValueError(f"user {name} needs a `password` that is an argon2id hash")
    return User(
        str(entry["password"]), str(entry.get("employee_number", "")), entry.get("disabled", False) is not False
    )
