"""The tables, one file per room that owns them; importing this package knows them all."""

from sso_bridge.store.tables import (
    keys,
    organisation,
)
from sso_bridge.store.tables.base import metadata

__all__ = [
    "keys",
    "metadata",
    "organisation",
]
