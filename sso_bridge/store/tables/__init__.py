"""The tables, one file per room that owns them; importing this package knows them all."""

from sso_bridge.store.tables import imports, keys, login, openid, organisation, sync
from sso_bridge.store.tables.base import metadata

__all__ = ["imports", "keys", "login", "metadata", "openid", "organisation", "sync"]
