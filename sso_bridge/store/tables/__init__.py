"""The tables, one file per room that owns them; importing this package knows them all."""

from sso_bridge.store.tables import imports, keys, organisation, sync
from sso_bridge.store.tables.base import metadata

__all__ = ["imports", "keys", "metadata", "organisation", "sync"]
