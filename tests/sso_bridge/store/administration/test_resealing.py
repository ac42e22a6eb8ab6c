"""After the key-encryption key was changed, second factors open with the new one alone."""

from __future__ import annotations

from dataclasses import replace

from sso_bridge.break_glass.account import Account, row_context
from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.second_factor.ports import Factor
from sso_bridge.second_factor.ports import row_context as of_factor
from sso_bridge.store.administration.resealing import reseal_factors
from sso_bridge.store.sign_in.break_glass import StoredAccounts
from sso_bridge.store.sign_in.factors import StoredFactors
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA


def test_resealed(store, clock, keys):
    """Each secret is sealed anew once, for its own row."""
    AdminBridge(store, clock, keys, configured=False)
    old, new = make_key(), make_key()
    before, ring = Vault(old), KeyRing(store, Vault(new, old), clock)
    factor = Factor("f1", ADA.id, "totp", "telephone", before.seal(b"secret", of_factor(ADA.id, "f1")), clock())
    StoredFactors(store).add(factor)
    account = Account("red", "$argon2id$", before.seal(b"other", row_context("red")), 0, clock(), "cli")
    StoredAccounts(store).put(account)

    assert [2, 0] == [reseal_factors(store, ring.renewed) for _ in "12"]
    after = Vault(new)
    (kept,) = StoredFactors(store).of_person(ADA.id)
    assert b"secret" == after.open(kept.sealed, of_factor(ADA.id, "f1"))
    found = StoredAccounts(store).get("red")
    assert found is not None
    assert b"other" == after.open(found.sealed, row_context("red"))
    assert replace(account, sealed=b"") == replace(found, sealed=b"")
