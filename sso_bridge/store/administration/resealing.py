"""Sealing anew what other rooms keep sealed, after the key-encryption key was changed (CR-01)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update

from sso_bridge.break_glass.account import row_context as of_account
from sso_bridge.second_factor.ports import row_context as of_factor
from sso_bridge.store.administration.webhooks import row_context as of_webhook
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.second_factor import break_glass, second_factor
from sso_bridge.store.tables.webhooks import webhook

Renew = Callable[[bytes, str], bytes | None]
"""Returns the envelope under the first key, None when it is already (`keys.ring.KeyRing.renewed`)."""


def reseal_factors(store: Store, renew: Renew) -> int:
    """Seal the secrets of second factors, break-glass accounts and webhooks anew; how many were not yet."""
    count = 0
    with store.writing() as connection:
        for one in connection.execute(select(second_factor).with_for_update()).all():
            sealed = renew(one.sealed, of_factor(one.person_id, one.id))
            if sealed is not None:
                connection.execute(update(second_factor).where(second_factor.c.id == one.id).values(sealed=sealed))
                count += 1
        for account in connection.execute(select(break_glass).with_for_update()).all():
            sealed = renew(account.sealed, of_account(account.name))
            if sealed is not None:
                same = break_glass.c.name == account.name
                connection.execute(update(break_glass).where(same).values(sealed=sealed))
                count += 1
        for hook in connection.execute(select(webhook).with_for_update()).all():
            sealed_now = {name: renew(getattr(hook, name), of_webhook(hook.id)) for name in ("secret", "old_secret")
                          if getattr(hook, name) is not None}  # fmt: skip
            if new := {name: sealed for name, sealed in sealed_now.items() if sealed is not None}:
                connection.execute(update(webhook).where(webhook.c.id == hook.id).values(**new))
                count += len(new)
    return count
