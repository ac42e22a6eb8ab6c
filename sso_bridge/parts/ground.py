"""The ground that all other parts stand on: settings, time, database, keys, audit, people, the way out.

Each is built when first asked for; one given by name takes the place of the built one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests

from sso_bridge import clock
from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.circumstances import Circumstances
from sso_bridge.clock import Clock
from sso_bridge.config import Settings
from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault
from sso_bridge.outgoing import open_session
from sso_bridge.secrets import resolve_key
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.people import People


class Ground:
    """The parts below all others, by name; SecretMissing or VaultClosed from what needs what is not there."""

    def __init__(self, settings: Settings, **given: Any) -> None:
        unknown = [name for name in given if not hasattr(type(self), name)]
        if unknown:
            raise TypeError(f"there is no part {', '.join(unknown)}")
        self.settings = settings
        self.__dict__.update(given)

    @cached_property
    def clock(self) -> Clock:
        """Return what tells the time."""
        return clock.now

    @cached_property
    def wait(self) -> Callable[[float], object]:
        """Return what waits for so many seconds."""
        return time.sleep

    @cached_property
    def store(self) -> Store:
        """Return the open database."""
        return Store(self.settings.database_address)

    @cached_property
    def vault(self) -> Vault:
        """Return what seals secrets, with the key from outside."""
        settings = self.settings
        references = [settings.key_encryption_key, settings.previous_key_encryption_key]
        return Vault(*(resolve_key(one, settings.base_dir) for one in references if one))

    @cached_property
    def keys(self) -> KeyRing:
        """Return the keys in use."""
        return KeyRing(self.store, self.vault, self.clock)

    @cached_property
    def audit(self) -> AuditLog:
        """Return the audit trail."""
        return AuditLog(self.store, self.clock, self.circumstances)

    @cached_property
    def circumstances(self) -> Circumstances:
        """Return where it is stated from where, in which request and why something is done."""
        return Circumstances()

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """Return the audit's notary."""
        return Checkpoints(self.audit, self.keys)

    @cached_property
    def tokens(self) -> Tokens:
        """Return the API tokens."""
        return Tokens(self.store, self.clock)

    @cached_property
    def people(self) -> People:
        """Return the staff register."""
        return People(self.store, self.clock)

    @cached_property
    def outgoing(self) -> requests.Session:
        """Return the session for all outgoing requests."""
        settings = self.settings
        ca_file = str(settings.base_dir / settings.outgoing_ca_file) if settings.outgoing_ca_file else ""
        return open_session(settings.outgoing_allow, ca_file=ca_file)

    @cached_property
    def front(self) -> requests.Session:
        """Return the session that looks at our own public address, which usually is a private one, and at no other."""
        settings = self.settings
        ca_file = str(settings.base_dir / settings.outgoing_ca_file) if settings.outgoing_ca_file else ""
        return open_session([urlsplit(settings.public_url).hostname or ""], ca_file=ca_file)

    def today(self) -> date:
        """Return the day in the zone of HR's dates."""
        return self.clock().astimezone(ZoneInfo(self.settings.time_zone)).date()

    def close(self) -> None:
        """Close what was opened."""
        for name in {"store", "outgoing", "front"} & self.__dict__.keys():
            self.__dict__[name].close()
