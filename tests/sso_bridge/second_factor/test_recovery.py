"""Recovery codes."""

from __future__ import annotations

import pytest

from sso_bridge.second_factor.recovery import code_hash, new_codes, plain


def test_ten():
    """Ten different codes of 80 bits, in groups of four."""
    codes = new_codes()

    assert 10 == len(set(codes))
    assert {(4, 4, 4, 4)} == {tuple(len(part) for part in code.split("-")) for code in codes}


@pytest.mark.parametrize("typed", ["abcd-efgh-2345-67ab", "ABCD EFGH 2345 67AB", " abcdefgh234567ab\n"])
def test_as_typed(typed: str):
    """Capitals, blanks and hyphens do not matter; the same code is another person's other code."""
    assert code_hash("ada", "abcdefgh234567ab") == code_hash("ada", typed)
    assert code_hash("ada", typed) != code_hash("bob", typed)


@pytest.mark.parametrize("typed", ["", "abcd", "abcd-efgh-2345-67a1", "abcd-efgh-2345-67ab-", "x" * 100])
def test_no_code(typed: str):
    """Anything else is none."""
    assert (typed.rstrip("-") != typed) == bool(plain(typed))
