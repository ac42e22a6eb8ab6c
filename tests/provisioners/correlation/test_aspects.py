"""What is compared of a row and of an account."""

from __future__ import annotations

from datetime import date

import pytest

from mappings.people import Person
from provisioners.correlation.aspects import folded, folded_surname, of_account, of_person
from provisioners.ports import AccountShadow

HOFF = Person(
    1, "u", "payroll", "E1", "Jürgen Karel", "van 't", "Hoff", partner_name="de Vries", preferred_name="Jur",
    email="J.Hoff@Example.org", birth_date=date(1984, 5, 30),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("van 't Hoff", "hoff"), ("Hoff", "hoff"), ("De Vries-Jansen", "vriesjansen"), ("d'Ancona", "ancona"),
        ("Çelik", "celik"), ("van den", "vanden"), ("O'Neill", "oneill"), ("Şahin", "sahin"), ("王", "王"), ("", ""),
    ],
)  # fmt: skip
def test_surname(text, kept):
    """Surnames are compared without prefixes, accents and capitals; one that is nothing else stays."""
    assert kept == folded_surname(text)


def test_names():
    """Every name somebody goes by is compared: first names, call name, own and partner's name."""
    aspects = of_person(HOFF)

    assert {"jurgenkarel", "jurgen", "jur"} == aspects["given_name"]
    assert {"hoff", "vries"} == aspects["surname"]
    assert {"j"} == aspects["initial"]
    assert "jurgen hoff" in aspects["full_name"]
    assert {"j.hoff@example.org"} == aspects["mail"]
    assert {"1984-05-30"} == aspects["birth_date"]


def test_nothing_stated():
    """What is not stated has no value: two empty fields are not equal."""
    aspects = of_person(Person(1, "u", "s", "E1"))

    assert {"E1"} == aspects["number"]
    assert {"number"} == {name for name, values in aspects.items() if values}


def test_look_alikes():
    """An address or a user name in other letters equals nothing: a Cyrillic `a` is no `a` (ID-02)."""
    aspects = of_person(Person(1, "u", "s", "E1", email="\u0430nn@example.org", username="\u0430nn"))

    assert (frozenset(), frozenset()) == (aspects["mail"], aspects["username"])


def test_account():
    """An account is compared by its addresses, its user name, the name it shows, and the number it was given."""
    shadow = AccountShadow(
        "forum", 0, "r1", external_id="E1",
        attributes={"userName": "j.hoff@b.nl", "emails": ("a@example.org",), "displayName": "Jurgen van 't Hoff"},
    )  # fmt: skip
    aspects = of_account(shadow)

    assert {"a@example.org", "j.hoff@b.nl"} == aspects["mail"]
    assert ({"E1"}, {"hoff"}, {"jurgen hoff"}) == (aspects["number"], aspects["surname"], aspects["full_name"])


def test_folded():
    """Hyphens and spaces do not count; a name in another script is compared as it is."""
    assert "annamarie" == folded("Anna-Marie") == folded("anna marie")
    assert "王芳" == folded("王 芳")
