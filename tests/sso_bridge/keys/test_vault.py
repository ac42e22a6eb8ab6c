"""Secrets at rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_bridge.keys.vault import Vault, VaultClosed, make_key

ONE, OTHER = make_key(), make_key()


@given(plain=st.binary(max_size=4096), context=st.text())
def test_comes_back(plain: bytes, context: str) -> None:
    """What was sealed opens again, and the envelope does not contain it."""
    envelope = Vault(ONE).seal(plain, context)

    assert plain == Vault(ONE).open(envelope, context)
    assert len(plain) < 4 or plain not in envelope


def test_moved_to_another_row() -> None:
    """CR-01: a ciphertext moved to another row does not open."""
    envelope = Vault(ONE).seal(b"secret", "row/1")

    with pytest.raises(VaultClosed, match="another row"):
        Vault(ONE).open(envelope, "row/2")


@pytest.mark.parametrize("place", [0, 1, 8, 9, 20, 21, -1])
def test_changed(place: int) -> None:
    """CR-01: one changed bit anywhere in the envelope, key id included, and it does not open."""
    envelope = bytearray(Vault(ONE).seal(b"secret", "row"))
    envelope[place] ^= 1

    with pytest.raises(VaultClosed):
        Vault(ONE, OTHER).open(bytes(envelope), "row")


@pytest.mark.parametrize("envelope", [b"", b"\x01", b"\x01" * 9, b"\x01" * 21])
def test_cut_off(envelope: bytes) -> None:
    """A cut-off envelope is refused like a wrong one."""
    with pytest.raises(VaultClosed):
        Vault(ONE).open(envelope, "row")


def test_previous_key() -> None:
    """CR-02: what the previous key sealed still opens, and is known to be old; without that key it stays shut."""
    envelope = Vault(ONE).seal(b"secret", "row")
    both = Vault(OTHER, ONE)

    assert b"secret" == both.open(envelope, "row")
    assert not both.is_current(envelope)
    with pytest.raises(VaultClosed, match="not in the settings"):
        Vault(OTHER).open(envelope, "row")


BAD = {"empty": "", "few": "short", "cut": ONE[:-4], "longer": ONE + "AAAA", "accents": "é" * 44, "marks": "!" * 44}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_bad_key(text: str) -> None:
    """A key of the wrong length or spelling is refused, without repeating it."""
    with pytest.raises(VaultClosed) as caught:
        Vault(text)

    assert not text or text not in str(caught.value)


def test_seals_differ() -> None:
    """The same value sealed twice gives different envelopes."""
    vault = Vault(ONE)

    assert vault.seal(b"same", "row") != vault.seal(b"same", "row")
