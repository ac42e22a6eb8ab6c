"""Keys by purpose, and their roll-over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import select, update

from sso_bridge.keys.ring import KeyRing, KeysMissing
from sso_bridge.keys.rotation import RULES, Purpose, RotationRefused, is_due
from sso_bridge.keys.vault import Vault, VaultClosed, make_key
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.keys import signing_key
from tests.fakes.clock import FakeClock
from tests.fakes.keys import MadeKeys

ROLLING: list[Purpose] = ["saml", "oidc-rs256", "oidc-es256"]


def kids(ring: KeyRing, purpose: Purpose) -> list[str]:
    """Return the ids of the published keys."""
    return [key.kid for key in ring.published(purpose)]


def test_one_key_per_purpose(keys: KeyRing, clock: FakeClock) -> None:
    """CR-04: each purpose has a key of its own and of its kind; SAML's comes with a certificate."""
    saml, rs256, es256 = (keys.signing(purpose) for purpose in ROLLING)

    assert isinstance(saml.private_key, rsa.RSAPrivateKey)
    assert isinstance(rs256.private_key, rsa.RSAPrivateKey)
    assert isinstance(es256.private_key, ec.EllipticCurvePrivateKey)
    assert 2048 <= saml.private_key.key_size
    assert len(RULES) == len({record.kid for record in keys.records()})
    certificate = x509.load_pem_x509_certificate(saml.certificate.encode())
    assert certificate.public_key() == saml.private_key.public_key()
    assert certificate.not_valid_before_utc < clock.now
    assert 32 == len(keys.pairwise_secret())
    assert keys.pairwise_secret() not in keys.secrets("cookie")


def test_ids_can_be_typed(keys: KeyRing) -> None:
    """The id of a key is 32 hexadecimal digits: nothing a command line could take for an option."""
    assert all(32 == len(record.kid) and int(record.kid, 16) >= 0 for record in keys.records())


def test_nothing_readable_in_the_database(keys: KeyRing, store: Store) -> None:
    """CR-01: the stored parts are sealed, and a row's sealed part put in another row makes the ring refuse to open."""
    with store.writing() as connection:
        rows = {row.purpose: row for row in connection.execute(select(signing_key))}
        assert keys.pairwise_secret() not in rows["pairwise"].sealed
        connection.execute(
            update(signing_key).where(signing_key.c.kid == rows["cookie"].kid).values(sealed=rows["pairwise"].sealed)
        )

    with pytest.raises(VaultClosed):
        KeyRing(store, keys._vault, keys._clock).signing("saml")


def test_no_keys_yet(store: Store, vault: Vault, clock: FakeClock) -> None:
    """A database without keys says what to do."""
    with pytest.raises(KeysMissing, match="db upgrade"):
        KeyRing(store, vault, clock).signing("saml")


def test_ensure_twice(keys: KeyRing) -> None:
    """Setting up again makes nothing new."""
    assert () == keys.ensure()


@pytest.mark.parametrize("purpose", ROLLING)
def test_roll_over(keys: KeyRing, clock: FakeClock, purpose: Purpose) -> None:
    """IDP-08: the next key is published for the lead time before it signs, the old one stays until its tokens ended."""
    first, rule = keys.signing(purpose).kid, RULES[purpose]

    (coming,) = keys.rotate(purpose)
    assert [first, coming.kid] == kids(keys, purpose)
    assert first == keys.signing(purpose).kid

    clock.now += rule.lead / 2
    with pytest.raises(RotationRefused, match="may be used from"):
        keys.rotate(purpose)

    clock.now += rule.lead / 2
    keys.rotate(purpose)
    assert coming.kid == keys.signing(purpose).kid
    assert [coming.kid, first] == kids(keys, purpose)

    clock.now += rule.keep
    assert [coming.kid] == kids(keys, purpose)


def test_emergency(keys: KeyRing) -> None:
    """IDP-08: after a leak a new key signs at once, and nothing made before is published any more."""
    first = keys.signing("saml").kid
    keys.rotate("saml")

    keys.replace_now("saml")

    assert 1 == len(keys.published("saml"))
    assert first != keys.signing("saml").kid


def test_other_process_learns(keys: KeyRing, store: Store, clock: FakeClock, made_keys: MadeKeys) -> None:
    """A roll-over in one process is seen by another within seconds."""
    other = KeyRing(store, keys._vault, clock, made_keys.maker())
    before = other.signing("oidc-es256")
    keys.replace_now("oidc-es256")

    clock.move(seconds=6)

    assert keys.signing("oidc-es256").kid == other.signing("oidc-es256").kid != before.kid


def test_keys_are_opened_once(keys: KeyRing, clock: FakeClock) -> None:
    """The same key object serves all requests, also after another purpose has rolled over."""
    before = keys.signing("saml")
    keys.replace_now("oidc-es256")
    clock.move(minutes=1)

    assert before.private_key is keys.signing("saml").private_key or before.kid == keys.signing("saml").kid


def test_pairwise_never_changes(keys: KeyRing) -> None:
    """A new pairwise secret would make everybody a stranger, so there is no way to get one."""
    for change in (keys.rotate, keys.replace_now):
        with pytest.raises(RotationRefused, match="stranger"):
            change("pairwise")


def test_cookie_secret_rolls_over(keys: KeyRing, clock: FakeClock) -> None:
    """What the old cookie secret made is still taken while a session can last."""
    old = keys.secrets("cookie")
    keys.rotate("cookie")

    assert old == keys.secrets("cookie")[1:]
    clock.move(hours=12)
    assert 1 == len(keys.secrets("cookie"))


def test_retire(keys: KeyRing) -> None:
    """A next key can be withdrawn, the current one and an unknown one cannot."""
    (coming,) = keys.rotate("saml")
    keys.retire(coming.kid)

    assert 1 == len(keys.published("saml"))
    for kid in (keys.signing("saml").kid, "unknown"):
        with pytest.raises(RotationRefused):
            keys.retire(kid)


def test_new_key_encryption_key(keys: KeyRing, store: Store, clock: FakeClock) -> None:
    """CR-02: all keys move to a new key-encryption key; after that the old one is needed no more."""
    old, new = make_key(), make_key()
    first = KeyRing(store, keys._vault, clock)
    kid = first.signing("saml").kid
    moving = Vault(old)
    moving._ciphers |= keys._vault._ciphers
    assert len(RULES) == KeyRing(store, moving, clock).reseal()

    assert len(RULES) == KeyRing(store, Vault(new, old), clock).reseal()
    assert 0 == KeyRing(store, Vault(new, old), clock).reseal()
    assert kid == KeyRing(store, Vault(new), clock).signing("saml").kid


def test_old_keys_are_noticed(keys: KeyRing, clock: FakeClock) -> None:
    """CR-02: a key over its age is reported as due."""
    assert not any(is_due(record, clock.now) for record in keys.records())

    clock.move(days=200)

    due = {record.purpose for record in keys.records() if is_due(record, clock.now)}
    assert {"oidc-rs256", "oidc-es256", "workplace", "cookie"} == due


def test_nothing_shows_a_secret(keys: KeyRing, made_keys: MadeKeys, clock: FakeClock) -> None:
    """CR-04: printing a key shows its id only."""
    key = keys.signing("oidc-rs256")

    assert f"SigningKey({key.kid!r})" == repr(key)
    assert "secret" not in repr(made_keys.maker()("saml", clock.now))


def test_a_change_that_was_rolled_back(keys: KeyRing, store: Store) -> None:
    """A new key of a transaction that failed is never used, not even for seconds; inside, it is seen."""
    before, inside = kids(keys, "saml"), list[str]()

    def change() -> None:
        with store.writing():
            keys.replace_now("saml")
            inside.extend(kids(keys, "saml"))
            raise RuntimeError("the audit could not be written")

    with pytest.raises(RuntimeError, match="the audit"):
        change()

    assert before == kids(keys, "saml")
    assert set(before).isdisjoint(inside)


def test_others_do_not_see_a_change_before_it_is_kept(keys: KeyRing, store: Store) -> None:
    """While one thread changes keys, the others sign with those that hold; the change itself sees its own."""
    before = kids(keys, "oidc-es256")
    with ThreadPoolExecutor(1) as other, store.writing():
        keys.replace_now("oidc-es256")
        elsewhere = other.submit(kids, keys, "oidc-es256").result()
        inside = kids(keys, "oidc-es256")

    assert before == elsewhere
    assert before != inside
