"""Names as people bear them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.names import display_name, sort_name, surname
from mappings.people import Person

JURGEN = Person(1, "", "hr", "E1", given_name="Jürgen", name_prefix="van 't", family_name="Hoff")
ELS = Person(2, "", "hr", "E2", given_name="Els", family_name="Bakker", partner_name="de Vries")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", "Els Bakker"),
        ("own", "Els Bakker"),
        ("partner", "Els de Vries"),
        ("own-partner", "Els Bakker-de Vries"),
        ("partner-own", "Els de Vries-Bakker"),
        ("PARTNER_OWN", "Els de Vries-Bakker"),
        ("whatever", "Els Bakker"),
    ],
)
def test_order_of_names(order, expected):
    """The surname follows the order the person chose; an unknown order means the own name."""
    assert expected == display_name(replace(ELS, name_order=order))


def test_prefix_and_call_name():
    """The prefix stands before the family name; the preferred name goes before the given name."""
    assert "Jürgen van 't Hoff" == display_name(JURGEN)
    assert "Jur van 't Hoff" == display_name(replace(JURGEN, preferred_name="Jur"))
    assert "Jürgen van 't Hoff" == display_name(replace(JURGEN, name_order="partner"))
    assert "Bakker-van 't Hoff" == surname(replace(JURGEN, partner_name="Bakker", name_order="partner-own"))


@pytest.mark.parametrize(
    ("order", "displayed", "listed"),
    [
        ("own", "Jürgen van 't Hoff", "Hoff, Jürgen van 't"),
        ("partner", "Jürgen de Vries", "de Vries, Jürgen"),
        ("own-partner", "Jürgen van 't Hoff-de Vries", "Hoff-de Vries, Jürgen van 't"),
        ("partner-own", "Jürgen de Vries-van 't Hoff", "de Vries-van 't Hoff, Jürgen"),
    ],
)
def test_dutch_names_in_full(order, displayed, listed):
    """Prefix, partner's name with its own prefix, and the order of names: shown and sorted as in the Netherlands."""
    person = replace(JURGEN, partner_name="de Vries", name_order=order)

    assert (displayed, listed) == (display_name(person), sort_name(person))


@pytest.mark.parametrize(
    ("order", "displayed", "listed"),
    [
        ("E", "Els van 't Hoff", "Hoff, Els van 't"),
        ("P", "Els de Vries", "Vries, Els de"),
        ("N", "Els van 't Hoff-de Vries", "Hoff-de Vries, Els van 't"),
        ("B", "Els de Vries-van 't Hoff", "Vries-van 't Hoff, Els de"),
        ("V", "Els de Vries-van 't Hoff", "Vries-van 't Hoff, Els de"),
        ("partner", "Els de Vries", "Vries, Els de"),
        ("partner-own", "Els de Vries-van 't Hoff", "Vries-van 't Hoff, Els de"),
        ("X", "Els van 't Hoff", "Hoff, Els van 't"),
    ],
)
def test_both_prefixes(order, displayed, listed):
    """With a prefix of the partner's own, all four orders are shown and sorted by the surname that comes first."""
    names = {"name_prefix": "van 't", "family_name": "Hoff", "partner_prefix": "de", "partner_name": "Vries"}
    person = Person(1, "", "hr", "E1", given_name="Els", **names, name_order=order)

    assert (displayed, listed) == (display_name(person), sort_name(person))


def test_one_surname():
    """A partner's prefix without a partner's name says nothing; without a name of one's own the partner's stands."""
    assert "Els Bakker" == display_name(replace(ELS, partner_name="", partner_prefix="de", name_order="P"))
    alone = Person(1, "", "hr", "E1", given_name="Els", partner_prefix="de", partner_name="Vries")
    assert ("Els de Vries", "Vries, Els de") == (display_name(alone), sort_name(alone))
    assert "Els van" == display_name(Person(1, "", "hr", "E1", given_name="Els", name_prefix="van"))
    assert "van, Els" == sort_name(Person(1, "", "hr", "E1", given_name="Els", name_prefix="van"))


def test_sorting():
    """A list is sorted by what follows the prefix, except where a partner's name comes first."""
    assert "Hoff, Jürgen van 't" == sort_name(JURGEN)
    assert "de Vries-Bakker, Els" == sort_name(replace(ELS, name_order="partner-own"))


def test_no_name():
    """Without any name the user name stands in, then the HR key: nobody is called nothing."""
    assert "E9" == display_name(Person(9, "", "hr", "E9"))
    assert "jdv" == display_name(Person(9, "", "hr", "E9", username="jdv"))
    assert "Cher" == display_name(Person(9, "", "hr", "E9", given_name=" Cher "))


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(WORDS, WORDS, WORDS, WORDS, st.sampled_from(["", "own", "partner", "own-partner", "partner-own", "x"]))
def test_always_tidy(given_name, prefix, family, partner, order):
    """Any name in any script gives a text without doubled or outer white space, and never an empty one."""
    person = Person(1, "", "hr", "E1", given_name, prefix, family, partner_name=partner, name_order=order)

    assert display_name(person)
    assert display_name(person) == " ".join(display_name(person).split())
