"""Our own functions in expressions: total and bounded."""

# ruff: noqa: RUF001 - names as people write them

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import functions
from mappings.functions import (
    after,
    ascii_text,
    before,
    date_as,
    first_of,
    initials,
    join,
    lower_ascii,
    numbered,
    pad,
    plus_days,
    replace,
    slug,
    split,
    substring,
    title_case,
    umlauts,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jürgen van 't Hoff", "Jurgen van 't Hoff"),
        ("IJsbrand Ĳssel", "IJsbrand IJssel"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Gülşen Işık Çağrı İnan", "Gulsen Isik Cagri Inan"),
        ("Bjørn Åse Straße Æsop Þór", "Bjorn Ase Strasse AEsop Thor"),
        ("O’Neil – Smith", "O'Neil - Smith"),
        ("Иван Щедрин, Юлия Ёлкина", "Ivan Shchedrin, Yuliya Elkina"),
        ("Сергій Їжак", "Sergiy Yizhak"),
        ("Ελένη Ψάλτης ΘΩΜΑΣ", "Eleni Psaltis ThOMAS"),
        ("Γιώργος Παπαδόπουλος, Ούρσουλα ΟΥΖΟ", "Giorgos Papadopoulos, Oursoula OUZO"),
        ("Ευαγγελία Σταύρου, Ευθύμιος Παύλου", "Evangelia Stavrou, Efthymios Pavlou"),
        ("Μπάμπης Ξανθόπουλος, Σφίγξ, ΑΥΓΗ", "Bampis Xanthopoulos, Sfinx, AVGI"),
        ("Şükrü Öztürk, İbrahim Ağaoğlu", "Sukru Ozturk, Ibrahim Agaoglu"),
        ("Grzegorz Brzęczyszczykiewicz, Świętosława Dąbrowska", "Grzegorz Brzeczyszczykiewicz, Swietoslawa Dabrowska"),
        ("Александър Цветанов, Подъячев, Љубица Џамбаз", "Aleksandar Tsvetanov, Podyachev, Ljubitsa Dzambaz"),
        ("Daniëlle de l’Écluse-Coëlho", "Danielle de l'Ecluse-Coelho"),
        ("王", ""),
    ],
)
def test_ascii(name, expected):
    """Transliteration: Dutch, Polish, Turkish, Nordic, Cyrillic and Greek names get their usual plain spelling."""
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


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (slug("  Sales & Marketing (NL) "), "sales-marketing-nl"),
        (slug("Ünit №1"), "unit-no1"),
        (slug("王"), ""),
        (title_case("VAN 'T HOFF-DE VRIES"), "Van 't Hoff-De Vries"),
        (title_case("o'neil d’angelo ann's"), "O'Neil D’Angelo Ann's"),
        (umlauts("Jürgen Ångström"), "Juergen Aangstroem"),
        (before("a@b@c", "@"), "a"),
        (before("abc", "@"), "abc"),
        (before("abc", ""), "abc"),
        (after("a@b@c", "@"), "b@c"),
        (after("abc", "@"), ""),
        (after("abc", ""), ""),
        (pad("47", 5, "0"), "00047"),
        (pad("47", 1, "0"), "47"),
        (numbered("j", 3), ["j", "j2", "j3"]),
        (numbered("j", 0), ["j"]),
        (len(numbered("j", 9999)), 64),
        (date_as("2026-06-30", "yyyyMMdd"), "20260630"),
        (date_as("", "dd-MM"), ""),
        (plus_days("2026-02-28", 1), "2026-03-01"),
        (plus_days("2026-01-01", -1), "2025-12-31"),
        (plus_days("", 1), ""),
    ],
)
def test_what_they_make(made, expected):
    """Names for addresses, names in capitals, padded numbers, candidates and dates come out as people write them."""
    assert expected == made


@pytest.mark.parametrize(
    "act",
    [
        lambda: pad("x", 9999, "0"), lambda: pad("x", 5, "ab"), lambda: pad("x", -1, "0"),
        lambda: date_as("2026-06-30", "%Y"), lambda: date_as("30 June", "yyyy"), lambda: date_as("", "{0.__class__}"),
        lambda: plus_days("2026-06-30", 10**9), lambda: plus_days("9999-12-31", 1), lambda: plus_days("x", 1),
    ],
)  # fmt: skip
def test_refused(act):
    """PR-02: what cannot be done is refused: another pattern than the known ones, a day that there is not."""
    with pytest.raises(ValueError, match=r".+"):
        act()


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
        kinds = {"string": iter((text, one, other)), "strings": iter(([text, one],)), "int": iter((7, 70))}
        try:
            made = own.does(*(next(kinds[kind]) for kind in own.parameters))
        except ValueError:
            continue
        assert all(len(part) <= 4096 for part in ([made] if isinstance(made, str) else made))
        assert isinstance(made, str) or len(made) <= 64
