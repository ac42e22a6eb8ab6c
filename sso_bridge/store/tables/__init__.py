"""The tables, one file per room that owns them; importing this package knows them all."""

from sso_bridge.store.tables import (
    audit,
    configuration,
    correlation,
    imports,
    keys,
    ledger,
    login,
    machine_clients,
    openid,
    organisation,
    privacy,
    scim,
    second_factor,
    sync,
    tokens,
    webhooks,
    workplaces,
)
from sso_bridge.store.tables.base import metadata

__all__ = [
    "audit",
    "configuration",
    "correlation",
    "imports",
    "keys",
    "ledger",
    "login",
    "machine_clients",
    "metadata",
    "openid",
    "organisation",
    "privacy",
    "scim",
    "second_factor",
    "sync",
    "tokens",
    "webhooks",
    "workplaces",
]
