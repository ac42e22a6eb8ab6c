"""A platform that lives in a dict, counts what it is asked, and fails when told to."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace

from provisioners.platforms.contract import RemoteAccount


class FakePlatform:
    """Accounts by external id, groups by key. `fail` maps a verb to exceptions that are raised, one per call."""

    def __init__(self, platform: str = "chat") -> None:
        self.platform = platform
        self.rows: dict[str, RemoteAccount] = {}
        self.teams: dict[str, tuple[str, set[str]]] = {}
        self.calls: Counter[str] = Counter()
        self.fail: dict[str, list[Exception]] = {}
        self._lock = threading.Lock()

    def check(self):
        return "here"

    def accounts(self):
        yield from self.rows.values()

    def find(self, external_id):
        self._asked("find")
        return self.rows.get(external_id)

    def create(self, account):
        self._asked("create")
        made = RemoteAccount(f"r-{account.person_uuid}", account.person_uuid, attributes=account.attributes)
        return self.rows.setdefault(account.person_uuid, made).remote_id

    def update(self, remote_id, account):
        self._asked("update")
        there = next((row.attributes for row in self.rows.values() if row.remote_id == remote_id), {})
        self._set(remote_id, attributes={**there, **account.attributes})

    def suspend(self, remote_id):
        self._asked("suspend")
        self._set(remote_id, active=False)

    def reactivate(self, remote_id):
        self._asked("reactivate")
        self._set(remote_id, active=True)

    def groups(self):
        return iter(())

    def create_group(self, key, name):
        self._asked("create_group")
        self.teams.setdefault(key, (name, set()))
        return f"g-{key}"

    def rename_group(self, remote_id, name):
        self._asked("rename_group")
        self.teams[remote_id[2:]] = (name, self.teams[remote_id[2:]][1])

    def delete_group(self, remote_id):
        self.teams.pop(remote_id[2:], None)

    def change_members(self, remote_id, *, add=(), remove=()):
        self._asked("change_members")
        members = self.teams[remote_id[2:]][1]
        members |= set(add)
        members -= set(remove)
        return {}

    def _asked(self, verb):
        with self._lock:
            self.calls[verb] += 1
            failures = self.fail.get(verb)
            error = failures.pop(0) if failures else None
        if error is not None:
            raise error

    def _set(self, remote_id, **values):
        key = next(key for key, row in self.rows.items() if row.remote_id == remote_id)
        self.rows[key] = replace(self.rows[key], **values)
