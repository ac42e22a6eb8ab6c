"""Our own functions in expressions: total and bounded."""

# ruff: noqa: RUF001 - names as people write them

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import functions
from mappings.functions import ascii_text, first_of, initials, join, lower_ascii, replace, split, substring


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jürgen van 't Hoff", "Jurgen van 't Hoff"),
        ("IJsbrand Ĳssel", "IJsbrand IJssel"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Gülşen Işık Çağrı İnan", "Gulsen Isik Cagri Inan"),
        ("Bjørn Åse Straße Æsop Þór", "Bjorn Ase Strasse AEsop Thor"),
        ("O’Neil – Smith", "O'Neil - Smith"),
        ("王", ""),
    ],
)
def test_ascii(name, expected):
    """Dutch, Polish, Turkish and Nordic names get their usual plain spelling."""
    assert expected == ascii_text(name)


def test_small_facts():
    """Each function does what its name says, also at the edges."""
    assert "A.M.E." == initials("anna-marie els")
    assert "" == initials("  ")
    assert "a.b.c" == replace("a b c", " ", ".")
    assert "abc" == replace("abc", "", "x")
    assert "bc" == substring("abc", 1, 99)
    assert "" == substring("abc", -5, -1)
    assert "a-c" == join(["a", "", "c"], "-")
    assert ["a", "b"] == split("a@b", "@")
    assert ["ab"] == split("ab", "")
    assert ("b", "") == (first_of(["", "b", "c"]), first_of([]))


def test_look_alikes_stay():
    """ID-02: making letters small touches A-Z alone, so that a look-alike never becomes equal."""
    assert "kelv\u0130n \u212a" == lower_ascii("KELV\u0130N \u212a")


@pytest.mark.parametrize(
    "act",
    [lambda: replace("a" * 100, "a", "b" * 100), lambda: join(["x" * 4000] * 2, ""), lambda: ascii_text("ß" * 4000)],
)
def test_bounded(act):
    """PR-02: no function makes more than 4096 characters."""
    with pytest.raises(ValueError, match="4096"):
        act()


@given(st.text(max_size=300), st.text(max_size=5), st.text(max_size=20))
def test_total(text, one, other):
    """PR-02: every function gives a bounded value for every text."""
    for own in functions.OWN:
        arguments = {("string",): (text,), ("string", "string"): (text, one), ("strings",): ([text, one],)}
        more = {("strings", "string"): ([text, one], other), ("string", "string", "string"): (text, one, other)}
        given_ = (arguments | more).get(own.parameters, (text, 0, 7))
        try:
            made = own.does(*given_)
        except ValueError:
            continue
        assert sum(map(len, made)) <= 4096
