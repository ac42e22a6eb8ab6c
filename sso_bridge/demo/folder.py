"""The folder of a demo: made anew, or kept; a folder that no demo has made is never touched."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import delete

from sso_bridge.demo.children import DemoFailed
from sso_bridge.demo.document import BACKSTAGE, SQUARE, Addresses
from sso_bridge.demo.staff import Login
from sso_bridge.login.authenticate.password_file import hash_password
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.sync import account_shadow, contact, derived, group_shadow

MARK = "made-by-the-demo"
ADDRESSES = "addresses.json"


def begin(folder: Path, *, keep: bool) -> bool:
    """Make the folder ready; return whether a bridge of an earlier demo is in it and stays. DemoFailed."""
    known = (folder / MARK).exists()
    if folder.exists() and not known and (not folder.is_dir() or any(folder.iterdir())):
        raise DemoFailed(f"{folder} was not made by the demo", hint="name another folder: --folder DIR")
    if known and keep and (folder / ADDRESSES).exists() and (folder / "bridge.toml").exists():
        return True
    if known:
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).write_text("`sso-bridge demo` deletes this folder and makes it anew each time.\n", "utf-8")
    return False


def write_addresses(folder: Path, at: Addresses) -> None:
    """Keep the addresses for the other processes."""
    (folder / ADDRESSES).write_text(json.dumps(asdict(at)), "utf-8")


def read_addresses(folder: Path) -> Addresses:
    """Return the addresses of the demo that is kept."""
    return Addresses(**json.loads((folder / ADDRESSES).read_text("utf-8")))


def write_secrets(folder: Path) -> None:
    """Make the secrets of the SCIM service and of the two relying parties."""
    for name in ("scim", SQUARE, BACKSTAGE):
        _write(folder / f"{name}.secret", secrets.token_urlsafe(32))


def write_users(folder: Path, logins: Iterable[Login]) -> None:
    """Write the password file of the workplace; JSON is YAML too."""
    users = {
        login.username: {"employee_number": login.key, "password": hash_password(login.password)} for login in logins
    }
    _write(folder / "users.yaml", json.dumps({"users": users}, ensure_ascii=False, indent=2))


def forget_accounts(store: Store) -> None:
    """Forget what is known of the town square: its service keeps accounts in memory, and begins empty each time."""
    with store.writing() as connection:
        for table in (account_shadow, group_shadow, contact, derived):
            connection.execute(delete(table).where(table.c.platform == SQUARE))


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
